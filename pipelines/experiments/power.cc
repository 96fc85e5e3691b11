#include "pipelines/experiments/power.h"

#include <algorithm>
#include <cmath>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr double kUnitsMax = 1e12;
/// Above this the non-central t is a shifted normal to ten digits.
constexpr double kNormalFrom = 1e5;

double LevelOf(const PowerOptions& o) {
  return o.alpha / o.comparisons;
}

Status Check(const PowerOptions& o) {
  if (!(o.alpha > 0 && o.alpha < 1)) return Invalid("alpha must lie within 0 and 1");
  if (o.comparisons < 1) return Invalid("there must be at least one comparison");
  if (!(o.control_per_treatment > 0)) return Invalid("the control's share must be positive");
  if (!(o.variance_removed >= 0 && o.variance_removed < 1)) {
    return Invalid("the variance removed by CUPED is a share below 1");
  }
  if (o.kind == MetricKind::kProportion && !(o.baseline > 0 && o.baseline < 1)) {
    return Invalid("a proportion's baseline must lie within 0 and 1");
  }
  if (o.kind == MetricKind::kQuantile) return Invalid("power is planned for shares and means");
  if (o.kind != MetricKind::kProportion && !(o.sd > 0)) {
    return Invalid("a mean needs the standard deviation over units");
  }
  return OkStatus();
}

double PowerOfShares(const PowerOptions& o, double effect, double units) {
  const double k = o.control_per_treatment;
  const double p1 = o.baseline;
  const double p2 = o.baseline + effect;
  const double pooled = (k * p1 + p2) / (k + 1);
  const double keep = 1 - o.variance_removed;
  const double null_error = std::sqrt(keep * pooled * (1 - pooled) * (1 / units + 1 / (k * units)));
  const double error = std::sqrt(keep * (p2 * (1 - p2) / units + p1 * (1 - p1) / (k * units)));
  const double z = NormalQuantile(1 - LevelOf(o) / 2);
  const double gap = std::fabs(effect);
  return NormalCdf((gap - z * null_error) / error) + NormalCdf((-gap - z * null_error) / error);
}

double PowerOfMeans(const PowerOptions& o, double effect, double units) {
  const double k = o.control_per_treatment;
  const double sd = o.sd * std::sqrt(1 - o.variance_removed);
  const double error = sd * std::sqrt(1 / units + 1 / (k * units));
  const double shift = std::fabs(effect) / error;
  const double degrees = units * (1 + k) - 2;
  if (!(degrees > 0)) return 0;
  if (degrees > kNormalFrom) {
    const double z = NormalQuantile(1 - LevelOf(o) / 2);
    return NormalCdf(shift - z) + NormalCdf(-shift - z);
  }
  const double t = StudentQuantile(1 - LevelOf(o) / 2, degrees);
  return std::clamp(1 - NoncentralStudentCdf(t, degrees, shift), 0.0, 1.0) +
         std::clamp(NoncentralStudentCdf(-t, degrees, shift), 0.0, 1.0);
}

}  // namespace

Result<double> PowerOf(const PowerOptions& o, double effect, double units) {
  TRY(Check(o));
  if (!(units >= 2)) return Invalid("power needs at least two units in each arm");
  if (o.kind != MetricKind::kProportion) return PowerOfMeans(o, effect, units);
  const double treated = o.baseline + effect;
  if (!(treated > 0 && treated < 1)) {
    return Invalid("baseline and effect together must lie within 0 and 1");
  }
  return PowerOfShares(o, effect, units);
}

Result<double> UnitsFor(const PowerOptions& o, double effect, double power) {
  if (effect == 0) {
    return Invalid("an effect of 0 is never seen: give the smallest one that matters");
  }
  if (!(power > 0 && power < 1)) return Invalid("power must lie within 0 and 1");
  double low = 2;
  double high = 2;
  ASSIGN_OR_RETURN(double reached, PowerOf(o, effect, high));
  while (reached < power) {
    low = high;
    high *= 2;
    if (high > kUnitsMax) return Invalid("the test would need more than 1e12 units");
    ASSIGN_OR_RETURN(reached, PowerOf(o, effect, high));
  }
  while (high - low > 0.5) {
    const double middle = std::floor((low + high) / 2);
    if (middle <= low) break;
    ASSIGN_OR_RETURN(reached, PowerOf(o, effect, middle));
    (reached < power ? low : high) = middle;
  }
  return high;
}

Result<double> DetectableEffect(const PowerOptions& o, double units, double power) {
  if (!(power > 0 && power < 1)) return Invalid("power must lie within 0 and 1");
  double high = o.kind == MetricKind::kProportion ? (1 - o.baseline) * (1 - 1e-9) : o.sd;
  ASSIGN_OR_RETURN(double reached, PowerOf(o, high, units));
  for (int i = 0; i < 60 && reached < power && o.kind != MetricKind::kProportion; ++i) {
    high *= 2;
    ASSIGN_OR_RETURN(reached, PowerOf(o, high, units));
  }
  if (reached < power) return Invalid("so few units see no increase with that power");
  double low = 0;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    ASSIGN_OR_RETURN(reached, PowerOf(o, middle, units));
    (reached < power ? low : high) = middle;
  }
  return high;
}

int64_t DaysFor(double units_all_arms, double units_per_day) {
  CHECK(units_per_day > 0 && units_all_arms >= 0);
  const double weeks = std::ceil(units_all_arms / units_per_day / 7);
  return static_cast<int64_t>(std::max(1.0, weeks)) * 7;
}

}  // namespace signet::pipelines
