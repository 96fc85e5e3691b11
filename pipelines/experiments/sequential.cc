#include "pipelines/experiments/sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kLooksMax = 100;
constexpr int kGridHalf = 600;       ///< grid points on each side of 0
constexpr double kFarthest = 9;      ///< |z| beyond which no probability is left
constexpr double kOpen = kFarthest;  ///< a boundary that nothing crosses

double Spent(Spending spending, double alpha, double t) {
  if (t >= 1) return alpha;
  if (spending == Spending::kPocock) return alpha * std::log(1 + (std::exp(1.0) - 1) * t);
  // Each side spends its own alpha / 2.
  return 4 * NormalSurvival(NormalQuantile(1 - alpha / 4) / std::sqrt(t));
}

/// The density of the score S(t) = z sqrt(t) at one look, of paths that have not stopped, on an
/// even grid (Simpson's rule).
struct PathDensity {
  double information = 0;
  std::vector<double> score, mass;  ///< mass: density times Simpson's weight
};

PathDensity Grid(double information, double bound_z) {
  PathDensity grid;
  grid.information = information;
  const double end = std::min(bound_z, kFarthest) * std::sqrt(information);
  constexpr int kPoints = 2 * kGridHalf + 1;
  const double step = 2 * end / (kPoints - 1);
  for (int i = 0; i < kPoints; ++i) {
    grid.score.push_back(-end + step * i);
    const double weight = i == 0 || i == kPoints - 1 ? 1 : (i % 2 == 1 ? 4 : 2);
    grid.mass.push_back(weight * step / 3);
  }
  return grid;
}

/// P(|S| >= z sqrt(t) at this look, not stopped before).
double Crossing(const PathDensity& before, double information, double z) {
  const double spread = std::sqrt(information - before.information);
  const double bound = z * std::sqrt(information);
  double total = 0;
  for (size_t i = 0; i < before.score.size(); ++i) {
    total += before.mass[i] * (NormalSurvival((bound - before.score[i]) / spread) +
                               NormalSurvival((bound + before.score[i]) / spread));
  }
  return total;
}

PathDensity Next(const PathDensity& before, double information, double bound_z) {
  PathDensity next = Grid(information, bound_z);
  const double spread = std::sqrt(information - before.information);
  for (size_t j = 0; j < next.score.size(); ++j) {
    double density = 0;
    for (size_t i = 0; i < before.score.size(); ++i) {
      const double step = (next.score[j] - before.score[i]) / spread;
      if (std::fabs(step) < kFarthest) density += before.mass[i] * NormalDensity(step);
    }
    next.mass[j] *= density / spread;
  }
  return next;
}

PathDensity First(double information, double bound_z) {
  PathDensity first = Grid(information, bound_z);
  const double spread = std::sqrt(information);
  for (size_t i = 0; i < first.score.size(); ++i) {
    first.mass[i] *= NormalDensity(first.score[i] / spread) / spread;
  }
  return first;
}

/// The z at which `crossing(z)`, falling in z, equals `target`.
template <typename Crossing>
double SolveBound(Crossing crossing, double target) {
  if (target <= crossing(kOpen)) return kOpen;
  double low = 0;
  double high = kOpen;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (crossing(middle) > target ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

AlwaysValid SequentialInterval(const Comparison& c, double confidence, double tuning_units) {
  CHECK(tuning_units > 0);
  AlwaysValid result;
  result.difference = {c.value - c.control_value, kNone, kNone};
  const bool enough = c.units >= kSequentialUnitsMin && c.control_units >= kSequentialUnitsMin;
  if (!enough || !std::isfinite(c.standard_error) || !(c.standard_error > 0)) return result;
  const double alpha = 1 - confidence;
  const double twice = -2 * std::log(alpha);
  const double rho2 = (twice + std::log(twice + 1)) / tuning_units;
  const double variance = c.standard_error * c.standard_error;
  const double mixture = rho2 * variance * (c.units + c.control_units);
  const double total = variance + mixture;
  const double reach = std::sqrt(variance * total / mixture * (twice + std::log(total / variance)));
  const double difference = result.difference.value;
  result.difference = {difference, difference - reach, difference + reach};
  const double log_ratio =
      0.5 * std::log(variance / total) + mixture * difference * difference / (2 * variance * total);
  result.p_value = std::min(1.0, std::exp(-log_ratio));
  return result;
}

Result<std::vector<SequentialLook>> GroupSequentialBounds(std::span<const double> information,
                                                          double alpha,
                                                          Spending spending) {
  CHECK(alpha > 0 && alpha < 1);
  if (information.empty() || information.size() > kLooksMax) {
    return Invalid("a group-sequential design has between 1 and 100 looks");
  }
  std::vector<SequentialLook> looks;
  PathDensity paths;
  double before = 0;
  for (const double t : information) {
    const double last = looks.empty() ? 0 : looks.back().information;
    if (!(t > last) || !(t <= 1)) {
      return Invalid("the looks' information must ascend within 0 and 1");
    }
    SequentialLook look;
    look.information = t;
    look.spent = Spent(spending, alpha, t);
    const double now = look.spent - before;
    before = look.spent;
    if (looks.empty()) {
      look.z = SolveBound([](double z) { return 2 * NormalSurvival(z); }, now);
      paths = First(t, look.z);
    } else {
      look.z = SolveBound([&](double z) { return Crossing(paths, t, z); }, now);
      paths = Next(paths, t, look.z);
    }
    looks.push_back(look);
  }
  return looks;
}

}  // namespace signet::pipelines
