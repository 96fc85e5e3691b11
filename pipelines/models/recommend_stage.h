/// The `recommend` stage: for each subject the items that they will most likely take next, or those
/// that they took rarely, where a personal discount moves something.
///
/// In: purchases (governed: subject, item, time); out: kind features: subject, rank, item, score;
/// at most `top` rows a subject. One task over all partitions: what goes with what is learnt from
/// everybody. Rows strictly before as_of count. With `evaluate` the methods are judged first by a
/// time split at as_of - evaluate, beside popularity, recency and the subject's own history.
/// Deterministic: items are numbered by popularity and name, seeds are explicit; independent of row
/// order and threads. Memory: 16 bytes a pair of subject and item, 4 bytes an item and thread.
/// Source: Deshpande and Karypis, TOIS 2004 (item-item); Hu, Koren and Volinsky, ICDM 2008 (ALS).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/recommend.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct RecommendStageOptions {
  std::string input = "purchases";
  std::string item, time;  ///< columns
  RecommendMethod method = RecommendMethod::kItemItem;
  Candidates candidates = Candidates::kAll;
  int64_t window_seconds = 0;    ///< only purchases so far back count; 0: all
  int64_t evaluate_seconds = 0;  ///< 0: not judged
  size_t judged_max = 20'000;    ///< subjects who judge
  RecommendOptions recommend;

  static Result<RecommendStageOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> RecommendOutputSchema(const RecommendStageOptions& options,
                                     const std::map<std::string, Schema>& inputs);

/// Figures: counts, and `evaluation` as EvaluateRecommendations has it (or why it failed).
Result<Json> RunRecommend(query::Connection& connection,
                          const RecommendStageOptions& options,
                          const std::map<std::string, Schema>& inputs,
                          const StageContext& context);

}  // namespace signet::pipelines
