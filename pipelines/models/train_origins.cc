#include "pipelines/models/train_origins.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/figures.h"
#include "pipelines/models/judged_rows.h"
#include "pipelines/models/train_model.h"

namespace signet::pipelines {
namespace {

struct Origin {
  TrainOptions options;  ///< with the input of that cut-off
  Timestamp cutoff;
};

Result<std::vector<Origin>> OriginsOf(query::Connection& connection, const TrainOptions& options) {
  std::vector<Origin> origins;
  std::vector<std::string> inputs = options.earlier;
  inputs.push_back(options.features);
  origins.reserve(inputs.size());
  for (const std::string& input : inputs) {
    Origin origin{options, {}};
    origin.options.features = input;
    ASSIGN_OR_RETURN(origin.cutoff, FeaturesCutoff(connection, input));
    origins.push_back(std::move(origin));
  }
  std::sort(origins.begin(), origins.end(), [](const Origin& a, const Origin& b) {
    return a.cutoff < b.cutoff;
  });
  return origins;
}

Status CheckOrder(const Origin& learnt, const TrainingSet& set, const Origin& judged) {
  if (learnt.cutoff == judged.cutoff) {
    return Invalid("train: earlier: two inputs have the same cut-off " +
                   TimestampText(judged.cutoff));
  }
  if (set.window.to <= judged.cutoff) return OkStatus();
  return Invalid("train: earlier: the label's window of the features at " +
                 TimestampText(learnt.cutoff) + " ends " + TimestampText(set.window.to) +
                 ", after the next cut-off " + TimestampText(judged.cutoff) +
                 ": nobody could have learnt that by then");
}

Result<Json> QualityOf(const TrainOptions& options, const JudgedRows& rows, uint64_t seed) {
  switch (options.model) {
    case ModelKind::kChurn:
    case ModelKind::kPropensity:
      return ClassFigures(rows.scores, rows.Classes(), seed);
    case ModelKind::kClv:
      return ValueFigures(rows.scores, rows.Values(), seed);
    case ModelKind::kSurvival:
      break;
  }
  return SurvivalFigures(rows.scores, rows.Values(), rows.happened);
}

/// What happened over what was expected, where that is one number.
Json LevelOf(const TrainOptions& options, const JudgedRows& rows) {
  if (options.model == ModelKind::kSurvival || rows.scores.empty()) return {};
  const double expected = MeanOf(rows.scores);
  return expected > 0 ? Rounded(MeanOf(rows.Values()) / expected, 4) : Json();
}

}  // namespace

Result<Json> RollingOrigins(query::Connection& connection,
                            const TrainOptions& options,
                            const std::map<std::string, Schema>& inputs,
                            const StageContext& context) {
  Json list{Json::Array()};
  if (options.earlier.empty()) return list;
  StageContext quiet = context;
  quiet.progress = nullptr;
  ASSIGN_OR_RETURN(const std::vector<Origin> origins, OriginsOf(connection, options));
  for (size_t i = 0; i + 1 < origins.size(); ++i) {
    const Origin& then = origins[i];
    const Origin& next = origins[i + 1];
    ASSIGN_OR_RETURN(const TrainingSet set,
                     ReadTrainingSet(connection, then.options, inputs, quiet));
    TRY(CheckOrder(then, set, next));
    ASSIGN_OR_RETURN(const Trained trained, TrainModel(set, then.options, quiet));
    ASSIGN_OR_RETURN(const JudgedRows rows,
                     Judge(connection, next.options, trained.model, inputs, quiet));
    ASSIGN_OR_RETURN(Json quality, QualityOf(options, rows, context.seed));
    list.Push(Json::Of({{"learnt_at", TimestampText(then.cutoff)},
                        {"judged_at", TimestampText(next.cutoff)},
                        {"people", rows.size()},
                        {"quality", std::move(quality)},
                        {"level", LevelOf(options, rows)}}));
  }
  return list;
}

}  // namespace signet::pipelines
