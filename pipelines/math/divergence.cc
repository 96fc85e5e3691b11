#include "pipelines/math/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr double kShareMin = 1e-4;
constexpr double kNoiseChance = 0.01;

/// P(K > x) of Kolmogorov's distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2).
double KolmogorovSurvival(double x) {
  if (x < 0.2) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 == 1 ? term : -term;
    if (term < 1e-12) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

/// The x with P(chi-square >= x) = chance, by bisection.
double ChiSquarePoint(double chance, double degrees) {
  double low = 0;
  double high = 10 * degrees + 100;
  for (int step = 0; step < 100; ++step) {
    const double middle = (low + high) / 2;
    (ChiSquareSurvival(middle, degrees) > chance ? low : high) = middle;
  }
  return high;
}

}  // namespace

Stability PopulationStability(std::span<const uint64_t> reference,
                              std::span<const uint64_t> current) {
  CHECK(reference.size() == current.size());
  double n = 0;
  double m = 0;
  for (const uint64_t count : reference) n += static_cast<double>(count);
  for (const uint64_t count : current) m += static_cast<double>(count);
  if (n == 0 || m == 0) return {};
  Stability stability;
  double bins = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] == 0 && current[i] == 0) continue;
    bins += 1;
    const double e = std::max(static_cast<double>(reference[i]) / n, kShareMin);
    const double a = std::max(static_cast<double>(current[i]) / m, kShareMin);
    stability.psi += (a - e) * std::log(a / e);
  }
  if (bins < 2) return stability;
  const double scale = 1 / n + 1 / m;
  stability.chance = ChiSquareSurvival(stability.psi / scale, bins - 1);
  stability.noise = ChiSquarePoint(kNoiseChance, bins - 1) * scale;
  return stability;
}

KolmogorovSmirnov CompareDistributions(std::span<const double> reference,
                                       std::span<const double> current) {
  if (reference.empty() || current.empty()) return {};
  std::vector<double> a(reference.begin(), reference.end());
  std::vector<double> b(current.begin(), current.end());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double distance = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const double value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= value) ++i;
    while (j < b.size() && b[j] <= value) ++j;
    distance =
        std::max(distance, std::fabs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  return {distance, KolmogorovSurvival(distance * std::sqrt(n * m / (n + m)))};
}

std::vector<double> QuantileEdges(std::span<const double> values, int bins) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> edges;
  for (int k = 1; k < bins && !sorted.empty(); ++k) {
    const size_t at = sorted.size() * static_cast<size_t>(k) / static_cast<size_t>(bins);
    const double edge = sorted[at];
    if (edge > sorted.front() && (edges.empty() || edge > edges.back())) edges.push_back(edge);
  }
  // Two values of which the first is common would share a bin without this.
  if (edges.empty() && !sorted.empty() && sorted.back() > sorted.front()) {
    edges.push_back(*std::upper_bound(sorted.begin(), sorted.end(), sorted.front()));
  }
  return edges;
}

}  // namespace signet::pipelines
