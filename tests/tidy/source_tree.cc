#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kNotSource = {".git", "build", ".deps", ".signet"};

std::string Output(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr) {
    const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
    if (got == 0) break;
    text.append(buffer.data(), got);
  }
  return text;
}

std::vector<std::string> WalkedFiles(const fs::path& root) {
  std::vector<std::string> names;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string name = it->path().lexically_relative(root).string();
    if (std::find(kNotSource.begin(), kNotSource.end(), name) != kNotSource.end()) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      names.push_back(name);
    }
  }
  return names;
}

/// The words of a CMake call's arguments after `keyword`, up to the next upper-case keyword.
std::set<std::string> ArgumentsOf(const std::string& text, const std::string& keyword) {
  static const std::set<std::string> kKeywords = {"SOURCES", "DEPS", "LIBS", "WHOLE", "TIMEOUT"};
  std::set<std::string> found;
  std::istringstream words(text);
  bool inside = false;
  for (std::string word; words >> word;) {
    const bool ends = word.find(')') != std::string::npos;
    word = word.substr(0, word.find(')'));
    if (kKeywords.contains(word)) {
      inside = word == keyword;
    } else if (inside && !word.empty()) {
      found.insert(word);
    }
    if (ends) inside = false;
  }
  return found;
}

std::string JoinLines(const SourceFile& file) {
  std::string text;
  for (const std::string& line : file.lines) {
    if (!Trim(line).starts_with('#')) text += line + "\n";
  }
  return text;
}

void ReadCMake(const SourceFile& file, SourceTree& tree) {
  const std::string text = JoinLines(file);
  const std::string folder = fs::path(file.path).parent_path().string();
  if (const size_t at = text.find("signet_rooms("); at != std::string::npos) {
    const size_t open = at + std::string("signet_rooms(").size();
    std::istringstream words(text.substr(open, text.find(')', open) - open));
    for (std::string word; words >> word;) tree.order[folder].push_back(word);
  }
  RoomRules rules;
  rules.text = text;
  for (std::string name : ArgumentsOf(text, "DEPS")) {
    if (!name.starts_with("signet::")) continue;
    name = name.substr(std::string("signet::").size());
    const size_t colons = name.find("::");
    if (colons == std::string::npos) continue;
    rules.dependencies.insert(name.substr(0, colons) + "/" + name.substr(colons + 2));
  }
  tree.rooms[folder] = std::move(rules);
}

SourceTree Finished(std::vector<SourceFile> files) {
  SourceTree tree;
  tree.files = std::move(files);
  for (const SourceFile& file : tree.files) {
    if (fs::path(file.path).filename() == "CMakeLists.txt") ReadCMake(file, tree);
  }
  return tree;
}

}  // namespace

std::string SourceFile::Folder() const {
  return path.substr(0, path.find('/'));
}

std::string SourceFile::Room() const {
  const size_t first = path.find('/');
  const size_t second = first == std::string::npos ? first : path.find('/', first + 1);
  return second == std::string::npos ? Folder() : path.substr(0, second);
}

bool SourceTree::Has(const std::string& path) const {
  return std::any_of(
      files.begin(), files.end(), [&path](const SourceFile& file) { return file.path == path; });
}

std::vector<std::string> TrackedFiles(const fs::path& root) {
  const std::string listed = Output("git -C '" + root.string() + "' ls-files -z 2>/dev/null");
  std::vector<std::string> names = Split(listed, '\0');
  std::erase_if(names, [&root](const std::string& name) {
    return name.empty() || !fs::is_regular_file(root / name);
  });
  return names.empty() ? WalkedFiles(root) : names;
}

SourceTree ReadTree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const std::string& name : TrackedFiles(root)) {
    const auto bytes = ReadFile(root / name);
    if (!bytes.ok() || std::find(bytes->begin(), bytes->end(), 0) != bytes->end()) continue;
    files.push_back({name, Split(AsText(*bytes), '\n')});
  }
  return Finished(std::move(files));
}

SourceTree TreeOf(const std::map<std::string, std::string>& files) {
  std::vector<SourceFile> read;
  read.reserve(files.size());
  for (const auto& [name, text] : files) read.push_back({name, Split(text, '\n')});
  return Finished(std::move(read));
}

}  // namespace signet::tidy
