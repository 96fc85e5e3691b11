/// TcString: what a user agreed to, as IAB Europe's Transparency and Consent Framework writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// The core segment of a TC string of format version 2 (TCF v2.0 to v2.2); vendors ascending.
/// Source: IAB Tech Lab, "Consent string and vendor list formats v2".
struct TcString {
  Timestamp created;
  Timestamp updated;
  int cmp_id = 0;
  int cmp_version = 0;
  int consent_screen = 0;
  std::string language;  ///< "EN"
  int vendor_list_version = 0;
  int policy_version = 0;
  bool service_specific = false;
  std::vector<int> special_features;     ///< opted in: 1..12
  std::vector<int> purposes;             ///< consented: 1..24 (11 are defined)
  std::vector<int> purposes_legitimate;  ///< transparency for legitimate interest was given
  bool purpose_one_treatment = false;
  std::string publisher_country;  ///< "AA" = unknown
  std::vector<int> vendors;       ///< consented
  std::vector<int> vendors_legitimate;

  [[nodiscard]] bool Consents(int purpose) const;

  /// kCorrupt for what is no TC string, kInvalid for another format version (1, or one to come).
  /// The core segment must be whole up to the vendors; restrictions and further segments are passed
  /// over.
  static Result<TcString> Parse(std::string_view text);
};

}  // namespace signet::policies
