/// What the gate needs of a policy: whose law a country and region stand under, and who is a minor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"

namespace signet::pipelines {

/// Policy::JurisdictionOf and MinorAge as a table that travels in a task's options. Immutable after
/// construction.
class JurisdictionTable {
 public:
  JurisdictionTable() = default;
  static JurisdictionTable FromPolicy(const policies::Policy& policy);

  /// As Policy::JurisdictionOf (any case); "" = unknown.
  [[nodiscard]] std::string Of(std::string_view country, std::string_view region) const;
  /// As Policy::MinorAge, in years.
  [[nodiscard]] int64_t MinorAge(std::string_view jurisdiction) const;

  /// {"places": {"US/CA": "california", "US": "", ...}, "minor_ages": {"eu": 16, "": 18}}.
  [[nodiscard]] Json ToJson() const;
  static Result<JurisdictionTable> FromJson(const Json& json);

 private:
  // "FI" = without region, "US/CA" = that region, "US/*" = any other region.
  std::map<std::string, std::string, std::less<>> places_;
  std::map<std::string, int64_t, std::less<>> minor_ages_;
};

}  // namespace signet::pipelines
