/// Label: what is known of a column: the algebra in which `signet plan` proves a pipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// In ascending danger.
enum class Identifiability { kNone, kAggregate, kQuasi, kPseudonymous, kDirect };
std::string_view IdentifiabilityName(Identifiability level);
Result<Identifiability> IdentifiabilityFromName(std::string_view name);

/// Columns of one class form one sealed stream with a key and a lease of its own. In ascending
/// sensitivity: what joins two classes has the later one.
enum class LabelClass { kOrdinary, kLinks, kSensitive, kEscrow, kFacts };
inline constexpr int kLabelClassCount = 5;
std::string_view LabelClassName(LabelClass label_class);
Result<LabelClass> LabelClassFromName(std::string_view name);

/// The label of a column. The default is that of a constant: no personal data, neutral in Join.
struct Label {
  /// Fideslang keys the value stems from.
  std::set<std::string> categories;
  Identifiability identifiability = Identifiability::kNone;
  /// Purposes that may use the value. Meaningful only when there are categories.
  std::set<std::string> purposes;
  /// Source columns the value stems from: "crm.email".
  std::set<std::string> origins;
  LabelClass label_class = LabelClass::kOrdinary;
  /// Lawful bases on which some allowed purpose rests: "gdpr:consent".
  std::set<std::string> bases;
  /// Jurisdictions whose subjects the value may be about.
  std::set<std::string> jurisdictions;
  /// Regions that the value may go to even with a safeguard; nothing = the policies' own rule.
  std::optional<std::set<std::string>> regions;
  /// Seconds that the value may be kept in any kind of dataset; nothing = the kind's own rule.
  std::optional<int64_t> retention_s;
  /// The smallest group that the value may define or describe; 0 = the policies' own rule.
  int64_t min_group = 0;
  /// Special categories (GDPR Art. 9, CPRA sensitive) that the value is of or a declared proxy for.
  std::set<std::string> special;

  /// True for a value without personal data, or when `purpose` is among the allowed ones.
  [[nodiscard]] bool Allows(std::string_view purpose) const;

  /// The label of a value made of both: categories, origins, jurisdictions and special categories
  /// united; purposes, bases and regions intersected; the worse identifiability and class, the
  /// shorter retention, the larger group. Commutative, associative, idempotent; Label{} is neutral.
  static Label Join(const Label& a, const Label& b);

  [[nodiscard]] Json ToJson() const;
  static Result<Label> FromJson(const Json& json);
  friend bool operator==(const Label&, const Label&) = default;
};

}  // namespace signet::policies
