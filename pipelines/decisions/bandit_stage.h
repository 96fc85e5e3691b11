/// The `bandit` stage: which action each subject gets next, by a contextual bandit that learns from
/// what earlier actions led to, and keeps exploring on purpose.
///
/// In: `population` (features or scores; one row per subject with the context's columns) and, from
/// the second round on, `log` (governed or features: subject, action, reward: the decisions whose
/// outcome is known, redeemed or not); out: kind features: subject, action, propensity, expected,
/// decided_at. One task over all partitions. The context of a logged decision is taken from the log
/// where it has the columns, else from the population. Every action keeps at least `exploration` /
/// actions of the chance, and the chance is written beside the choice: so the log can judge any
/// later policy (`signet lab ope`), and redemptions that come back are labels without the bias of
/// having only ever tried one thing. With `propensity` (a column of the log) the new policy is
/// judged on the log first, by doubly robust off-policy evaluation; what it would have earned is
/// told beside what was earned. Deterministic by seed: a choice depends on the subject, the seed
/// and the state, not on order or partitions. Memory: 8 bytes a value of the context.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/decisions/bandit.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct BanditStageOptions {
  std::string population = "population";
  std::string log;                   ///< input; empty: nothing is known yet
  std::vector<std::string> context;  ///< columns of numbers or flags
  std::vector<std::string> actions;  ///< names
  std::string action = "action";     ///< the log's columns
  std::string reward = "reward";
  std::string propensity;
  BanditOptions bandit;

  static Result<BanditStageOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> BanditOutputSchema(const BanditStageOptions& options,
                                  const std::map<std::string, Schema>& inputs);

/// Figures: subjects, learnt_from, per action how many got it and its mean reward so far,
/// `off_policy`. kInvalid for a logged action that is not among `actions`.
Result<Json> RunBandit(query::Connection& connection,
                       const BanditStageOptions& options,
                       const std::map<std::string, Schema>& inputs,
                       const StageContext& context);

}  // namespace signet::pipelines
