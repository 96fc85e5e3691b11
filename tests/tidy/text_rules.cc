#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/text.h"
#include "tests/tidy/rules.h"

namespace signet::tidy {
namespace {

constexpr size_t kColumnsMax = 100;
constexpr size_t kFunctionLinesMax = 70;
constexpr size_t kSourceLinesMax = 400;
constexpr size_t kHeaderLinesMax = 250;

constexpr std::array<std::string_view, 5> kFolders = {
    "crypto", "policies", "pipelines", "workers", "coordinator"};

bool IsLibrary(const SourceFile& file) {
  return file.IsCode() &&
         std::find(kFolders.begin(), kFolders.end(), file.Folder()) != kFolders.end();
}

bool IsOurCode(const SourceFile& file) {
  return IsLibrary(file) || (file.IsCode() && file.Folder() == "tests");
}

/// Code points, not bytes.
size_t Columns(std::string_view line) {
  return static_cast<size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// The line without a `//` comment (one inside a string is cut too: harmless here).
std::string WithoutComment(const std::string& line) {
  return line.substr(0, line.find("//"));
}

size_t IndentOf(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The name of the function whose body opens at the end of `lines[at]`, as clang-format lays it
/// out, or none. Its signature may have begun some lines above at the same indent.
std::optional<std::string> FunctionOpenedAt(const SourceFile& file, size_t at, size_t& begin) {
  static const std::regex kNotAFunction(
      R"(^\s*(\}|namespace\b|class\b|struct\b|enum\b|union\b|extern\b|if\b|for\b|while\b|switch\b|else\b|do\b|return\b|case\b|default\b|try\b|catch\b))");
  static const std::regex kName(R"(([A-Za-z_~][A-Za-z0-9_:~<>]*|operator[^ (]*)\s*\()");
  begin = at;
  // Up to the signature's first line: continuation lines are indented further.
  size_t indent = IndentOf(file.lines[at]);
  while (begin > 0) {
    const std::string above = WithoutComment(file.lines[begin - 1]);
    const std::string_view text = Trim(above);
    const bool ended = text.empty() || text.ends_with(';') || text.ends_with('}') ||
                       text.ends_with('{') || text.ends_with(':') || text.starts_with('#');
    if (ended && !text.ends_with("::")) break;
    if (IndentOf(above) > indent && begin == at && indent > 2) break;
    indent = std::min(indent, IndentOf(above));
    --begin;
  }
  if (indent > 2) return std::nullopt;
  std::string signature;
  for (size_t i = begin; i <= at; ++i) signature += WithoutComment(file.lines[i]) + " ";
  if (std::regex_search(signature, kNotAFunction)) return std::nullopt;
  std::smatch name;
  if (!std::regex_search(signature, name, kName)) return std::nullopt;
  return name[1].str();
}

/// The line that closes what `begin` opened: the next one with the same indent that starts with
/// '}'.
size_t ClosingLine(const SourceFile& file, size_t begin, size_t at) {
  const size_t indent = IndentOf(file.lines[begin]);
  for (size_t i = at + 1; i < file.lines.size(); ++i) {
    if (IndentOf(file.lines[i]) == indent && Trim(file.lines[i]).starts_with('}')) return i;
  }
  return file.lines.size();
}

struct BannedWord {
  const char* name;
  const char* pattern;
  const char* why;
  std::vector<std::string_view> doors;  ///< path prefixes where it is allowed
};

const std::vector<BannedWord>& BannedList() {
  static const std::vector<BannedWord> kBanned = {
      {"cout", R"(std::c(out|err)\b)", "libraries print nothing", {"coordinator/cli/", "tests/"}},
      {"sleep",
       R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)",
       "wait for events or simulated time",
       {}},
      {"rand",
       R"(\b(s?rand\(|std::random_device|mt19937))",
       "randomness comes through Entropy",
       {}},
      {"clock",
       R"((system_clock|steady_clock|high_resolution_clock)::now|\bclock_gettime\b|\bgettimeofday\b|\btime\(nullptr\))",
       "time comes through Clock",
       {"crypto/base/clock.cc", "tests/"}},
      {"format", R"(std::format\b)", "neither compiler has it", {}},
      {"dangling",
       R"(\bfor \([^;]* : (\*[A-Z][A-Za-z_:]*\(|[A-Z][A-Za-z_:]*\([^;]*\)(->|\["|\.value\(\)\.)))",
       "a loop over a part of a temporary: name the whole first (C++20 ends it before the body)",
       {}},
      {"unfinished", R"(\b(TODO|FIXME|XXX|HACK)\b)", "finish it or file an issue", {}},
  };
  return kBanned;
}

bool IsMain(const SourceFile& file) {
  return file.path.ends_with("/main.cc") || file.path.ends_with("_main.cc");
}

/// One finding for a file, which counts its lines and names the first.
void AddWithLines(Findings& findings,
                  const SourceFile& file,
                  const std::vector<size_t>& lines,
                  const std::string& why) {
  if (lines.empty()) return;
  findings.push_back(
      {file.path, lines.size(), why + ", first line " + std::to_string(lines.front())});
}

}  // namespace

Findings LongLines(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsOurCode(file)) continue;
    std::vector<size_t> where;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (Columns(file.lines[i]) > kColumnsMax) where.push_back(i + 1);
    }
    AddWithLines(findings, file, where, "has lines of more than 100 columns");
  }
  return findings;
}

Findings LongFunctions(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsLibrary(file)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (!Trim(WithoutComment(file.lines[i])).ends_with('{')) continue;
      size_t begin = i;
      const std::optional<std::string> name = FunctionOpenedAt(file, i, begin);
      if (!name.has_value()) continue;
      const size_t lines = ClosingLine(file, begin, i) - i;
      if (lines <= kFunctionLinesMax) continue;
      findings.push_back({file.path + " " + *name, lines, "is a function of more than 70 lines"});
    }
  }
  return findings;
}

Findings LongFiles(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files) {
    const size_t limit = file.path.ends_with(".h") ? kHeaderLinesMax : kSourceLinesMax;
    if (!IsOurCode(file) || file.lines.size() <= limit + 1) continue;
    findings.push_back({file.path, file.lines.size() - 1, "is longer than its kind may be"});
  }
  return findings;
}

Findings BannedWords(const SourceTree& tree) {
  Findings findings;
  for (const BannedWord& banned : BannedList()) {
    const std::regex pattern(banned.pattern);
    for (const SourceFile& file : tree.files) {
      // The rules name the words that they look for.
      if (!IsOurCode(file) || IsMain(file) || file.path.starts_with("tests/tidy/")) continue;
      const bool door = std::any_of(banned.doors.begin(),
                                    banned.doors.end(),
                                    [&](std::string_view d) { return file.path.starts_with(d); });
      const bool here =
          !door && std::any_of(file.lines.begin(), file.lines.end(), [&](const auto& line) {
            // Unfinished work is a matter of comments, the rest of code.
            const bool comments = std::string_view(banned.name) == "unfinished";
            return std::regex_search(comments ? line : WithoutComment(line), pattern);
          });
      if (here) findings.push_back({file.path + " " + banned.name, 0, banned.why});
    }
  }
  return findings;
}

Findings MachinePaths(const SourceTree& tree) {
  static const std::regex kPath(R"((^|[^A-Za-z0-9_.}\])/-])/(home|root|Users|work)/)");
  static const std::regex kHost(
      R"(npmjs\.(org|com)|deb\.debian\.org|security\.debian\.org|proxy\.golang\.org|pypi\.org|crates\.io)");
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (file.path.starts_with("tests/tidy/")) continue;
    std::vector<size_t> where;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], kPath) || std::regex_search(file.lines[i], kHost)) {
        where.push_back(i + 1);
      }
    }
    AddWithLines(findings, file, where, "names somebody's machine or a package registry");
  }
  return findings;
}

Findings Headers(const SourceTree& tree) {
  static const std::regex kNoConcept(R"((^|_)(utils?|helpers?|misc|common|stuff)(_|\.))");
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsOurCode(file)) continue;
    const std::string name = std::filesystem::path(file.path).filename().string();
    if (std::regex_search(name, kNoConcept)) {
      findings.push_back({file.path, 0, "is named after no concept"});
    }
    if (!name.ends_with(".h")) continue;
    if (!file.lines.front().starts_with("/// ")) {
      findings.push_back({file.path, 0, "does not open with a sentence on the file"});
    }
    if (std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
      findings.push_back({file.path, 0, "lacks #pragma once"});
    }
  }
  return findings;
}

Findings TwinTests(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsLibrary(file) || !file.path.ends_with(".cc") || IsMain(file)) continue;
    const std::string twin = "tests/" + file.path.substr(0, file.path.size() - 3) + "_test.cc";
    if (!tree.Has(twin)) findings.push_back({file.path, 0, "has no twin " + twin});
  }
  return findings;
}

}  // namespace signet::tidy
