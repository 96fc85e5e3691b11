/// Whether probabilities mean what they say, and maps that make them do so.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// Mean of -ln p(label), probabilities clipped to [1e-15, 1 - 1e-15]; normal interval.
Estimate LogLoss(std::span<const double> probabilities,
                 std::span<const uint8_t> labels,
                 double confidence);
/// Mean squared error of the probabilities; normal interval.
Estimate Brier(std::span<const double> probabilities,
               std::span<const uint8_t> labels,
               double confidence);
/// Expected calibration error over `bins` bins of equal mass (ties stay together): the mean
/// absolute gap between predicted and observed share. Interval: 200 bootstrap replicates of the
/// rows within fixed bins, percentiles; deterministic by `seed`. Source: Naeini et al., AAAI 2015,
/// with equal-mass bins after Nixon et al., 2019.
Estimate CalibrationError(std::span<const double> probabilities,
                          std::span<const uint8_t> labels,
                          int bins,
                          double confidence,
                          uint64_t seed);

/// As above over `bins` bins of equal width, without an interval: what most tools call ECE.
double EqualWidthCalibrationError(std::span<const double> probabilities,
                                  std::span<const uint8_t> labels,
                                  int bins);

/// One bin of a reliability table: predicted and observed share, the latter with Wilson's interval.
struct CalibrationBin {
  uint64_t rows = 0;
  double predicted = 0;
  Estimate observed;
};
/// Bins of equal mass, ties together, lowest first; empty bins are left out.
std::vector<CalibrationBin> CalibrationTable(std::span<const double> probabilities,
                                             std::span<const uint8_t> labels,
                                             int bins,
                                             double confidence);
/// A share of `rows` with Wilson's score interval (1927); {0, 0, 1} for no rows.
Estimate ShareEstimate(double positives, double rows, double confidence);

/// A monotone map from raw to calibrated probability.
class Calibrator {
 public:
  enum class Kind { kNone, kPlatt, kIsotonic };

  Calibrator() = default;
  /// Logistic regression of the label on the raw logit, with Platt's smoothed targets (1999). Falls
  /// back to none when the fit's slope is not positive.
  static Calibrator Platt(std::span<const double> probabilities, std::span<const uint8_t> labels);
  /// Pool-adjacent-violators, linear between block means.
  static Calibrator Isotonic(std::span<const double> probabilities,
                             std::span<const uint8_t> labels);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// In [0, 1] for any probability in [0, 1].
  [[nodiscard]] double Apply(double probability) const;
  [[nodiscard]] Json ToJson() const;
  static Result<Calibrator> FromJson(const Json& json);

 private:
  Kind kind_ = Kind::kNone;
  double slope_ = 1;
  double offset_ = 0;
  std::vector<double> x_, y_;  // isotonic knots
};

}  // namespace signet::pipelines
