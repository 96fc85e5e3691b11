/// Which files a source's path names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// Expands `pattern` (`*`, `?` and `[...]` in any component, `**` for any depth), relative to
/// `base_dir`, into regular files, sorted by name. kNotFound (SIG-4001) when nothing matches, with
/// the nearest name in that folder.
Result<std::vector<std::string>> ExpandPaths(const std::string& pattern,
                                             const std::filesystem::path& base_dir);

}  // namespace signet::pipelines
