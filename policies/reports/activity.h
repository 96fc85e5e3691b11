/// ProcessingActivity: what one pipeline did for one purpose, as it ran.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "policies/compile/policy.h"

namespace signet::policies {

/// One column as the plan derived it.
struct ColumnLineage {
  std::string dataset, kind, step, column, type;
  std::set<std::string> categories;
  std::set<std::string> origins;  ///< "crm.email"
  std::set<std::string> purposes;
  std::string identifiability;
  std::set<std::string> treatments;  ///< "user.contact.email: escrow (gdpr.yaml:120)"
  std::set<std::string> articles;
};

struct ProcessingActivity {
  std::string pipeline, purpose;
  std::string run;   ///< the newest that did it
  std::string when;  ///< its date
  std::string plan_digest, policy_digest;
  std::vector<std::string> steps;  ///< "churn (train)"
  std::set<std::string> categories;
  std::set<std::string> special;     ///< those of them that are special or sensitive
  std::set<std::string> sources;     ///< "crm", "orders"
  std::set<std::string> kinds;       ///< of the datasets it made: "scores"
  std::set<std::string> recipients;  ///< to whom it published
  uint64_t rows = 0;                 ///< of the largest dataset it read
  bool profiles = false;             ///< it scores or segments persons (GDPR Art. 4(4))
  bool trains = false;               ///< it trains a model

  /// {pipeline, purpose, categories, recipients, kinds}: what a register declares.
  [[nodiscard]] Json ToJson() const;
};

/// What is held of one source, whichever purposes read it: columns that wait in escrow are held,
/// too.
struct HeldData {
  std::string pipeline, source;
  std::set<std::string> categories;
  std::set<std::string> special;     ///< those of them that are special or sensitive
  std::set<std::string> treatments;  ///< "user.contact.email: escrow (gdpr.yaml:120)"

  [[nodiscard]] Json ToJson() const;
};

/// "basis (article) by policy" of the purpose, over the policies.
std::string BasisText(const Policy& policy, const std::string& purpose);
/// "governed 1095 days, scores 180 days" for the kinds that the policy limits.
std::string RetentionText(const Policy& policy, const std::set<std::string>& kinds);
/// "eu: email_platform (processor)", one a recipient.
std::string RecipientText(const Policy& policy, const std::set<std::string>& recipients);
/// Texts joined by ", ", or "none".
std::string ListText(const std::set<std::string>& texts);

}  // namespace signet::policies
