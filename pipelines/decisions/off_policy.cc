#include "pipelines/decisions/off_policy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/ridge.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRowsMin = 10;
constexpr double kRidge = 1;
constexpr size_t kActionColumnsMax = 50;
constexpr double kFewEffective = 100;

Status CheckRow(const LoggedDecisions& log, size_t i) {
  if (!(log.propensity[i] > 0 && log.propensity[i] <= 1)) {
    return Invalid("a propensity lies outside (0, 1]")
        .WithRemedy(
            "the column must hold the probability with which the logged action was chosen; "
            "leave out rows without one");
  }
  if (!(log.target[i] >= 0 && log.target[i] <= 1)) {
    return Invalid("the policy gives a probability outside [0, 1]");
  }
  if (!std::isfinite(log.reward[i])) return Invalid("a reward is missing or infinite");
  return OkStatus();
}

Status Check(const LoggedDecisions& log) {
  const size_t n = log.reward.size();
  CHECK(log.action.size() == n && log.propensity.size() == n && log.target.size() == n);
  if (n < kRowsMin) return Invalid("off-policy evaluation needs at least 10 rows");
  for (size_t i = 0; i < n; ++i) TRY(CheckRow(log, i));
  if (*std::max_element(log.target.begin(), log.target.end()) > 0) return OkStatus();
  return Invalid("the policy never takes an action that was logged: the log says nothing about it")
      .WithRemedy("check that --policy gives the same action names as the log");
}

/// -1, 0 or 1; NaN before all numbers.
int Side(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? (std::isnan(b) ? 0 : -1) : 1;
  return a < b ? -1 : (a > b ? 1 : 0);
}

/// Whether row `a` comes before row `b` by their values.
bool Before(const LoggedDecisions& log, size_t a, size_t b) {
  if (log.action[a] != log.action[b]) return log.action[a] < log.action[b];
  for (const std::vector<double>* values : {&log.reward, &log.propensity, &log.target}) {
    if ((*values)[a] != (*values)[b]) return (*values)[a] < (*values)[b];
  }
  for (const std::vector<double>& column : log.context) {
    const int side = Side(column[a], column[b]);
    if (side != 0) return side < 0;
  }
  return !log.target_action.empty() && log.target_action[a] < log.target_action[b];
}

/// Rows in an order that depends on their values alone.
std::vector<size_t> CanonicalOrder(const LoggedDecisions& log) {
  std::vector<size_t> order(log.reward.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return Before(log, a, b); });
  return order;
}

/// The model's columns: context, and one indicator per action (but the first) where actions count.
struct RewardModel {
  std::vector<double> logged;  ///< q(x, logged action), per row
  std::vector<double> target;  ///< expected q under the new policy

  static RewardModel Fit(const LoggedDecisions& log, const std::vector<size_t>& order, int folds);
};

RewardModel RewardModel::Fit(const LoggedDecisions& log,
                             const std::vector<size_t>& order,
                             int folds) {
  const size_t n = order.size();
  const bool by_action = !log.target_action.empty();
  const size_t indicators = by_action ? std::min(log.actions.size(), kActionColumnsMax + 1) - 1 : 0;
  const auto columns_for = [&](const std::vector<uint32_t>& action) {
    std::vector<std::vector<double>> columns = log.context;
    for (size_t a = 0; a < indicators; ++a) {
      std::vector<double> column(n);
      for (size_t i = 0; i < n; ++i) column[i] = action[i] == a ? 1 : 0;
      columns.push_back(std::move(column));
    }
    return columns;
  };
  const auto logged_columns = columns_for(log.action);
  const auto target_columns = by_action ? columns_for(log.target_action) : logged_columns;
  RewardModel model{std::vector<double>(n), std::vector<double>(n)};
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<size_t> rows;
    std::vector<size_t> held;
    for (size_t place = 0; place < n; ++place) {
      const bool mine = place % static_cast<size_t>(folds) == static_cast<size_t>(fold);
      (mine ? held : rows).push_back(order[place]);
    }
    const RidgeModel ridge = RidgeModel::Fit(logged_columns, log.reward, rows, kRidge);
    for (const size_t row : held) {
      model.logged[row] = ridge.Predict(logged_columns, row);
      model.target[row] = ridge.Predict(target_columns, row);
    }
  }
  return model;
}

/// The per-row influence of SNIPS on its value: w (r - value) / mean w.
std::vector<double> Influence(std::span<const double> weights,
                              std::span<const double> rewards,
                              double value) {
  const double mean = MeanOf(weights);
  std::vector<double> influence(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    influence[i] = weights[i] * (rewards[i] - value) / mean;
  }
  return influence;
}

Estimate Around(double value, std::span<const double> influence, double confidence) {
  const double error = std::sqrt(VarianceOf(influence) / static_cast<double>(influence.size()));
  return NormalEstimate(value, error, confidence);
}

double EffectiveSize(std::span<const double> weights) {
  ExactSum squares;
  for (const double w : weights) squares.AddProduct(w, w);
  const double sum = SumOf(weights);
  return squares.Value() > 0 ? sum * sum / squares.Value() : 0;
}

std::vector<double> Weights(const LoggedDecisions& log, double clip, PolicyValue& value) {
  std::vector<double> weights(log.target.size());
  double matched = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = log.target[i] / log.propensity[i];
    matched += weights[i] > 0 ? 1 : 0;
    if (clip > 0 && weights[i] > clip) {
      weights[i] = clip;
      ++value.clipped;
    }
  }
  value.weight_max = *std::max_element(weights.begin(), weights.end());
  value.matched_share = matched / static_cast<double>(weights.size());
  value.effective = EffectiveSize(weights);
  return weights;
}

/// The doubly robust score of each row.
std::vector<double> RobustScores(const LoggedDecisions& log,
                                 const RewardModel& model,
                                 std::span<const double> weights) {
  std::vector<double> scores(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    scores[i] = model.target[i] + weights[i] * (log.reward[i] - model.logged[i]);
  }
  return scores;
}

void ReadFixedArms(const LoggedDecisions& log,
                   const OffPolicyOptions& options,
                   std::span<const double> weights,
                   OffPolicyReport& report) {
  std::vector<uint64_t> counts(log.actions.size(), 0);
  for (const uint32_t action : log.action) ++counts[action];
  std::vector<uint32_t> most(log.actions.size());
  std::iota(most.begin(), most.end(), 0U);
  std::stable_sort(
      most.begin(), most.end(), [&](uint32_t a, uint32_t b) { return counts[a] > counts[b]; });
  most.resize(std::min(most.size(), options.fixed_arms_max));
  std::vector<double> arm(log.reward.size());
  const auto weigh = [&](uint32_t action) {
    for (size_t i = 0; i < arm.size(); ++i) {
      arm[i] = log.action[i] == action ? 1 / log.propensity[i] : 0;
    }
  };
  for (const uint32_t action : most) {
    weigh(action);
    std::vector<double> top(arm.size());
    for (size_t i = 0; i < arm.size(); ++i) top[i] = arm[i] * log.reward[i];
    report.fixed.push_back(
        {action, counts[action], EffectiveSize(arm), RatioEstimate(top, arm, options.confidence)});
  }
  std::stable_sort(report.fixed.begin(), report.fixed.end(), [](const auto& a, const auto& b) {
    return a.value.value > b.value.value;
  });
  const FixedArm& best = report.fixed.front();
  weigh(best.action);
  const std::vector<double> mine = Influence(weights, log.reward, report.policy.snips.value);
  std::vector<double> gap = Influence(arm, log.reward, best.value.value);
  for (size_t i = 0; i < gap.size(); ++i) gap[i] = mine[i] - gap[i];
  report.over_best_fixed =
      Around(report.policy.snips.value - best.value.value, gap, options.confidence);
}

void Warn(const LoggedDecisions& log, OffPolicyReport& report) {
  if (report.policy.effective < kFewEffective) {
    report.warnings.push_back("the log is worth only " + FixedText(report.policy.effective, 0) +
                              " decisions of this policy: intervals may be too narrow");
  }
  const Estimate& weight = report.policy.mean_weight;
  const double reach = (weight.high - weight.low) * 1.68;  // from 95 % to 99.9 %
  if (report.policy.clipped == 0 && report.unsupported_share == 0 &&
      std::fabs(weight.value - 1) > std::max(reach / 2, 1e-9)) {
    report.warnings.emplace_back(
        "the mean weight is not 1: the logged propensities do not fit the "
        "logged actions, or actions are missing from the log");
  }
  if (report.unsupported_share > 0) {
    report.warnings.push_back(FixedText(100 * report.unsupported_share, 1) +
                              " % of the rows would get an action that the log never took: no "
                              "estimate can know its reward");
  }
  static_cast<void>(log);
}

std::string Verdict(const LoggedDecisions& log, const OffPolicyReport& report) {
  const std::string best = "'" + log.actions[report.fixed.front().action] + "'";
  if (report.over_best_fixed.low > 0) return "better than always taking " + best;
  if (report.over_best_fixed.high < 0) return "worse than always taking " + best;
  return "not better than the best fixed arm, " + best;
}

Json Figures(const Estimate& e) {
  return Json::Of({{"value", Rounded(e.value, 12)},
                   {"low", Rounded(e.low, 12)},
                   {"high", Rounded(e.high, 12)}});
}

}  // namespace

Result<OffPolicyReport> EvaluateOffPolicy(const LoggedDecisions& log,
                                          const OffPolicyOptions& options) {
  TRY(Check(log));
  const size_t n = log.reward.size();
  OffPolicyReport report;
  report.rows = n;
  report.logged = MeanEstimate(log.reward, options.confidence);
  for (const uint32_t action : log.target_action) {
    if (action == LoggedDecisions::kNoAction) ++report.unsupported_share;
  }
  report.unsupported_share /= static_cast<double>(n);
  PolicyValue& value = report.policy;
  const std::vector<double> weights = Weights(log, options.clip, value);
  std::vector<double> top(n);
  for (size_t i = 0; i < n; ++i) top[i] = weights[i] * log.reward[i];
  value.ips = MeanEstimate(top, options.confidence);
  value.snips = RatioEstimate(top, weights, options.confidence);
  value.mean_weight = MeanEstimate(weights, options.confidence);
  const int folds = std::max(2, options.folds);
  const RewardModel model = RewardModel::Fit(log, CanonicalOrder(log), folds);
  std::vector<double> scores = RobustScores(log, model, weights);
  value.dr = MeanEstimate(scores, options.confidence);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  value.direct = {MeanOf(model.target), kNone, kNone};
  for (size_t i = 0; i < n; ++i) scores[i] -= log.reward[i];
  report.over_logged = MeanEstimate(scores, options.confidence);
  ReadFixedArms(log, options, weights, report);
  Warn(log, report);
  report.text = Verdict(log, report);
  return report;
}

Json OffPolicyReport::ToJson(const std::vector<std::string>& actions, double confidence) const {
  Json json = Json::Of({{"rows", rows},
                        {"actions", actions.size()},
                        {"confidence", confidence},
                        {"logged", Figures(logged)},
                        {"ips", Figures(policy.ips)},
                        {"snips", Figures(policy.snips)},
                        {"dr", Figures(policy.dr)},
                        {"direct", Rounded(policy.direct.value, 12)},
                        {"mean_weight", Figures(policy.mean_weight)},
                        {"effective_sample_size", Rounded(policy.effective, 12)},
                        {"max_weight", Rounded(policy.weight_max, 12)},
                        {"matched_share", Rounded(policy.matched_share, 12)},
                        {"clipped_rows", policy.clipped},
                        {"unsupported_share", Rounded(unsupported_share, 12)},
                        {"over_logged", Figures(over_logged)},
                        {"over_best_fixed", Figures(over_best_fixed)},
                        {"warnings", Json::Strings(warnings)},
                        {"text", text}});
  for (const FixedArm& arm : fixed) {
    Json line = Figures(arm.value);
    line.Set("action", actions[arm.action]);
    line.Set("rows", arm.rows);
    line.Set("effective_sample_size", Rounded(arm.effective, 12));
    json.Field("fixed").Push(std::move(line));
  }
  return json;
}

}  // namespace signet::pipelines
