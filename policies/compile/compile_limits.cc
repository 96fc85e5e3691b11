#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/text.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {

const std::vector<std::string>& DatasetKinds() {
  static const std::vector<std::string> kNames = {"tokenised",
                                                  "governed",
                                                  "features",
                                                  "scores",
                                                  "segment",
                                                  "snapshot",
                                                  "reference",
                                                  "model",
                                                  "aggregate",
                                                  "identity",
                                                  "facts",
                                                  "view"};
  return kNames;
}

namespace {

void CompileRetention(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Required("retention");
  if (node == nullptr) return;
  MapReader reader(*node, "the retention", diagnostics);
  part.retention_article = ReadArticle(reader);
  part.retention_mark = policy.MarkOf("retention");
  for (const std::string& kind : DatasetKinds()) {
    if (reader.Has(kind)) part.retention_s[kind] = reader.Duration(kind, 0);
  }
  const Node rest = reader.Rest();
  for (const Node::Entry& entry : rest.entries()) {
    const std::string nearest = NearestName(entry.key, DatasetKinds());
    reader.Error("SIG-2016",
                 entry.key_mark,
                 "'" + entry.key + "' is not a kind of dataset",
                 nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  }
}

// The privacy loss that noisy counts may cost a recipient.
void CompileBudget(MapReader& publication, PublicationRule& rule, Diagnostics& diagnostics) {
  const Node* node = publication.Optional("budget");
  if (node == nullptr) return;
  MapReader reader(*node, "the privacy budget", diagnostics);
  rule.epsilon_max = reader.Double("epsilon", rule.epsilon_max);
  if (!(rule.epsilon_max > 0 && rule.epsilon_max <= kEpsilonMax)) {
    reader.Error("SIG-1208",
                 reader.ValueMark("epsilon"),
                 "epsilon must lie above 0 and not above 20",
                 "1 is a usual budget for a month");
  }
  rule.budget_period_s = reader.Duration("period", rule.budget_period_s);
  reader.Finish();
}

void CompilePublication(MapReader& policy,
                        PolicyPart& part,
                        Diagnostics& diagnostics,
                        GroupFloor floor) {
  const Node* node = policy.Required("publication");
  if (node == nullptr) return;
  MapReader reader(*node, "the publication rule", diagnostics);
  PublicationRule& rule = part.publication;
  rule.min_group = reader.Int("min_group", 50, 1, 1'000'000'000);
  if (rule.min_group < kMinGroupFloor && floor == GroupFloor::kEnforced) {
    reader.Error("SIG-2015",
                 reader.ValueMark("min_group"),
                 "a group of " + std::to_string(rule.min_group) + " people is below " +
                     std::to_string(kMinGroupFloor));
  }
  rule.min_class = reader.Int("min_class", std::min<int64_t>(10, rule.min_group), 1, 1'000'000'000);
  if (reader.Has("min_class") && rule.min_class < kMinClassFloor &&
      floor == GroupFloor::kEnforced) {
    reader.Error("SIG-2015",
                 reader.ValueMark("min_class"),
                 "a class of " + std::to_string(rule.min_class) + " people is below " +
                     std::to_string(kMinClassFloor));
  }
  rule.min_leaf = reader.Int("min_leaf", rule.min_group, 1, 1'000'000'000);
  rule.hold_max_s = reader.Duration("hold_max", int64_t{7} * 86400);
  CompileBudget(reader, rule, diagnostics);
  rule.article = ReadArticle(reader);
  rule.rule = RuleText(policy.MarkOf("publication"), "publication");
  reader.Finish();
}

void CompileTransfers(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Optional("transfers");
  if (node == nullptr) return;
  MapReader reader(*node, "the transfers", diagnostics);
  reader.Required("regions");
  for (const std::string& region : reader.Texts("regions")) part.transfer_regions.insert(region);
  for (const std::string& name : reader.Texts("safeguards")) part.transfer_safeguards.insert(name);
  part.transfer_article = ReadArticle(reader);
  part.transfer_mark = policy.MarkOf("transfers");
  reader.Finish();
}

}  // namespace

void CompileLimits(MapReader& policy,
                   PolicyPart& part,
                   Diagnostics& diagnostics,
                   GroupFloor floor) {
  CompileRetention(policy, part, diagnostics);
  CompilePublication(policy, part, diagnostics, floor);
  CompileTransfers(policy, part, diagnostics);
}

}  // namespace signet::policies
