#include "policies/compile/policy_diff.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

std::set<std::string> Both(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::set<std::string> both(a.begin(), a.end());
  both.insert(b.begin(), b.end());
  return both;
}

std::set<std::string> Categories(const Policy& before, const Policy& after) {
  return Both(before.taxonomy().CategoryKeys(), after.taxonomy().CategoryKeys());
}

Json Uses(const Policy& before, const Policy& after) {
  Json list{Json::Array()};
  for (const std::string& category : Categories(before, after)) {
    for (const std::string& purpose : Both(before.PurposeNames(), after.PurposeNames())) {
      const Verdict was = before.MayUse(category, purpose);
      const Verdict is = after.MayUse(category, purpose);
      if (was.allowed == is.allowed) continue;
      list.Push(Json::Of({{"category", category},
                          {"purpose", purpose},
                          {"before", was.allowed},
                          {"after", is.allowed},
                          {"rule", is.rule},
                          {"article", is.article},
                          {"message", is.message}}));
    }
  }
  return list;
}

Json Treatments(const Policy& before, const Policy& after) {
  Json list{Json::Array()};
  for (const std::string& category : Categories(before, after)) {
    const Treatment was = before.TreatmentOf(category);
    const Treatment is = after.TreatmentOf(category);
    if (was.ToJson() == is.ToJson()) continue;
    list.Push(Json::Of({{"category", category},
                        {"before", was.ToJson()},
                        {"after", is.ToJson()},
                        {"rule", is.rule}}));
  }
  return list;
}

Json PurposeJson(const Policy& policy, const std::string& purpose) {
  Json json{Json::Object{}};
  const PurposeRule* rule = policy.FindPurpose(purpose);
  if (rule == nullptr) return json;
  for (const PurposeBasis& basis : rule->bases) {
    json.Set(basis.policy,
             Json::Of({{"basis", basis.basis},
                       {"consent", ConsentModeName(basis.mode)},
                       {"minors", MinorRuleName(basis.minors)},
                       {"special", basis.special_condition}}));
  }
  return json;
}

Json Purposes(const Policy& before, const Policy& after) {
  Json list{Json::Array()};
  for (const std::string& purpose : Both(before.PurposeNames(), after.PurposeNames())) {
    Json was = PurposeJson(before, purpose);
    Json is = PurposeJson(after, purpose);
    if (was == is) continue;
    list.Push(
        Json::Of({{"purpose", purpose}, {"before", std::move(was)}, {"after", std::move(is)}}));
  }
  return list;
}

Json Recipients(const Policy& before, const Policy& after) {
  Json list{Json::Array()};
  for (const std::string& recipient : Both(before.RecipientNames(), after.RecipientNames())) {
    for (const std::string& purpose : Both(before.PurposeNames(), after.PurposeNames())) {
      const bool was = before.MayReceive(recipient, purpose).allowed;
      const Verdict is = after.MayReceive(recipient, purpose);
      if (was == is.allowed) continue;
      list.Push(Json::Of({{"recipient", recipient},
                          {"purpose", purpose},
                          {"before", was},
                          {"after", is.allowed},
                          {"rule", is.rule}}));
    }
  }
  return list;
}

void PushLimit(Json& list, const std::string& name, const Json& before, const Json& after) {
  if (before == after) return;
  list.Push(Json::Of({{"name", name}, {"before", before}, {"after", after}}));
}

Json RetentionJson(const Policy& policy, const char* kind) {
  const std::optional<int64_t> kept = policy.RetentionOf(kind);
  return kept.has_value() ? Json(*kept) : Json();
}

Json RegionsJson(const Policy& policy) {
  Json json{Json::Object{}};
  for (const PolicyPart& part : policy.parts()) {
    json.Set(part.name,
             Json::Strings({part.transfer_regions.begin(), part.transfer_regions.end()}));
  }
  return json;
}

Json Limits(const Policy& before, const Policy& after) {
  Json list{Json::Array()};
  for (const char* kind : {"tokenised",
                           "governed",
                           "features",
                           "scores",
                           "segment",
                           "snapshot",
                           "model",
                           "aggregate"}) {
    PushLimit(list,
              "retention." + std::string(kind),
              RetentionJson(before, kind),
              RetentionJson(after, kind));
  }
  const PublicationRule& was = before.publication();
  const PublicationRule& is = after.publication();
  PushLimit(list, "publication.min_group", was.min_group, is.min_group);
  PushLimit(list, "publication.min_class", was.min_class, is.min_class);
  PushLimit(list, "publication.min_leaf", was.min_leaf, is.min_leaf);
  PushLimit(list, "publication.hold_max_s", was.hold_max_s, is.hold_max_s);
  PushLimit(list, "publication.epsilon_max", was.epsilon_max, is.epsilon_max);
  PushLimit(list, "transfers.regions", RegionsJson(before), RegionsJson(after));
  return list;
}

std::string May(const Json& allowed) {
  return allowed.AsBool() ? "allowed" : "denied";
}

}  // namespace

Json DiffPolicies(const Policy& before, const Policy& after) {
  return Json::Of({{"same", before.digest() == after.digest()},
                   {"digests", Json::List({before.digest(), after.digest()})},
                   {"uses", Uses(before, after)},
                   {"treatments", Treatments(before, after)},
                   {"purposes", Purposes(before, after)},
                   {"recipients", Recipients(before, after)},
                   {"limits", Limits(before, after)}});
}

std::string PolicyDiffText(const Json& diff) {
  if (diff["same"].AsBool()) return "the policies are the same\n";
  std::string text;
  for (const Json& one : diff["uses"].items()) {
    text += "  newly " + May(one["after"]) + "  " + one["category"].AsString() + " for " +
            one["purpose"].AsString() + "  [" + one["rule"].AsString() + "]  " +
            one["article"].AsString() + "\n";
  }
  for (const Json& one : diff["treatments"].items()) {
    text += "  treatment  " + one["category"].AsString() + ": " + one["before"].Dump() + " -> " +
            one["after"].Dump() + "  [" + one["rule"].AsString() + "]\n";
  }
  for (const Json& one : diff["purposes"].items()) {
    text += "  purpose  " + one["purpose"].AsString() + ": " + one["before"].Dump() + " -> " +
            one["after"].Dump() + "\n";
  }
  for (const Json& one : diff["recipients"].items()) {
    text += "  newly " + May(one["after"]) + "  recipient " + one["recipient"].AsString() +
            " for " + one["purpose"].AsString() + "  [" + one["rule"].AsString() + "]\n";
  }
  for (const Json& one : diff["limits"].items()) {
    text += "  limit  " + one["name"].AsString() + ": " + one["before"].Dump() + " -> " +
            one["after"].Dump() + "\n";
  }
  return text.empty() ? "the texts differ, but nothing that decides\n" : text;
}

}  // namespace signet::policies
