/// Looks for a marker in bytes: as it is in any case, as hexadecimal text, and inside base64.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace signet::e2e {

/// The forms in which `marker` (ASCII letters) could hide.
class MarkerSearch {
 public:
  explicit MarkerSearch(std::string_view marker);

  /// How the marker occurs ("plain", "hexadecimal", "base64"); empty when it does not.
  [[nodiscard]] std::string FindIn(const std::string& bytes) const;
  /// "PATH (form)" of each regular file below `folder` that holds it. Each file that cannot be
  /// read is listed too: what was not searched is not clean.
  [[nodiscard]] std::vector<std::string> FilesWith(const std::filesystem::path& folder) const;

 private:
  std::string lower_;
  std::vector<std::string> hex_;     ///< lower case, of the marker in both cases
  std::vector<std::string> base64_;  ///< at each of the three offsets, in both cases
};

/// Base64 (RFC 4648) without padding.
std::string Base64(std::string_view bytes);

}  // namespace signet::e2e
