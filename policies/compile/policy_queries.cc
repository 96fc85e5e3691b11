#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "policies/compile/compile_parts.h"
#include "policies/compile/policy.h"

namespace signet::policies {
namespace {

// What of a value's identifiability is left after its treatment.
Identifiability After(TreatmentKind kind, Identifiability before) {
  switch (kind) {
    case TreatmentKind::kKeep:
    case TreatmentKind::kEncrypt:
    case TreatmentKind::kEscrow:
      return before;
    case TreatmentKind::kGeneralise:
      return std::min(before, Identifiability::kQuasi);
    case TreatmentKind::kPseudonymise:
      return before == Identifiability::kDirect ? Identifiability::kPseudonymous : before;
    case TreatmentKind::kDrop:
      return Identifiability::kNone;
  }
  return before;
}

LabelClass ClassAfter(TreatmentKind kind, LabelClass before) {
  switch (kind) {
    case TreatmentKind::kKeep:
    case TreatmentKind::kGeneralise:
    case TreatmentKind::kDrop:
      return before;
    case TreatmentKind::kPseudonymise:
      return std::max(before, LabelClass::kLinks);
    case TreatmentKind::kEncrypt:
      return std::max(before, LabelClass::kSensitive);
    case TreatmentKind::kEscrow:
      return std::max(before, LabelClass::kEscrow);
  }
  return before;
}

std::string Upper(std::string_view text) {
  std::string upper(Trim(text));
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

Verdict NoRule(const PolicyPart& part, const Category* category, std::string_view key) {
  std::string message = part.name + " has no rule for '" + std::string(key) + "'";
  if (category != nullptr && category->special) {
    message += ", a special category, which inherits none";
  }
  return Verdict::Deny(RulePlace(part.mark), "", std::move(message));
}

}  // namespace

const Category* Policy::FindCategory(std::string_view key) const {
  return taxonomy_.FindCategory(key);
}

Treatment Policy::TreatmentOf(std::string_view category) const {
  const auto found = treatments_.find(category);
  if (found != treatments_.end()) return found->second;
  Treatment drop;
  drop.options = Json(Json::Object{});
  drop.rule = "(no rule)";
  return drop;
}

Label Policy::LabelOf(std::string_view category, std::string_view origin) const {
  Label label;
  if (const auto found = labels_.find(category); found != labels_.end()) {
    label = found->second;
  } else {
    label.categories.insert(std::string(category));
    label.identifiability = Identifiability::kDirect;
    label.label_class = LabelClass::kSensitive;
  }
  label.origins.insert(std::string(origin));
  return label;
}

Label Policy::MakeLabel(const Category& category) const {
  Label label;
  label.categories.insert(category.key);
  const Treatment treatment = TreatmentOf(category.key);
  label.identifiability = After(treatment.kind, category.identifiability);
  label.label_class = ClassAfter(treatment.kind, category.label_class);
  label.purposes = PurposesAllowedFor(category.key);
  if (category.special) label.special.insert(category.key);
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.jurisdictions) label.jurisdictions.insert(entry.first);
    for (const std::string& purpose : label.purposes) {
      const auto basis = part.purposes.find(purpose);
      if (basis != part.purposes.end()) label.bases.insert(part.name + ":" + basis->second.basis);
    }
    const CategoryRule* rule = part.RuleOf(taxonomy_, category.key);
    if (rule == nullptr) continue;
    Label limits;
    limits.regions = rule->regions;
    limits.retention_s = rule->retention_s;
    limits.min_group = rule->min_group;
    limits.special = rule->proxy_for;
    label = Label::Join(label, limits);
  }
  return label;
}

const PurposeRule* Policy::FindPurpose(std::string_view name) const {
  const auto found = purposes_.find(name);
  return found == purposes_.end() ? nullptr : &found->second;
}

std::vector<std::string> Policy::PurposeNames() const {
  std::vector<std::string> names;
  for (const auto& entry : purposes_) names.push_back(entry.first);
  return names;
}

namespace {

Verdict NotFor(const PolicyPart& part,
               const CategoryRule& rule,
               const std::string& category,
               const std::string& purpose) {
  return Verdict::Deny(
      rule.treatment.rule,
      rule.article,
      part.name + " does not allow '" + category + "' for the purpose '" + purpose + "'");
}

}  // namespace

Verdict Policy::MayUse(std::string_view category, std::string_view purpose) const {
  const std::string purpose_name(purpose);
  const std::string category_name(category);
  const Category* found = FindCategory(category);
  if (found == nullptr) {
    return Verdict::Deny("taxonomy", "", "'" + category_name + "' is not in the taxonomy");
  }
  if (FindPurpose(purpose) == nullptr) {
    return Verdict::Deny("purposes", "", "no policy declares the purpose '" + purpose_name + "'");
  }
  const std::string may_serve = "'" + category_name + "' may serve '" + purpose_name + "'";
  Verdict verdict;
  for (const PolicyPart& part : parts_) {
    const auto basis = part.purposes.find(purpose);
    if (basis == part.purposes.end()) continue;
    const CategoryRule* rule = part.RuleOf(taxonomy_, category);
    if (rule == nullptr) return NoRule(part, found, category);
    if (rule->purposes.count(purpose_name) == 0) {
      return NotFor(part, *rule, category_name, purpose_name);
    }
    if (!verdict.rule.empty()) continue;
    verdict = Verdict::Allow(
        RuleText(basis->second.mark, "purposes." + purpose_name), basis->second.article, may_serve);
  }
  const Treatment treatment = TreatmentOf(category);
  if (treatment.kind == TreatmentKind::kDrop) {
    return Verdict::Deny(
        treatment.rule, treatment.article, "'" + category_name + "' is dropped at the gate");
  }
  return verdict;
}

Verdict Policy::MayUseSpecial(std::string_view special, std::string_view purpose) const {
  const std::string purpose_name(purpose);
  Verdict verdict =
      Verdict::Deny("purposes", "", "no policy declares the purpose '" + purpose_name + "'");
  for (const PolicyPart& part : parts_) {
    const auto basis = part.purposes.find(purpose);
    if (basis == part.purposes.end()) continue;
    const std::string rule = RuleText(basis->second.mark, "purposes." + purpose_name);
    if (basis->second.special_condition.empty()) {
      return Verdict::Deny(rule,
                           basis->second.article,
                           part.name + " states no condition under which '" + purpose_name +
                               "' may use '" + std::string(special) + "' or a proxy for it");
    }
    verdict = Verdict::Allow(rule,
                             basis->second.special_article,
                             "'" + purpose_name + "' may use it under the condition '" +
                                 basis->second.special_condition + "'");
  }
  return verdict;
}

std::set<std::string> Policy::PurposesAllowedFor(std::string_view category) const {
  std::set<std::string> allowed;
  for (const auto& entry : purposes_) {
    if (MayUse(category, entry.first).allowed) allowed.insert(entry.first);
  }
  return allowed;
}

const Recipient* Policy::FindRecipient(std::string_view name) const {
  const auto found = organisation_.recipients.find(name);
  return found == organisation_.recipients.end() ? nullptr : &found->second;
}

std::vector<std::string> Policy::RecipientNames() const {
  std::vector<std::string> names;
  for (const auto& entry : organisation_.recipients) names.push_back(entry.first);
  return names;
}

Verdict Policy::MayReceive(std::string_view recipient, std::string_view purpose) const {
  const std::string name(recipient);
  const Recipient* found = FindRecipient(recipient);
  if (found == nullptr) {
    return Verdict::Deny("organisation", "", "there is no recipient '" + name + "'");
  }
  const std::string rule = RuleText(found->mark, "recipients." + name);
  for (const std::string& allowed : found->purposes) {
    if (!IsWithin(purpose, allowed)) continue;
    return Verdict::Allow(
        rule, found->article, "'" + name + "' may receive for '" + std::string(purpose) + "'");
  }
  return Verdict::Deny(
      rule,
      found->article,
      "recipient '" + name + "' may not receive for the purpose '" + std::string(purpose) + "'");
}

Verdict Policy::MayTransfer(std::string_view recipient,
                            const std::optional<std::set<std::string>>& regions) const {
  const Recipient* found = FindRecipient(recipient);
  const std::string name(recipient);
  if (found == nullptr) {
    return Verdict::Deny("organisation", "", "there is no recipient '" + name + "'");
  }
  const std::string rule = RuleText(found->mark, "recipients." + name);
  if (regions.has_value() && regions->count(found->region) == 0) {
    return Verdict::Deny(
        rule,
        found->article,
        "'" + name + "' is in region '" + found->region + "', which a rule for the data excludes");
  }
  Verdict verdict = Verdict::Allow(
      rule, found->article, "region '" + found->region + "' is covered for '" + name + "'");
  for (const PolicyPart& part : parts_) {
    if (!part.Covers(*found)) {
      return Verdict::Deny(RuleText(part.transfer_mark, "transfers"),
                           part.transfer_article,
                           part.name + " covers neither region '" + found->region +
                               "' nor the safeguard of '" + name + "'");
    }
    if (part.transfer_regions.empty() || part.transfer_regions.count(found->region) > 0) continue;
    verdict = Verdict::Allow(RuleText(part.transfer_mark, "transfers"),
                             part.transfer_article,
                             "region '" + found->region + "' by " + found->safeguard);
  }
  return verdict;
}

Verdict Policy::MayRelease(std::string_view category,
                           std::string_view recipient,
                           std::string_view purpose) const {
  Verdict receive = MayReceive(recipient, purpose);
  if (!receive.allowed) return receive;
  const Recipient* found = FindRecipient(recipient);
  const std::string category_name(category);
  const bool released =
      std::any_of(found->releases.begin(), found->releases.end(), [&](const std::string& release) {
        return IsWithin(category, release);
      });
  if (!released) {
    return Verdict::Deny(
        receive.rule,
        found->article,
        "recipient '" + found->name + "' has no release rule for '" + category_name + "'");
  }
  for (const PolicyPart& part : parts_) {
    const CategoryRule* rule = part.RuleOf(taxonomy_, category);
    if (rule == nullptr) return NoRule(part, FindCategory(category), category);
    if (!rule->releasable) {
      return Verdict::Deny(rule->treatment.rule,
                           rule->article,
                           part.name + " does not call '" + category_name + "' releasable");
    }
  }
  const Verdict use = MayUse(category, purpose);
  return use.allowed ? receive : use;
}

std::string Policy::JurisdictionOf(std::string_view country, std::string_view region) const {
  const std::string code = Upper(country);
  std::string where = Upper(region);
  // ISO 3166-2 writes US-CA.
  if (where.size() > 3 && where.compare(0, 3, code + "-") == 0) where.erase(0, 3);
  std::set<std::string> by_region;
  std::set<std::string> by_country;
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.jurisdictions) {
      if (entry.second.countries.count(code) == 0) continue;
      if (entry.second.regions.empty()) {
        by_country.insert(entry.first);
      } else if (entry.second.regions.count(where) > 0) {
        by_region.insert(entry.first);
      }
    }
  }
  const std::set<std::string>& found = by_region.empty() ? by_country : by_region;
  return found.size() == 1 ? *found.begin() : std::string();
}

int64_t Policy::MinorAge(std::string_view jurisdiction) const {
  int64_t age = 0;
  int64_t highest = 0;
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.jurisdictions) {
      highest = std::max(highest, entry.second.minor_age);
      if (entry.first == jurisdiction) age = std::max(age, entry.second.minor_age);
    }
  }
  return age > 0 ? age : highest;
}

std::vector<std::string> Policy::JurisdictionNames() const {
  std::set<std::string> names;
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.jurisdictions) names.insert(entry.first);
  }
  return {names.begin(), names.end()};
}

std::vector<const PolicyPart*> Policy::PartsOf(std::string_view jurisdiction) const {
  std::vector<const PolicyPart*> governing;
  std::vector<const PolicyPart*> all;
  bool known = false;
  for (const PolicyPart& part : parts_) {
    all.push_back(&part);
    const bool named = part.jurisdictions.find(jurisdiction) != part.jurisdictions.end();
    known = known || named;
    if (named || part.jurisdictions.empty()) governing.push_back(&part);
  }
  return known ? governing : all;
}

std::optional<int64_t> Policy::RetentionOf(std::string_view dataset_kind) const {
  std::optional<int64_t> shortest;
  for (const PolicyPart& part : parts_) {
    const auto found = part.retention_s.find(dataset_kind);
    if (found == part.retention_s.end()) continue;
    shortest = std::min(shortest.value_or(found->second), found->second);
  }
  return shortest;
}

std::string Policy::RetentionRuleOf(std::string_view dataset_kind) const {
  const std::optional<int64_t> shortest = RetentionOf(dataset_kind);
  for (const PolicyPart& part : parts_) {
    const auto found = part.retention_s.find(dataset_kind);
    if (found == part.retention_s.end() || found->second != shortest) continue;
    return RuleText(part.retention_mark, "retention." + std::string(dataset_kind)) + ", " +
           part.retention_article;
  }
  return {};
}

}  // namespace signet::policies
