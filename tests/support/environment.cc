#include "tests/support/environment.h"

#include <stdlib.h>
#include <system_error>

namespace signet::testing_support {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "signet-test-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data()) != nullptr ? fs::path(pattern) : fs::path();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::optional<fs::path> SharedPath(const std::string& relative) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  const char* root = ::getenv("SIGNET_SHARED");
  const fs::path base =
      root != nullptr ? fs::path(root) : fs::current_path().parent_path() / "shared";
  fs::path found = base / relative;
  if (fs::exists(found)) return found;
  return std::nullopt;
}

fs::path ProgramFolder() {
  // Test binaries live in <build>/tests, programs in <build>/bin.
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin";
}

}  // namespace signet::testing_support
