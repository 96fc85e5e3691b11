#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "tests/tidy/rules.h"

namespace signet::tidy {
namespace {

/// The line: a folder includes itself and those to its left.
constexpr std::array<std::string_view, 5> kFolders = {
    "crypto", "policies", "pipelines", "workers", "coordinator"};

/// Which room may include which library. A prefix that ends in '/' is a folder of headers.
struct Library {
  std::string_view prefix;
  std::vector<std::string_view> rooms;
};

const std::vector<Library>& Libraries() {
  static const std::vector<Library> kLibraries = {
      {"nlohmann/", {"crypto/base"}},
      {"curl/", {"crypto/base"}},
      {"openssl/", {"crypto/primitives", "coordinator/api"}},  // api: TLS of Thrift's sockets
      {"rocksdb/", {"crypto/store"}},
      {"p11-kit/", {"crypto/keys"}},
      {"utf8proc.h", {"crypto/pseudonym"}},
      {"phonenumbers/", {"crypto/pseudonym"}},
      {"yaml-cpp/", {"policies/document"}},
      {"duckdb.h", {"pipelines/query"}},
      {"Eigen/", {"pipelines/math"}},
      {"boost/", {"pipelines/math"}},
      {"zlib.h", {"pipelines/ingest"}},
      {"date/", {"pipelines/schedule"}},
      {"xgboost/", {"pipelines/models"}},
      {"dmlc/", {"pipelines/models"}},
      {"thrift/", {"workers/protocol", "coordinator/api"}},
      {"zmq.h", {"workers/transport"}},
      {"zmq.hpp", {"workers/transport"}},
      {"event2/", {"coordinator/api"}},
      {"httplib.h", {"coordinator/web"}},
      {"CLI/",
       {"coordinator/cli", "workers", "coordinator", "coordinator/api", "coordinator/witness"}},
      {"gtest/", {}},
      {"gmock/", {}},
      {"benchmark/", {}},
  };
  return kLibraries;
}

/// Headers of the system that have no folder.
constexpr std::array<std::string_view, 24> kSystemHeaders = {
    "unistd.h", "fcntl.h",   "errno.h",  "signal.h",  "poll.h",    "time.h",
    "stdlib.h", "string.h",  "spawn.h",  "glob.h",    "sched.h",   "fnmatch.h",
    "dirent.h", "pwd.h",     "stdio.h",  "pthread.h", "netdb.h",   "dlfcn.h",
    "limits.h", "termios.h", "stdint.h", "cxxabi.h",  "ifaddrs.h", "link.h"};
constexpr std::array<std::string_view, 6> kSystemFolders = {
    "sys/", "netinet/", "arpa/", "linux/", "net/", "sanitizer/"};

struct Include {
  std::string path;
  bool quoted = false;
};

std::vector<Include> IncludesOf(const SourceFile& file) {
  std::vector<Include> found;
  for (const std::string& line : file.lines) {
    const std::string_view text = Trim(line);
    if (!text.starts_with("#include")) continue;
    const size_t open = text.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    const bool quoted = text[open] == '"';
    const size_t close = text.find(quoted ? '"' : '>', open + 1);
    if (close == std::string_view::npos) continue;
    found.push_back({std::string(text.substr(open + 1, close - open - 1)), quoted});
  }
  return found;
}

/// The place of `folder` in the line; npos for tests and others.
size_t RankOf(std::string_view folder) {
  const auto found = std::find(kFolders.begin(), kFolders.end(), folder);
  return found == kFolders.end() ? std::string::npos
                                 : static_cast<size_t>(found - kFolders.begin());
}

bool IsOurs(const SourceFile& file) {
  return file.IsCode() && RankOf(file.Folder()) != std::string::npos;
}

SourceFile Named(const std::string& path) {
  return {path, {}};
}

std::string Pair(const SourceFile& file, const std::string& what) {
  return file.path + " " + what;
}

bool IsSystemHeader(std::string_view path) {
  if (path.find('/') == std::string_view::npos && !path.ends_with(".h") &&
      !path.ends_with(".hpp")) {
    return true;
  }
  return std::find(kSystemHeaders.begin(), kSystemHeaders.end(), path) != kSystemHeaders.end() ||
         std::any_of(kSystemFolders.begin(), kSystemFolders.end(), [path](std::string_view prefix) {
           return path.starts_with(prefix);
         });
}

const Library* LibraryOf(std::string_view path) {
  for (const Library& library : Libraries()) {
    const bool whole = !library.prefix.ends_with('/');
    if (whole ? path == library.prefix : path.starts_with(library.prefix)) return &library;
  }
  return nullptr;
}

/// Calls `visit` for each quoted include of our rooms' sources.
template <typename Visit>
void ForEachOwnInclude(const SourceTree& tree, Visit visit) {
  for (const SourceFile& file : tree.files) {
    if (!IsOurs(file)) continue;
    for (const Include& include : IncludesOf(file)) {
      if (include.quoted) visit(file, Named(include.path));
    }
  }
}

}  // namespace

Findings FolderOrder(const SourceTree& tree) {
  Findings findings;
  ForEachOwnInclude(tree, [&findings](const SourceFile& file, const SourceFile& included) {
    const size_t to = RankOf(included.Folder());
    if (included.Folder() == "tests") {
      findings.push_back({Pair(file, included.path), 0, "a library includes a test's header"});
    } else if (to != std::string::npos && to > RankOf(file.Folder())) {
      findings.push_back({Pair(file, included.path), 0, "a folder includes one to its right"});
    }
  });
  return findings;
}

Findings RoomOrder(const SourceTree& tree) {
  Findings findings;
  ForEachOwnInclude(tree, [&](const SourceFile& file, const SourceFile& included) {
    // A main outside of all rooms assembles them.
    if (included.Folder() != file.Folder() || file.Room() == file.Folder()) return;
    const auto order = tree.order.find(file.Folder());
    if (order == tree.order.end()) return;
    const auto place = [&order](const SourceFile& f) {
      const std::string room = f.Room().substr(f.Room().find('/') + 1);
      return std::find(order->second.begin(), order->second.end(), room) - order->second.begin();
    };
    if (place(included) > place(file)) {
      findings.push_back({Pair(file, included.path), 0, "a room includes one to its right"});
    }
  });
  return findings;
}

Findings IncludesWithinDependencies(const SourceTree& tree) {
  Findings findings;
  ForEachOwnInclude(tree, [&](const SourceFile& file, const SourceFile& included) {
    if (RankOf(included.Folder()) == std::string::npos || included.Room() == file.Room()) return;
    const auto rules = tree.rooms.find(file.Room());
    if (rules == tree.rooms.end() || file.Room() == file.Folder()) return;
    // Every room may use the base.
    if (included.Room() != "crypto/base" && !rules->second.dependencies.contains(included.Room())) {
      findings.push_back({Pair(file, included.path),
                          0,
                          "the room's CMakeLists does not name " + included.Room() + " in DEPS"});
    }
  });
  return findings;
}

Findings SoleIncluders(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsOurs(file)) continue;
    for (const Include& include : IncludesOf(file)) {
      if (include.quoted || IsSystemHeader(include.path)) continue;
      const Library* const library = LibraryOf(include.path);
      if (library == nullptr) {
        findings.push_back({Pair(file, include.path), 0, "a library that DESIGN does not list"});
      } else if (std::find(library->rooms.begin(), library->rooms.end(), file.Room()) ==
                 library->rooms.end()) {
        findings.push_back({Pair(file, include.path), 0, "a library that belongs to another room"});
      }
    }
  }
  return findings;
}

Findings EveryFileHasItsPlace(const SourceTree& tree) {
  std::set<std::string> included;
  for (const SourceFile& file : tree.files) {
    for (const Include& include : IncludesOf(file)) included.insert(include.path);
  }
  Findings findings;
  for (const SourceFile& file : tree.files) {
    if (!IsOurs(file)) continue;
    const std::string name = std::filesystem::path(file.path).filename().string();
    // A main beside the rooms may be built by any of them.
    const std::string room = file.Room();
    const bool placed = std::any_of(tree.rooms.begin(), tree.rooms.end(), [&](const auto& entry) {
      return (entry.first == room ||
              (room == file.Folder() && entry.first.starts_with(room + "/"))) &&
             entry.second.text.find(name) != std::string::npos;
    });
    if (!placed) findings.push_back({file.path, 0, "is in no target"});
    if (file.path.ends_with(".h") && !included.contains(file.path)) {
      findings.push_back({file.path, 0, "is included nowhere"});
    }
  }
  return findings;
}

}  // namespace signet::tidy
