/// Trees with what they need to score a row: cuts, calibration, units.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/calibration.h"
#include "pipelines/math/logistic.h"
#include "pipelines/models/bin_codes.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/leaf_population.h"

namespace signet::pipelines {

/// What is learnt, and how.
enum class TreeMethod {
  kLogistic,     ///< probability of class 1, boosted
  kForestClass,  ///< probability of class 1, random forest
  kForestValue,  ///< mean value, random forest
  kTweedie,      ///< mean of amounts >= 0 with many zeros
  kTwoPart,      ///< probability of an amount above 0, times its mean when there is one
  kSquared,      ///< mean of any numbers
  kSurvival,     ///< median time to an event (accelerated failure time, log-logistic)
};

/// "logistic", "forest", "forest_value", "tweedie", "two_part", "squared", "survival".
std::string_view TreeMethodName(TreeMethod method);
/// Whether scores are probabilities.
bool GivesProbability(TreeMethod method);

struct TreeModel {
  TreeMethod method = TreeMethod::kLogistic;
  CutList cuts;
  Booster main;
  std::optional<Booster> amount;  ///< two-part: the mean amount where there is one
  Calibrator calibrator;          ///< of probabilities
  double unit = 1;                ///< amounts and times were divided by it before learning
  double sigma = 1;               ///< survival: the scale of ln time
  EndNodes ends{};                ///< where explanations of `main` end (leaf_population.h)
  EndNodes amount_ends{};         ///< and of `amount`

  /// One score per row: a probability in [0, 1], a value, or a median time > 0. Never NaN.
  [[nodiscard]] Result<std::vector<double>> Score(const RowMatrix& rows, int threads) const;
  /// Of rows already coded by `cuts`; `calibrated` false leaves the calibration out.
  [[nodiscard]] Result<std::vector<double>> ScoreCodes(CodeRows codes,
                                                       int threads,
                                                       bool calibrated = true) const;
  /// n x columns exact Shapley contributions to the margin (log-odds, ln value or ln time; a
  /// forest's: the value itself; two-part: those of both parts, added). What few people tell apart
  /// (ends) moves nothing.
  [[nodiscard]] Result<std::vector<double>> Contributions(const RowMatrix& rows) const;
  /// From now on explanations speak of no fewer than `people_min` of the rows learnt from; `paid`
  /// are those that the amounts were learnt from. Returns how many splits are not told.
  /// The first kPopulationRowsMax of both are looked at.
  Result<int64_t> ExplainGroupsOnly(const CodeMatrix& learnt_from,
                                    const CodeMatrix& paid,
                                    int64_t people_min);

  /// {"method", "cuts", "calibration", "unit", "sigma", "trees", "amount_trees", "ends",
  /// "amount_ends"}: trees are base64 of XGBoost's UBJSON. Equal training gives equal text.
  [[nodiscard]] Result<Json> ToJson() const;
  /// kCorrupt unless it is what ToJson gives.
  static Result<TreeModel> FromJson(const Json& json);
};

}  // namespace signet::pipelines
