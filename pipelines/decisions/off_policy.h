/// Off-policy evaluation: what a new policy would have earned, from decisions that another one made
/// and logged with its propensities.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// Logged decisions, one entry per row.
struct LoggedDecisions {
  std::vector<std::string> actions;  ///< names, ascending
  std::vector<uint32_t> action;      ///< position in actions
  std::vector<double> reward;
  std::vector<double> propensity;  ///< the logging policy's probability of the logged action
  std::vector<double> target;      ///< the new policy's probability of the logged action
  /// The new policy's action where it is deterministic, kNoAction if it was never logged; empty
  /// when only `target` is known.
  std::vector<uint32_t> target_action;
  std::vector<std::vector<double>> context;  ///< [column][row], NaN = missing; may be empty

  static constexpr uint32_t kNoAction = 0xFFFF'FFFF;
};

struct OffPolicyOptions {
  double confidence = 0.95;
  double clip = 0;  ///< weights above this are cut to it (bias for variance); 0: not
  int folds = 5;    ///< of the reward model's cross-fitting
  size_t fixed_arms_max = 50;
};

/// One policy's value, three ways.
struct PolicyValue {
  Estimate ips;          ///< mean of w r (Horvitz and Thompson 1952)
  Estimate snips;        ///< sum w r / sum w (Swaminathan and Joachims, NeurIPS 2015)
  Estimate dr;           ///< q(target) + w (r - q(logged)) (Dudik, Langford and Li, ICML 2011)
  Estimate direct;       ///< mean of q(target): no interval of its own, for comparison
  Estimate mean_weight;  ///< 1 where the logged propensities are right
  double effective = 0;  ///< effective sample size (sum w)^2 / sum w^2 (Kish 1965)
  double weight_max = 0;
  double matched_share = 0;  ///< rows with a weight above 0
  uint64_t clipped = 0;      ///< rows whose weight was cut
};

struct FixedArm {
  uint32_t action = 0;
  uint64_t rows = 0;
  double effective = 0;
  Estimate value;  ///< SNIPS of always taking this action
};

struct OffPolicyReport {
  uint64_t rows = 0;
  Estimate logged;  ///< mean reward of the logging policy
  PolicyValue policy;
  Estimate over_logged;          ///< doubly robust value minus the logged mean, paired
  std::vector<FixedArm> fixed;   ///< the most logged actions, best first
  Estimate over_best_fixed;      ///< SNIPS minus that of the best fixed action, paired
  double unsupported_share = 0;  ///< rows whose target action was never logged
  std::vector<std::string> warnings;
  std::string text;

  [[nodiscard]] Json ToJson(const std::vector<std::string>& actions, double confidence) const;
};

/// Independent of row order. The reward model is a ridge regression on the context and the action
/// (the context alone when only probabilities are known), fitted on other folds than it is used on.
/// kInvalid for fewer than 10 rows, a propensity outside (0, 1], a target probability outside
/// [0, 1], a reward that is not finite, or a policy that never takes a logged action.
Result<OffPolicyReport> EvaluateOffPolicy(const LoggedDecisions& log,
                                          const OffPolicyOptions& options);

}  // namespace signet::pipelines
