#include "pipelines/experiments/read_out.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

/// Sample covariance from sums; never below 0 for a variance.
double Covariance(double ab, double a, double b, double n) {
  return n > 1 ? (ab - a * b / n) / (n - 1) : 0;
}
double Variance(double aa, double a, double n) {
  return std::max(0.0, Covariance(aa, a, a, n));
}

/// An arm's estimate and the variance of that estimate.
struct Side {
  double value = 0;
  double variance = 0;
  double units = 0;
};

/// treatment / control - 1 with the delta method's interval.
Estimate RelativeOf(const Side& treatment, const Side& control, double confidence) {
  if (control.value == 0) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return {kNone, kNone, kNone};
  }
  const double ratio = treatment.value / control.value;
  const double variance =
      (treatment.variance + ratio * ratio * control.variance) / (control.value * control.value);
  return NormalEstimate(ratio - 1, std::sqrt(variance), confidence);
}

Comparison Base(const ArmSums& arm, const Side& treatment, const Side& control, double confidence) {
  Comparison c;
  c.arm = arm.arm;
  c.units = treatment.units;
  c.value = treatment.value;
  c.control_value = control.value;
  c.relative = RelativeOf(treatment, control, confidence);
  return c;
}

Comparison Normal(const ArmSums& arm, const Side& t, const Side& c, double confidence) {
  Comparison comparison = Base(arm, t, c, confidence);
  const double error = std::sqrt(t.variance + c.variance);
  comparison.difference = NormalEstimate(t.value - c.value, error, confidence);
  if (error > 0) {
    comparison.statistic = (t.value - c.value) / error;
    comparison.p_value = NormalTwoSided(comparison.statistic);
  }
  return comparison;
}

Comparison Welch(const ArmSums& arm, const Side& t, const Side& c, double confidence) {
  Comparison comparison = Base(arm, t, c, confidence);
  const double variance = t.variance + c.variance;
  const double difference = t.value - c.value;
  comparison.difference = {difference, difference, difference};
  if (!(variance > 0) || t.units < 2 || c.units < 2) return comparison;
  const double degrees =
      variance * variance /
      (t.variance * t.variance / (t.units - 1) + c.variance * c.variance / (c.units - 1));
  const double error = std::sqrt(variance);
  const double reach = StudentQuantile(0.5 + confidence / 2, degrees) * error;
  comparison.difference = {difference, difference - reach, difference + reach};
  comparison.statistic = difference / error;
  comparison.p_value = StudentTwoSided(comparison.statistic, degrees);
  return comparison;
}

Side MeanSide(const ArmSums& s) {
  return {s.y / s.units, Variance(s.yy, s.y, s.units) / s.units, s.units};
}

Side RatioSide(const ArmSums& s) {
  if (s.d == 0) return {0, 0, s.units};
  const double ratio = s.y / s.d;
  const double mean_d = s.d / s.units;
  const double spread = Variance(s.yy, s.y, s.units) -
                        2 * ratio * Covariance(s.yd, s.y, s.d, s.units) +
                        ratio * ratio * Variance(s.dd, s.d, s.units);
  return {ratio, std::max(0.0, spread) / (s.units * mean_d * mean_d), s.units};
}

}  // namespace

void ArmSums::Merge(const ArmSums& o) {
  units += o.units;
  y += o.y;
  yy += o.yy;
  d += o.d;
  dd += o.dd;
  yd += o.yd;
  x += o.x;
  xx += o.xx;
  xy += o.xy;
}

Result<SampleRatio> CheckSampleRatio(const std::vector<double>& counts,
                                     const std::vector<double>& shares) {
  CHECK(counts.size() == shares.size());
  double total = 0;
  double share_total = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!(shares[i] > 0)) return Invalid("an expected share must be positive");
    total += counts[i];
    share_total += shares[i];
  }
  if (counts.size() < 2 || total == 0) return Invalid("a sample ratio needs units in two arms");
  SampleRatio ratio;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * shares[i] / share_total;
    ratio.chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  ratio.p_value = ChiSquareSurvival(ratio.chi_square, static_cast<double>(counts.size()) - 1);
  return ratio;
}

Comparison CompareProportions(const ArmSums& treatment, const ArmSums& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  const auto side = [](const ArmSums& s) {
    const double share = s.y / s.units;
    return Side{share, share * (1 - share) / s.units, s.units};
  };
  const Side t = side(treatment);
  const Side c = side(control);
  Comparison comparison = Normal(treatment, t, c, confidence);
  const double pooled = (treatment.y + control.y) / (treatment.units + control.units);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / treatment.units + 1 / control.units));
  comparison.statistic = error > 0 ? (t.value - c.value) / error : 0;
  comparison.p_value = error > 0 ? NormalTwoSided(comparison.statistic) : 1;
  return comparison;
}

Comparison CompareMeans(const ArmSums& treatment, const ArmSums& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  return Welch(treatment, MeanSide(treatment), MeanSide(control), confidence);
}

Comparison CompareRatios(const ArmSums& treatment, const ArmSums& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  return Normal(treatment, RatioSide(treatment), RatioSide(control), confidence);
}

Comparison CompareAdjustedMeans(const ArmSums& treatment,
                                const ArmSums& control,
                                double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  const ArmSums* arms[] = {&treatment, &control};
  double cross = 0;
  double square = 0;
  double units = 0;
  double x = 0;
  for (const ArmSums* s : arms) {
    cross += s->xy - s->x * s->y / s->units;
    square += s->xx - s->x * s->x / s->units;
    units += s->units;
    x += s->x;
  }
  if (!(square > 0)) return CompareMeans(treatment, control, confidence);
  const double slope = cross / square;
  const auto side = [&](const ArmSums& s) {
    const double n = s.units;
    const double variance = Variance(s.yy, s.y, n) + slope * slope * Variance(s.xx, s.x, n) -
                            2 * slope * Covariance(s.xy, s.x, s.y, n);
    return Side{s.y / n - slope * (s.x / n - x / units), std::max(0.0, variance) / n, n};
  };
  const Side t = side(treatment);
  const Side c = side(control);
  Comparison comparison = Welch(treatment, t, c, confidence);
  const double raw = MeanSide(treatment).variance + MeanSide(control).variance;
  comparison.variance_removed = raw > 0 ? 1 - (t.variance + c.variance) / raw : 0;
  return comparison;
}

}  // namespace signet::pipelines
