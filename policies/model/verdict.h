/// Verdict: a decision with the rule that made it.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::policies {

struct Verdict {
  bool allowed = false;
  /// "gdpr.yaml:41 purposes.analytics.churn".
  std::string rule;
  /// "GDPR Art. 6(1)(f)".
  std::string article;
  /// One sentence for people, without personal data.
  std::string message;

  static Verdict Allow(std::string rule, std::string article, std::string message);
  static Verdict Deny(std::string rule, std::string article, std::string message);
  [[nodiscard]] Json ToJson() const;
};

}  // namespace signet::policies
