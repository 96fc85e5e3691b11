/// How well scores rank customers by what a treatment does to them: Qini, uplift curve, deciles.
///
/// Normalisations differ between tools, so each figure names its own:
/// - qini: area between the Qini curve (Radcliffe 2007: treated outcomes minus control outcomes
///   scaled to as many) and the line of random targeting, per customer on both axes. 0: random.
/// - auuc: area under the uplift curve (difference of means times share targeted), per customer.
/// - qini_sklift, auuc_sklift: scikit-uplift's qini_auc_score and uplift_auc_score (area over
/// random
///   divided by that of a perfect order); 0/1 outcomes only.
/// - auuc_causalml: CausalML's auuc_score with normalize=True (mean gain over all positions divided
///   by the size of the last).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// Test rows: predicted uplift, arm and outcome.
struct UpliftRows {
  std::vector<double> score;
  std::vector<uint8_t> treated;
  std::vector<double> outcome;
};

struct UpliftDecile {
  double treated = 0, control = 0;  ///< rows
  double mean_score = 0;
  Estimate uplift;  ///< difference of means; NaN bounds where an arm has fewer than two rows
};

struct UpliftCurvePoint {
  double share = 0;  ///< targeted
  double qini = 0;   ///< gain per treated customer of the whole
  double gain = 0;   ///< uplift curve, per customer
};

struct UpliftQuality {
  Estimate average_effect;  ///< of the treatment on the test rows (Welch)
  Estimate qini, auuc;      ///< percentile bootstrap
  double qini_p = 1;        ///< one-sided: bootstrap share of qini <= 0
  double qini_sklift = 0, auuc_sklift = 0, auuc_causalml = 0;  ///< NaN where undefined
  std::vector<UpliftDecile> deciles;                           ///< highest score first
  std::vector<UpliftCurvePoint> curve;                         ///< at most 101 points
  int resamples = 0;
  bool found = false;  ///< the interval of qini lies above 0
  std::string text;

  [[nodiscard]] Json ToJson() const;
};

/// Independent of row order; ties in the score form one step. `seed` draws the bootstrap (Poisson
/// weights per row). kInvalid for fewer than 20 rows in either arm or values that are not finite.
Result<UpliftQuality> JudgeUplift(const UpliftRows& rows, double confidence, uint64_t seed);

}  // namespace signet::pipelines
