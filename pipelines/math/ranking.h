/// How well scores put rows in order: AUC, rank correlation, gains.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// Ranks from 1, ties share their mean rank. No NaN among `values`.
std::vector<double> MidRanks(std::span<const double> values);

/// Area under the ROC curve, ties counted half, with DeLong's interval on the logit scale.
/// kInvalid unless both classes occur. labels: 0 or 1.
/// Source: DeLong et al., Biometrics 44 (1988); Sun and Xu, IEEE SPL 21 (2014), by mid-ranks.
Result<Estimate> Auc(std::span<const double> scores,
                     std::span<const uint8_t> labels,
                     double confidence);

/// Area under the precision-recall curve as average precision, sum of (R_n - R_n-1) P_n over
/// distinct scores (no interpolation). Interval: percentiles of 200 Poisson bootstrap replicates,
/// deterministic by `seed`. kInvalid unless both classes occur.
Result<Estimate> AveragePrecision(std::span<const double> scores,
                                  std::span<const uint8_t> labels,
                                  double confidence,
                                  uint64_t seed);

/// Spearman's rank correlation with mid-ranks; interval by Fisher's z with the variance
/// (1 + r^2 / 2) / (n - 3) of Bonett and Wright (2000). {0,-1,1} if one side is constant or n < 4.
Estimate Spearman(std::span<const double> x, std::span<const double> y, double confidence);

/// The share of sum(values) held by the top tenth of `scores` (ties broken by position), with the
/// delta method's interval. Values must not be negative.
Estimate TopDecileShare(std::span<const double> scores,
                        std::span<const double> values,
                        double confidence);

/// For each decile of `scores`, highest first: rows, mean score and mean value.
struct Decile {
  uint64_t rows = 0;
  double mean_score = 0;
  double mean_value = 0;
};
std::vector<Decile> Deciles(std::span<const double> scores, std::span<const double> values);

/// Normalised Gini: area between the gains curve of `scores` and the diagonal, divided by that of a
/// perfect order. 1 perfect, 0 random. 0 when all values are equal.
double NormalisedGini(std::span<const double> scores, std::span<const double> values);

/// Gini of the gains curve (twice the area above the diagonal; `scores` put the rows in order) and
/// the same divided by that of a perfect order, with bootstrap intervals as AveragePrecision has.
/// All zero when the values are all equal. Values must not sum to 0 or less.
struct GiniEstimates {
  Estimate gini;
  Estimate normalised;
};
GiniEstimates Gini(std::span<const double> scores,
                   std::span<const double> values,
                   double confidence,
                   uint64_t seed);

}  // namespace signet::pipelines
