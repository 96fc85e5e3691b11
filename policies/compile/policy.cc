#include "policies/compile/policy.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/primitives/sha256.h"

namespace signet::policies {
namespace {

bool RegionsOverlap(const Jurisdiction& a, const Jurisdiction& b) {
  if (a.regions.empty() != b.regions.empty()) return false;  // the one with regions wins
  if (a.regions.empty()) return true;
  return std::any_of(a.regions.begin(), a.regions.end(), [&](const std::string& region) {
    return b.regions.count(region) > 0;
  });
}

/// The first country of `a` that is also one of `b`; empty without any.
std::string CommonCountry(const Jurisdiction& a, const Jurisdiction& b) {
  const auto found =
      std::find_if(a.countries.begin(), a.countries.end(), [&](const std::string& country) {
        return b.countries.count(country) != 0;
      });
  return found == a.countries.end() ? std::string() : *found;
}

void CheckRegion(const Recipient& recipient, const PolicyPart& part, Diagnostics& diagnostics) {
  if (part.Covers(recipient)) return;
  const std::string safeguard =
      recipient.safeguard.empty() ? "" : ", nor does it accept '" + recipient.safeguard + "'";
  diagnostics.Error("SIG-2007",
                    recipient.mark,
                    "recipient '" + recipient.name + "' is in region '" + recipient.region +
                        "', which " + part.name + " does not cover" + safeguard + " (" +
                        part.transfer_article + ")");
}

void CheckRelease(const Recipient& recipient,
                  const std::string& category,
                  const PolicyPart& part,
                  const Taxonomy& taxonomy,
                  Diagnostics& diagnostics) {
  const CategoryRule* rule = part.RuleOf(taxonomy, category);
  if (rule != nullptr && rule->releasable) return;
  diagnostics.Add({"SIG-2014",
                   "recipient '" + recipient.name + "' may not get '" + category +
                       "': " + part.name + " does not call it releasable",
                   recipient.mark,
                   {},
                   {}});
}

}  // namespace

const CategoryRule* PolicyPart::RuleOf(const Taxonomy& taxonomy, std::string_view category) const {
  const Category* wanted = taxonomy.FindCategory(category);
  if (wanted == nullptr) return nullptr;
  for (std::string_view key = category; !key.empty(); key = ParentKey(key)) {
    if (const auto found = categories.find(key); found != categories.end()) {
      const Category* owner = taxonomy.FindCategory(key);
      const bool inherits_special = wanted->special && (owner == nullptr || !owner->special);
      return inherits_special ? nullptr : &found->second;
    }
  }
  return nullptr;
}

bool PolicyPart::Covers(const Recipient& recipient) const {
  if (transfer_regions.empty() || transfer_regions.count(recipient.region) > 0) return true;
  if (recipient.safeguard.empty()) return false;
  return transfer_safeguards.empty() ||
         std::any_of(
             transfer_safeguards.begin(), transfer_safeguards.end(), [&](const std::string& known) {
               return recipient.safeguard.rfind(known, 0) == 0;
             });
}

std::optional<Policy> Policy::Compose(std::vector<PolicyPart> parts,
                                      Taxonomy taxonomy,
                                      Organisation organisation,
                                      Diagnostics& diagnostics) {
  Policy policy;
  // In the order of names, so that the order in a pipeline does not matter.
  std::sort(parts.begin(), parts.end(), [](const PolicyPart& a, const PolicyPart& b) {
    return a.name < b.name;
  });
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].name == parts[i - 1].name) {
      diagnostics.Error(
          "SIG-2020", parts[i].mark, "two policies have the name '" + parts[i].name + "'");
    }
  }
  policy.parts_ = std::move(parts);
  policy.taxonomy_ = std::move(taxonomy);
  policy.organisation_ = std::move(organisation);
  policy.ComposePurposes();
  policy.ComposeTreatments(diagnostics);
  policy.ComposePublication();
  policy.CheckCountries(diagnostics);
  policy.CheckRecipients(diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  policy.ComposeLabels();
  policy.Seal();
  return policy;
}

void Policy::ComposePurposes() {
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.purposes) {
      PurposeRule& rule = purposes_[entry.first];
      rule.name = entry.first;
      if (const Use* use = taxonomy_.UseOf(ParentKey(entry.first)); use != nullptr) {
        rule.use = use->key;
      }
      if (rule.description.empty()) rule.description = entry.second.description;
      rule.bases.push_back(entry.second);
    }
  }
}

void Policy::ComposeTreatments(Diagnostics& diagnostics) {
  std::set<std::string> reported;
  for (const auto& entry : taxonomy_.categories()) {
    std::vector<Treatment> treatments;
    for (const PolicyPart& part : parts_) {
      if (const CategoryRule* rule = part.RuleOf(taxonomy_, entry.first); rule != nullptr) {
        treatments.push_back(rule->treatment);
        continue;
      }
      Treatment drop;
      drop.options = Json(Json::Object{});
      drop.rule = RulePlace(part.mark) + " (no rule)";
      treatments.push_back(std::move(drop));
    }
    if (treatments.empty()) continue;
    Result<Treatment> strictest = Treatment::Strictest(treatments);
    if (strictest.ok()) {
      treatments_.emplace(entry.first, *std::move(strictest));
      continue;
    }
    // A conflict of two rules shows in every category that inherits them: say it once.
    if (!reported.insert(strictest.status().message()).second) continue;
    Diagnostic diagnostic{"SIG-2006",
                          "the treatments of '" + entry.first +
                              "' have no strictest: " + strictest.status().message(),
                          treatments.front().mark,
                          {},
                          {}};
    for (size_t i = 1; i < treatments.size(); ++i) {
      diagnostic.notes.push_back({"it conflicts with this rule", treatments[i].mark});
    }
    diagnostics.Add(std::move(diagnostic));
  }
}

void Policy::ComposePublication() {
  bool first = true;
  for (const PolicyPart& part : parts_) {
    const bool stricter = part.publication.min_group > publication_.min_group;
    const int64_t hold = first ? part.publication.hold_max_s
                               : std::min(publication_.hold_max_s, part.publication.hold_max_s);
    const PublicationRule before = publication_;
    if (first || stricter) publication_ = part.publication;
    publication_.hold_max_s = hold;
    if (!first) {
      publication_.min_class = std::max(before.min_class, part.publication.min_class);
      publication_.min_leaf = std::max(before.min_leaf, part.publication.min_leaf);
      publication_.epsilon_max = std::min(before.epsilon_max, part.publication.epsilon_max);
      publication_.budget_period_s =
          std::max(before.budget_period_s, part.publication.budget_period_s);
    }
    first = false;
  }
}

void Policy::CheckCountries(Diagnostics& diagnostics) const {
  std::vector<const Jurisdiction*> seen;
  const auto check = [&](const Jurisdiction& own, const Jurisdiction& other) {
    if (other.name == own.name || !RegionsOverlap(other, own)) return;
    const std::string country = CommonCountry(own, other);
    if (country.empty()) return;
    diagnostics.Add({"SIG-2008",
                     "country " + country + " belongs to jurisdiction '" + own.name + "' and to '" +
                         other.name + "'",
                     own.mark,
                     {},
                     {{"the other one", other.mark}}});
  };
  for (const PolicyPart& part : parts_) {
    for (const auto& entry : part.jurisdictions) {
      for (const Jurisdiction* other : seen) check(entry.second, *other);
      seen.push_back(&entry.second);
    }
  }
}

void Policy::CheckRecipients(Diagnostics& diagnostics) const {
  const auto is_declared = [this](const std::string& purpose) {
    return std::any_of(purposes_.begin(), purposes_.end(), [&](const auto& rule) {
      return IsWithin(rule.first, purpose);
    });
  };
  for (const auto& entry : organisation_.recipients) {
    const Recipient& recipient = entry.second;
    for (const PolicyPart& part : parts_) CheckRegion(recipient, part, diagnostics);
    for (const std::string& purpose : recipient.purposes) {
      if (is_declared(purpose)) continue;
      diagnostics.Error("SIG-2003",
                        recipient.mark,
                        "recipient '" + recipient.name + "' names the purpose '" + purpose +
                            "', which no policy declares");
    }
    for (const std::string& category : recipient.releases) {
      for (const PolicyPart& part : parts_) {
        CheckRelease(recipient, category, part, taxonomy_, diagnostics);
      }
    }
  }
}

void Policy::ComposeLabels() {
  for (const auto& entry : taxonomy_.categories()) {
    labels_.emplace(entry.first, MakeLabel(entry.second));
  }
}

void Policy::Seal() {
  digest_ = ToHex(crypto::Sha256::Of(AsBytes(ToJson().Dump())));
}

Policy Policy::WithMinGroupForTests(int64_t min_group) const {
  Policy copy = *this;
  copy.publication_.min_group = min_group;
  copy.publication_.min_class = std::min(publication_.min_class, min_group);
  copy.publication_.min_leaf = std::min(publication_.min_leaf, min_group);
  copy.publication_.rule = "test state";
  for (auto& entry : copy.labels_) {
    entry.second.min_group = std::min(entry.second.min_group, min_group);
  }
  copy.Seal();
  return copy;
}

}  // namespace signet::policies
