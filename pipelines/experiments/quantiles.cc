#include "pipelines/experiments/quantiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr size_t kDraws = 20'000;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr uint64_t kUnitsMin = 20;

/// One quantile per draw: the binomial's own quantiles at evenly spaced levels, so that the draws
/// are the distribution itself. Its probabilities follow from each other, beginning 9 standard
/// deviations below the mean.
std::vector<double> BootstrapQuantiles(const ValueCounts& values, double p) {
  const auto units = static_cast<double>(values.units());
  const double n = units + 1;
  double k = std::floor(std::max(0.0, n * p - 9 * std::sqrt(n * p * (1 - p))));
  double mass = std::exp(LogGamma(n + 1) - LogGamma(k + 1) - LogGamma(n - k + 1) + k * std::log(p) +
                         (n - k) * std::log1p(-p));
  double reached = BinomialCdf(k, n, p);
  std::vector<uint64_t> ranks(kDraws);
  for (size_t i = 0; i < kDraws; ++i) {
    const double level = (static_cast<double>(i) + 0.5) / kDraws;
    while (reached < level && k < n) {
      mass *= (n - k) / (k + 1) * p / (1 - p);
      ++k;
      reached += mass;
    }
    ranks[i] = static_cast<uint64_t>(std::clamp(k, 1.0, units));
  }
  return values.AtRanks(ranks);
}

/// A deterministic shuffle: pairs the two arms' draws at random.
void Shuffle(std::vector<double>& values, uint64_t seed) {
  SeededEntropy entropy(seed);
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[entropy.Next() % i]);
}

double At(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - std::floor(place));
}

}  // namespace

void ValueCounts::Merge(const ValueCounts& other) {
  for (const auto& [value, units] : other.counts_) counts_[value] += units;
}

uint64_t ValueCounts::units() const {
  uint64_t total = 0;
  for (const auto& entry : counts_) total += entry.second;
  return total;
}

double ValueCounts::Quantile(double p) const {
  CHECK(p > 0 && p < 1 && !counts_.empty());
  const double place = p * static_cast<double>(units() - 1);
  const auto rank = static_cast<uint64_t>(place) + 1;
  const std::vector<double> around = AtRanks({rank, std::min(rank + 1, units())});
  return around[0] + (around[1] - around[0]) * (place - std::floor(place));
}

std::vector<double> ValueCounts::AtRanks(const std::vector<uint64_t>& ranks) const {
  std::vector<double> values;
  values.reserve(ranks.size());
  auto entry = counts_.begin();
  uint64_t reached = entry == counts_.end() ? 0 : entry->second;
  for (const uint64_t rank : ranks) {
    CHECK(values.empty() || rank >= ranks[values.size() - 1]);
    while (reached < rank && std::next(entry) != counts_.end()) reached += (++entry)->second;
    values.push_back(entry->first);
  }
  return values;
}

Comparison CompareQuantiles(const ValueCounts& treatment,
                            const ValueCounts& control,
                            double p,
                            double confidence,
                            uint64_t seed) {
  Comparison c;
  c.units = static_cast<double>(treatment.units());
  c.control_units = static_cast<double>(control.units());
  c.value = treatment.Quantile(p);
  c.control_value = control.Quantile(p);
  const double difference = c.value - c.control_value;
  c.difference = {difference, kNone, kNone};
  c.relative = {c.control_value == 0 ? kNone : difference / c.control_value, kNone, kNone};
  c.statistic = kNone;
  c.p_value = kNone;
  if (treatment.units() < kUnitsMin || control.units() < kUnitsMin) {
    c.problem = "a quantile's interval needs 20 units in each arm";
    return c;
  }
  const std::vector<double> controls = BootstrapQuantiles(control, p);
  std::vector<double> draws = BootstrapQuantiles(treatment, p);
  Shuffle(draws, seed);
  for (size_t i = 0; i < kDraws; ++i) draws[i] -= controls[i];
  std::sort(draws.begin(), draws.end());
  c.difference = {difference, At(draws, (1 - confidence) / 2), At(draws, (1 + confidence) / 2)};
  if (c.control_value > 0) {
    c.relative.low = c.difference.low / c.control_value;
    c.relative.high = c.difference.high / c.control_value;
  }
  const double mean = std::accumulate(draws.begin(), draws.end(), 0.0) / kDraws;
  double square = 0;
  for (const double draw : draws) square += (draw - mean) * (draw - mean);
  c.standard_error = std::sqrt(square / (kDraws - 1));
  const auto above =
      static_cast<double>(draws.end() - std::upper_bound(draws.begin(), draws.end(), 0.0));
  const auto below =
      static_cast<double>(std::lower_bound(draws.begin(), draws.end(), 0.0) - draws.begin());
  const double ties = static_cast<double>(kDraws) - above - below;
  const double tail = std::min(above, below) + ties;
  c.p_value = std::min(1.0, 2 * (tail + 1) / (kDraws + 1));
  return c;
}

}  // namespace signet::pipelines
