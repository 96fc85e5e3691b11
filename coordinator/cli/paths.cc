#include "coordinator/cli/paths.h"

#include <filesystem>
#include <stdlib.h>
#include <system_error>

namespace signet::coordinator {

std::filesystem::path ProgramFolder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::filesystem::path BundlesFolder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before threads start.
  if (const char* given = ::getenv("SIGNET_POLICIES"); given != nullptr) return given;
  return ProgramFolder().parent_path() / "share" / "signet" / "policies";
}

}  // namespace signet::coordinator
