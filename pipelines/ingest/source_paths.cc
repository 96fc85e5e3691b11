#include "pipelines/ingest/source_paths.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <fnmatch.h>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFilesMax = 100'000;
constexpr int kDepthMax = 32;

bool IsPattern(const std::string& part) {
  return part.find_first_of("*?[") != std::string::npos;
}

/// The entries of a folder, sorted; empty when it cannot be read.
std::vector<fs::path> Entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Walks the pattern's parts from `at`; adds the regular files that match.
class Expansion {
 public:
  explicit Expansion(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  void Walk(const fs::path& at, size_t part, int depth) {
    if (files_.size() > kFilesMax || depth > kDepthMax) return;
    std::error_code error;
    if (part == parts_.size()) {
      if (fs::is_regular_file(at, error)) files_.insert(at.string());
      return;
    }
    const std::string& name = parts_[part];
    if (!IsPattern(name)) return Walk(at / name, part + 1, depth);
    if (name == "**") Walk(at, part + 1, depth);
    for (const fs::path& entry : Entries(at)) {
      const std::string leaf = entry.filename().string();
      if (name == "**") {
        if (fs::is_directory(fs::symlink_status(entry, error))) Walk(entry, part, depth + 1);
      } else if (fnmatch(name.c_str(), leaf.c_str(), FNM_PERIOD) == 0) {
        Walk(entry, part + 1, depth);
      }
    }
  }
  [[nodiscard]] const std::set<std::string>& files() const { return files_; }

 private:
  std::vector<std::string> parts_;
  std::set<std::string> files_;
};

Status Missing(const std::string& pattern, const fs::path& path) {
  std::vector<std::string> names;
  for (const fs::path& entry : Entries(path.parent_path())) {
    names.push_back(entry.filename().string());
  }
  const std::string nearest = NearestName(path.filename().string(), names);
  Status status = NotFound("no file matches '" + pattern + "'").WithDiagnostic("SIG-4001");
  std::error_code error;
  if (!fs::is_directory(path.parent_path(), error)) {
    return status.WithRemedy("the folder '" + path.parent_path().string() + "' does not exist");
  }
  return status.WithRemedy(nearest.empty() ? "check the path; it is relative to the pipeline's file"
                                           : "did you mean '" + nearest + "'?");
}

}  // namespace

Result<std::vector<std::string>> ExpandPaths(const std::string& pattern, const fs::path& base_dir) {
  if (pattern.empty()) return Invalid("a source without a path").WithDiagnostic("SIG-4001");
  const fs::path whole =
      fs::path(pattern).is_absolute() ? fs::path(pattern) : fs::absolute(base_dir) / pattern;
  fs::path root = whole.root_path();
  std::vector<std::string> parts;
  for (const fs::path& part : whole.relative_path()) {
    if (!part.empty() && part != ".") parts.push_back(part.string());
  }
  Expansion expansion(std::move(parts));
  expansion.Walk(root, 0, 0);
  if (expansion.files().size() > kFilesMax) return Exhausted("more files match than 100,000");
  if (expansion.files().empty()) return Missing(pattern, whole);
  return std::vector<std::string>(expansion.files().begin(), expansion.files().end());
}

}  // namespace signet::pipelines
