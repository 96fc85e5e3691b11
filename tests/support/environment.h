/// What a test may know of the world: scratch folders and the optional shared data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace signet::testing_support {

/// A fresh folder under the system's temporary folder, removed with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// `../shared/<relative>` beside the checkout (or under $SIGNET_SHARED), if it is there. Tests that
/// need it call GTEST_SKIP with the path when it is absent.
std::optional<std::filesystem::path> SharedPath(const std::string& relative);

/// The folder of the built programs (`signet`, `signet-worker`, ...).
std::filesystem::path ProgramFolder();

}  // namespace signet::testing_support
