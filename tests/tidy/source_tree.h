/// The tracked files of this repository, and what its CMakeLists say of rooms.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace signet::tidy {

struct SourceFile {
  std::string path;  ///< relative to the repository, e.g. "crypto/base/bytes.h"
  std::vector<std::string> lines;

  [[nodiscard]] bool IsCode() const { return path.ends_with(".cc") || path.ends_with(".h"); }
  /// "crypto", "tests", ...
  [[nodiscard]] std::string Folder() const;
  /// "crypto/base"; "workers" for a file that lies in no room.
  [[nodiscard]] std::string Room() const;
};

/// What a room's CMakeLists declares.
struct RoomRules {
  std::set<std::string> dependencies;  ///< "crypto/base", ...
  std::string text;                    ///< the whole file
};

struct SourceTree {
  std::vector<SourceFile> files;
  std::map<std::string, RoomRules> rooms;                 ///< by "folder/room"
  std::map<std::string, std::vector<std::string>> order;  ///< folder → its rooms in include order

  [[nodiscard]] bool Has(const std::string& path) const;
};

/// The names of tracked files (`git ls-files`); without git, all files but build output.
std::vector<std::string> TrackedFiles(const std::filesystem::path& root);
/// Reads text files; binary ones and `.git` are left out.
SourceTree ReadTree(const std::filesystem::path& root);
/// From files in memory (for the rules' own tests): path → text.
SourceTree TreeOf(const std::map<std::string, std::string>& files);

}  // namespace signet::tidy
