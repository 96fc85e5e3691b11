#include "policies/reports/activity.h"

#include <optional>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

constexpr int64_t kDaySeconds = 86'400;

Json SetJson(const std::set<std::string>& texts) {
  return Json::Strings({texts.begin(), texts.end()});
}

}  // namespace

Json ProcessingActivity::ToJson() const {
  return Json::Of({{"pipeline", pipeline},
                   {"purpose", purpose},
                   {"run", run},
                   {"categories", SetJson(categories)},
                   {"sources", SetJson(sources)},
                   {"recipients", SetJson(recipients)},
                   {"kinds", SetJson(kinds)},
                   {"plan_digest", plan_digest},
                   {"policy_digest", policy_digest}});
}

Json HeldData::ToJson() const {
  return Json::Of(
      {{"pipeline", pipeline}, {"source", source}, {"categories", SetJson(categories)}});
}

std::string ListText(const std::set<std::string>& texts) {
  return texts.empty() ? "none" : Join({texts.begin(), texts.end()}, ", ");
}

std::string BasisText(const Policy& policy, const std::string& purpose) {
  const PurposeRule* rule = policy.FindPurpose(purpose);
  if (rule == nullptr) return "none declared";
  std::vector<std::string> texts;
  texts.reserve(rule->bases.size());
  for (const PurposeBasis& basis : rule->bases) {
    std::string text = basis.basis + " (" + basis.article + ")";
    if (!basis.assessment.empty()) text += ", assessment " + basis.assessment;
    texts.push_back(std::move(text));
  }
  return Join(texts, "; ");
}

std::string RetentionText(const Policy& policy, const std::set<std::string>& kinds) {
  std::vector<std::string> texts;
  for (const std::string& kind : kinds) {
    const std::optional<int64_t> seconds = policy.RetentionOf(kind);
    if (!seconds.has_value()) continue;
    texts.push_back(kind + " " + std::to_string(*seconds / kDaySeconds) + " days");
  }
  return texts.empty() ? "none stated" : Join(texts, ", ");
}

std::string RecipientText(const Policy& policy, const std::set<std::string>& recipients) {
  std::vector<std::string> texts;
  for (const std::string& name : recipients) {
    const Recipient* recipient = policy.FindRecipient(name);
    texts.push_back(recipient == nullptr
                        ? name + " (not declared)"
                        : name + " (" + std::string(RelationName(recipient->relation)) + ", " +
                              recipient->region + ")");
  }
  return texts.empty() ? "none" : Join(texts, ", ");
}

}  // namespace signet::policies
