#include "pipelines/experiments/read_out.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Estimate kNoEstimate = {kNone, kNone, kNone};

/// An arm's estimate and the variance of that estimate.
struct Side {
  double value = 0;
  double variance = 0;
  double units = 0;
};

/// treatment / control - 1 with the delta method's interval.
Estimate RelativeOf(const Side& treatment, const Side& control, double confidence) {
  if (control.value == 0) return kNoEstimate;
  const double ratio = treatment.value / control.value;
  const double variance =
      (treatment.variance + ratio * ratio * control.variance) / (control.value * control.value);
  return NormalEstimate(ratio - 1, std::sqrt(variance), confidence);
}

Comparison Base(const Side& treatment, const Side& control, double confidence) {
  Comparison c;
  c.units = treatment.units;
  c.control_units = control.units;
  c.value = treatment.value;
  c.control_value = control.value;
  c.relative = RelativeOf(treatment, control, confidence);
  c.standard_error = std::sqrt(treatment.variance + control.variance);
  return c;
}

/// The comparison's value without interval or test.
Comparison Untested(Comparison c, std::string problem) {
  const double difference = c.value - c.control_value;
  c.difference = {difference, kNone, kNone};
  c.relative.low = kNone;
  c.relative.high = kNone;
  c.statistic = kNone;
  c.p_value = kNone;
  c.problem = std::move(problem);
  return c;
}

/// Equal constants: nothing differs, and nothing could.
Comparison Constant(Comparison c) {
  if (c.value != c.control_value) {
    return Untested(std::move(c), "no variation within the arms, so no test is possible");
  }
  c.problem = "the same value throughout";
  return c;
}

Comparison Normal(const Side& t, const Side& c, double confidence) {
  Comparison comparison = Base(t, c, confidence);
  if (!(comparison.standard_error > 0)) return Constant(std::move(comparison));
  comparison.difference = NormalEstimate(t.value - c.value, comparison.standard_error, confidence);
  comparison.statistic = (t.value - c.value) / comparison.standard_error;
  comparison.p_value = NormalTwoSided(comparison.statistic);
  return comparison;
}

Comparison Welch(const Side& t, const Side& c, double confidence) {
  Comparison comparison = Base(t, c, confidence);
  if (t.units < 2 || c.units < 2) {
    return Untested(std::move(comparison), "an arm has fewer than two units");
  }
  const double variance = t.variance + c.variance;
  if (!(variance > 0)) return Constant(std::move(comparison));
  const double difference = t.value - c.value;
  const double degrees =
      variance * variance /
      (t.variance * t.variance / (t.units - 1) + c.variance * c.variance / (c.units - 1));
  const double reach = StudentQuantile(0.5 + confidence / 2, degrees) * comparison.standard_error;
  comparison.difference = {difference, difference - reach, difference + reach};
  comparison.degrees = degrees;
  comparison.statistic = difference / comparison.standard_error;
  comparison.p_value = StudentTwoSided(comparison.statistic, degrees);
  return comparison;
}

Side ShareSide(const Moments& m) {
  return {m.y, std::max(0.0, m.y * (1 - m.y)) / m.units, m.units};
}

Side MeanSide(const Moments& m) {
  return {m.y, m.yy / m.units, m.units};
}

/// Linearised: mean(y)/mean(d) moves with a unit as (y - ratio d) / mean(d).
Side RatioSide(const Moments& m) {
  if (m.d == 0) return {kNone, 0, m.units};
  const double ratio = m.y / m.d;
  const double spread = m.yy - 2 * ratio * m.yd + ratio * ratio * m.dd;
  return {ratio, std::max(0.0, spread) / (m.units * m.d * m.d), m.units};
}

Side SideOf(MetricKind kind, const Moments& m) {
  switch (kind) {
    case MetricKind::kProportion:
      return ShareSide(m);
    case MetricKind::kMean:
      return MeanSide(m);
    case MetricKind::kRatio:
      return RatioSide(m);
    case MetricKind::kQuantile:
      break;
  }
  CHECK(kind != MetricKind::kQuantile);
  return {};
}

/// Covariance of a unit's (linearised) metric with the covariate.
double CovariateSlopeTop(MetricKind kind, const Moments& m) {
  return kind == MetricKind::kRatio ? (m.yx - m.y / m.d * m.dx) / m.d : m.yx;
}

constexpr const char* kNoDenominator = "the denominator adds up to 0 in an arm";

}  // namespace

std::string_view MetricKindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kProportion:
      return "proportion";
    case MetricKind::kMean:
      return "mean";
    case MetricKind::kRatio:
      return "ratio";
    case MetricKind::kQuantile:
      break;
  }
  return "quantile";
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
  ratio.degrees = static_cast<double>(counts.size()) - 1;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * shares[i] / share_total;
    ratio.chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  ratio.p_value = ChiSquareSurvival(ratio.chi_square, ratio.degrees);
  return ratio;
}

SampleRatio CheckIndependence(const std::vector<std::vector<double>>& table) {
  const size_t columns = table.empty() ? 0 : table.front().size();
  std::vector<double> row_totals(table.size(), 0);
  std::vector<double> column_totals(columns, 0);
  double total = 0;
  for (size_t r = 0; r < table.size(); ++r) {
    for (size_t c = 0; c < columns; ++c) {
      row_totals[r] += table[r][c];
      column_totals[c] += table[r][c];
      total += table[r][c];
    }
  }
  const auto used = [](const std::vector<double>& totals) {
    return static_cast<double>(
        std::count_if(totals.begin(), totals.end(), [](double t) { return t > 0; }));
  };
  SampleRatio result;
  result.degrees = (used(row_totals) - 1) * (used(column_totals) - 1);
  if (!(result.degrees > 0)) return {};
  for (size_t r = 0; r < table.size(); ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const double expected = row_totals[r] * column_totals[c] / total;
      if (expected > 0) {
        result.chi_square += (table[r][c] - expected) * (table[r][c] - expected) / expected;
      }
    }
  }
  result.p_value = ChiSquareSurvival(result.chi_square, result.degrees);
  return result;
}

Comparison CompareProportions(const Moments& treatment, const Moments& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  const Side t = ShareSide(treatment);
  const Side c = ShareSide(control);
  const double units = t.units + c.units;
  const double pooled = t.value * (t.units / units) + c.value * (c.units / units);
  const double error =
      std::sqrt(std::max(0.0, pooled * (1 - pooled)) * (1 / t.units + 1 / c.units));
  Comparison comparison = Normal(t, c, confidence);
  if (!(error > 0)) return comparison;
  comparison.statistic = (t.value - c.value) / error;
  comparison.p_value = NormalTwoSided(comparison.statistic);
  return comparison;
}

Comparison CompareMeans(const Moments& treatment, const Moments& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  return Welch(MeanSide(treatment), MeanSide(control), confidence);
}

Comparison CompareRatios(const Moments& treatment, const Moments& control, double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  const Side t = RatioSide(treatment);
  const Side c = RatioSide(control);
  if (treatment.d == 0 || control.d == 0) {
    return Untested(Base(t, c, confidence), kNoDenominator);
  }
  return Normal(t, c, confidence);
}

Comparison Compare(MetricKind kind,
                   const Moments& treatment,
                   const Moments& control,
                   double level) {
  if (kind == MetricKind::kProportion) return CompareProportions(treatment, control, level);
  if (kind == MetricKind::kRatio) return CompareRatios(treatment, control, level);
  CHECK(kind == MetricKind::kMean);
  return CompareMeans(treatment, control, level);
}

Comparison CompareAdjusted(MetricKind kind,
                           const Moments& treatment,
                           const Moments& control,
                           double confidence) {
  CHECK(treatment.units > 0 && control.units > 0);
  const double square = treatment.xx * (treatment.units - 1) + control.xx * (control.units - 1);
  const bool no_denominator = kind == MetricKind::kRatio && (treatment.d == 0 || control.d == 0);
  if (!(square > 0) || no_denominator) return Compare(kind, treatment, control, confidence);
  const double cross = CovariateSlopeTop(kind, treatment) * (treatment.units - 1) +
                       CovariateSlopeTop(kind, control) * (control.units - 1);
  const double slope = cross / square;
  const double x = treatment.Pooled(control).x;
  const auto side = [&](const Moments& m) {
    // A share's variance is a sample variance here: it is not one of 0 and 1 any more.
    Side s = kind == MetricKind::kRatio ? RatioSide(m) : MeanSide(m);
    const double change = slope * slope * m.xx - 2 * slope * CovariateSlopeTop(kind, m);
    s.value -= slope * (m.x - x);
    s.variance = std::max(0.0, s.variance + change / m.units);
    return s;
  };
  const Side t = side(treatment);
  const Side c = side(control);
  Comparison comparison = Welch(t, c, confidence);
  const double raw = SideOf(kind, treatment).variance + SideOf(kind, control).variance;
  comparison.variance_removed = raw > 0 ? 1 - (t.variance + c.variance) / raw : 0;
  return comparison;
}

Comparison CompareStratified(MetricKind kind, std::span<const ArmPair> strata, double confidence) {
  std::vector<ArmPair> cells;
  ArmPair rest;
  ArmPair all;
  for (const ArmPair& s : strata) {
    all = {all.treatment.Pooled(s.treatment), all.control.Pooled(s.control)};
    if (s.treatment.units >= 2 && s.control.units >= 2) {
      cells.push_back(s);
    } else {
      rest = {rest.treatment.Pooled(s.treatment), rest.control.Pooled(s.control)};
    }
  }
  if (rest.treatment.units >= 2 && rest.control.units >= 2) cells.push_back(rest);
  double units = 0;
  for (const ArmPair& cell : cells) units += cell.treatment.units + cell.control.units;
  Side t{0, 0, all.treatment.units};
  Side c{0, 0, all.control.units};
  for (const ArmPair& cell : cells) {
    const double weight = (cell.treatment.units + cell.control.units) / units;
    const Side ts = SideOf(kind, cell.treatment);
    const Side cs = SideOf(kind, cell.control);
    t.value += weight * ts.value;
    c.value += weight * cs.value;
    t.variance += weight * weight * ts.variance;
    c.variance += weight * weight * cs.variance;
  }
  if (cells.empty() || !std::isfinite(t.value) || !std::isfinite(c.value)) {
    return Untested(Base(t, c, confidence),
                    cells.empty() ? "no stratum has two units in each arm" : kNoDenominator);
  }
  Comparison comparison = Normal(t, c, confidence);
  const double raw = SideOf(kind, all.treatment).variance + SideOf(kind, all.control).variance;
  comparison.variance_removed = raw > 0 ? 1 - (t.variance + c.variance) / raw : 0;
  return comparison;
}

NonInferiority JudgeNonInferiority(const Comparison& comparison,
                                   double margin,
                                   bool decrease_is_better) {
  CHECK(margin > 0);
  NonInferiority judged;
  judged.margin = margin;
  if (!std::isfinite(comparison.difference.low) || !(comparison.standard_error > 0)) {
    judged.p_value = kNone;
    judged.shown = std::isfinite(comparison.difference.low) && comparison.difference.value == 0;
    return judged;
  }
  const double sign = decrease_is_better ? -1 : 1;
  const double gain = sign * comparison.difference.value;
  const double worst = decrease_is_better ? -comparison.difference.high : comparison.difference.low;
  const double best = decrease_is_better ? -comparison.difference.low : comparison.difference.high;
  const double statistic = (gain + margin) / comparison.standard_error;
  const double two_sided = comparison.degrees > 0 ? StudentTwoSided(statistic, comparison.degrees)
                                                  : NormalTwoSided(statistic);
  judged.p_value = statistic > 0 ? two_sided / 2 : 1 - two_sided / 2;
  judged.shown = worst > -margin;
  judged.harmed = best < 0;
  return judged;
}

}  // namespace signet::pipelines
