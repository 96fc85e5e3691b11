#include "pipelines/models/train_card.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/models/fairness.h"

namespace signet::pipelines {
namespace {

/// The column's value for each person held out; "(missing)" where there is none.
Result<std::vector<std::string>> GroupsOf(query::Connection& connection,
                                          const TrainOptions& options,
                                          const std::string& column,
                                          const std::vector<SubjectId>& people) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT subject, CAST(" + SqlName(column) +
                                    " AS VARCHAR) FROM " + SqlName(options.features)));
  std::map<Uuid, std::string> values;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) {
      values[chunk.GetUuid(0, r)] =
          chunk.IsNull(1, r) ? "(missing)" : std::string(chunk.Text(1, r));
    }
  }
  std::vector<std::string> groups;
  groups.reserve(people.size());
  for (const SubjectId& person : people) groups.push_back(values[person.value]);
  return groups;
}

Json LimitsOf(const TrainOptions& options, const Json& figures) {
  std::vector<std::string> limits = {
      "Scores tell what is likely, not what an action would change."};
  if (figures["origins"].size() == 0) {
    limits.emplace_back(
        "Learnt and judged at one cut-off: season and trend are not judged; 'earlier' does that.");
  }
  if (options.fairness.empty()) {
    limits.emplace_back("Groups of people were not compared; 'fairness' does that.");
  }
  if (options.model == ModelKind::kSurvival) {
    limits.emplace_back("Censoring is taken to be independent of the time, given the features.");
  }
  limits.emplace_back(
      "Quality holds for people like those learnt from: watch drift, and learn again.");
  return Json::Strings(limits);
}

}  // namespace

Json TrainCard(const TrainOptions& options,
               const TrainingSet& set,
               const StageContext& context,
               const Trained& trained,
               const Json& figures) {
  const BoosterOptions& p = trained.params;
  return Json::Of(
      {{"model", ModelKindName(options.model)},
       {"method", TreeMethodName(trained.model.trees.method)},
       {"library", "XGBoost 1.7 hist on bin codes of one global cut list"},
       {"features_at", TimestampText(set.window.cutoff)},
       {"label",
        Json::Of({{"from", TimestampText(set.window.from)}, {"to", TimestampText(set.window.to)}})},
       {"eligible", options.where.empty() ? "all" : options.where},
       {"held_out_by", options.fold_time.empty() ? "subject" : options.fold_time},
       {"seed", static_cast<int64_t>(context.seed >> 1U)},
       {"explanations",
        "reasons, rules and named values speak of no fewer than " +
            std::to_string(std::max<int64_t>(options.min_leaf, 1)) + " people"},
       {"params",
        Json::Of({{"max_depth", p.max_depth},
                  {"learning_rate", p.learning_rate},
                  {"min_child_weight", p.min_child_weight},
                  {"lambda", p.lambda},
                  {"gamma", p.gamma},
                  {"columns", p.column_share},
                  {"max_bin", p.max_bin}})},
       {"search", trained.search},
       {"calibration", trained.calibration},
       {"class_weight", options.balance ? "balanced" : "none"},
       {"features", Json::Strings(set.encoder.Names())},
       {"limits", LimitsOf(options, figures)}});
}

Result<Json> FairnessByGroups(query::Connection& connection,
                              const TrainOptions& options,
                              const TrainingSet& set,
                              const Model& model) {
  if (options.fairness.empty()) return Json();
  ASSIGN_OR_RETURN(const std::vector<double> scores,
                   model.trees.ScoreCodes(set.holdout.codes, options.params.threads));
  const bool classes =
      options.model == ModelKind::kChurn || options.model == ModelKind::kPropensity;
  Json fairness{Json::Object()};
  for (const std::string& column : options.fairness) {
    ASSIGN_OR_RETURN(const std::vector<std::string> groups,
                     GroupsOf(connection, options, column, set.holdout.subjects));
    fairness.Set(column,
                 classes ? ClassFairness(scores, set.holdout.Classes(), groups)
                         : ValueFairness(scores, set.holdout.Values(), groups));
  }
  return fairness;
}

}  // namespace signet::pipelines
