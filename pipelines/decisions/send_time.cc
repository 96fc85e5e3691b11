#include "pipelines/decisions/send_time.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr double kHourFloor = 0.5;  ///< events added to each hour of the population: none is 0
constexpr int kGrid = 41;
constexpr double kPriorMin = 0.1;
constexpr double kPriorMax = 1e5;

double Total(const HourCounts& counts) {
  double total = 0;
  for (const uint32_t count : counts) total += count;
  return total;
}

/// Log-likelihood of one customer's counts under Dirichlet(prior * shares), without the constant.
double LogLikelihoodOf(const HourCounts& counts,
                       const std::array<double, kHours>& shares,
                       double prior) {
  const double total = Total(counts);
  if (total == 0) return 0;
  double value = LogGamma(prior) - LogGamma(prior + total);
  for (size_t h = 0; h < kHours; ++h) {
    if (counts[h] == 0) continue;
    value += LogGamma(prior * shares[h] + counts[h]) - LogGamma(prior * shares[h]);
  }
  return value;
}

}  // namespace

Result<SendTimeModel> SendTimeModel::Fit(const std::vector<HourCounts>& customers, size_t slots) {
  CHECK(slots >= 1 && slots <= kHours);
  SendTimeModel model;
  model.slots_ = slots;
  std::array<double, kHours> sums{};
  double total = 0;
  for (const HourCounts& counts : customers) {
    for (size_t h = 0; h < kHours; ++h) sums[h] += counts[h];
    total += Total(counts);
  }
  if (total == 0) return Invalid("no engagement at all: there is no best hour to learn");
  const double floor = kHourFloor * static_cast<double>(slots);
  for (size_t h = 0; h < slots; ++h) {
    model.population_[h] = (sums[h] + kHourFloor) / (total + floor);
  }
  double best = -std::numeric_limits<double>::infinity();
  for (int g = 0; g < kGrid; ++g) {
    const double prior = kPriorMin * std::pow(kPriorMax / kPriorMin, g / (kGrid - 1.0));
    ExactSum sum;
    for (const HourCounts& counts : customers) {
      sum.Add(LogLikelihoodOf(counts, model.population_, prior));
    }
    if (sum.Value() <= best) continue;
    best = sum.Value();
    model.prior_ = prior;
  }
  return model;
}

std::array<double, kHours> SendTimeModel::Shares(const HourCounts& counts) const {
  std::array<double, kHours> shares{};
  const double total = Total(counts) + prior_;
  for (size_t h = 0; h < slots_; ++h) {
    shares[h] = (counts[h] + prior_ * population_[h]) / total;
  }
  return shares;
}

SendTime SendTimeModel::Best(const HourCounts& counts) const {
  const std::array<double, kHours> shares = Shares(counts);
  const auto best = std::max_element(shares.begin(), shares.end());
  const auto common = static_cast<size_t>(std::max_element(population_.begin(), population_.end()) -
                                          population_.begin());
  SendTime time;
  time.hour = static_cast<int>(best - shares.begin());
  time.probability = *best;
  time.gain = *best / shares[common];
  return time;
}

double SendTimeModel::LogLikelihood(const std::vector<HourCounts>& before,
                                    const std::vector<HourCounts>& after) const {
  CHECK(before.size() == after.size());
  ExactSum sum;
  double events = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const std::array<double, kHours> shares = Shares(before[i]);
    for (size_t h = 0; h < kHours; ++h) {
      if (after[i][h] == 0) continue;
      sum.Add(after[i][h] * std::log(shares[h]));
      events += after[i][h];
    }
  }
  return events > 0 ? sum.Value() / events : 0;
}

}  // namespace signet::pipelines
