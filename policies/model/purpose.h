/// Purposes, recipients, publication: the rules a policy states, as plain values.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "policies/document/mark.h"

namespace signet::policies {

/// What a purpose needs from the subject.
enum class ConsentMode {
  kNotNeeded,  ///< another basis carries it, the subject cannot object (legal obligation, contract)
  kOptOut,     ///< allowed until the subject objects
  kOptIn,      ///< allowed only while consent is given
};
std::string_view ConsentModeName(ConsentMode mode);
Result<ConsentMode> ConsentModeFromName(std::string_view name);

/// What a purpose may do with a subject below the policy's age.
enum class MinorRule {
  kAllow,
  kOptIn,  ///< only with consent
  kDeny,
};
std::string_view MinorRuleName(MinorRule rule);
Result<MinorRule> MinorRuleFromName(std::string_view name);

/// What handing data to somebody is. kInternal: nobody else receives it.
enum class Relation { kInternal, kProcessor, kJoint, kShare, kSale };
std::string_view RelationName(Relation relation);
Result<Relation> RelationFromName(std::string_view name);
/// Sale and share: what CCPA's opt-out and the GPC signal stop.
bool IsSaleOrShare(Relation relation);

/// One policy's rule for one purpose.
struct PurposeBasis {
  std::string policy;
  std::string description;
  /// consent, contract, legal_obligation, vital_interests, public_task, legitimate_interests
  /// (GDPR Art. 6(1)(a)-(f)), or notice (CCPA section 1798.100).
  std::string basis;
  std::string article;
  ConsentMode mode = ConsentMode::kOptIn;
  /// Where the right behind `mode` stands: Art. 21 for an objection, Art. 7(3) for a withdrawal.
  std::string refusal_article;
  MinorRule minors = MinorRule::kDeny;
  /// Reference of the legitimate-interest assessment, when that is the basis.
  std::string assessment;
  /// Why the purpose may use special categories and their proxies (GDPR Art. 9(2)) or sensitive
  /// personal information (Cal. Civ. Code section 1798.121): "explicit_consent", "permitted_use",
  /// ...; empty = it may not.
  std::string special_condition;
  std::string special_article;
  Mark mark;
};

/// A purpose over all composed policies.
struct PurposeRule {
  std::string name;
  /// The Fideslang use it is a child of.
  std::string use;
  std::string description;
  std::vector<PurposeBasis> bases;
};

struct Recipient {
  std::string name;
  std::string description;
  Relation relation = Relation::kProcessor;
  /// A region of the policies' transfer rules: "eu", "us".
  std::string region;
  /// Safeguard of a transfer, e.g. "SCC 2021/914 module 2".
  std::string safeguard;
  /// Purposes it may receive segments for.
  std::set<std::string> purposes;
  /// Categories that may leave escrow for it.
  std::set<std::string> releases;
  std::string article;
  Mark mark;
};

/// No policy may allow smaller groups, but for states marked as test states.
inline constexpr int64_t kMinGroupFloor = 10;
/// The same for classes of people who look alike.
inline constexpr int64_t kMinClassFloor = 5;
/// More privacy loss than this is no privacy.
inline constexpr double kEpsilonMax = 20.0;

struct PublicationRule {
  /// Smallest group that may be published or counted.
  int64_t min_group = 50;
  /// Smallest class of people who look alike in their quasi-identifiers, where rows are shown.
  int64_t min_class = 10;
  /// Smallest leaf population that an explanation of a model may tell about.
  int64_t min_leaf = 50;
  /// Small additions are held until there are min_group of them or this age, in seconds.
  int64_t hold_max_s = int64_t{7} * 86400;
  /// Privacy loss (epsilon) that noisy counts may cost one recipient within `budget_period_s`.
  double epsilon_max = 1.0;
  int64_t budget_period_s = int64_t{30} * 86400;
  std::string rule;
  std::string article;
};

struct Organisation {
  std::string controller;
  std::string address;
  std::string contact;
  std::string dpo;
  std::string dpo_contact;
  std::map<std::string, Recipient, std::less<>> recipients;
};

}  // namespace signet::policies
