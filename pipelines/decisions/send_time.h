/// When each customer answers: hours of the day, smoothed towards everybody's.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

inline constexpr size_t kHours = 24;
inline constexpr size_t kWeekdays = 7;
/// A customer's engagement (opens, clicks, purchases) by hour of the day, or, in the first places,
/// by day of the week from Monday.
using HourCounts = std::array<uint32_t, kHours>;

struct SendTime {
  int hour = 0;            ///< the best hour, [0, 24)
  double probability = 0;  ///< of an engagement falling into it
  double gain = 1;         ///< that, over the same chance at the population's best hour
};

/// A Dirichlet-multinomial model: each customer's hours are drawn around the population's, with
/// weight `prior` (in events). The prior is the maximum likelihood one of a grid, from sums that
/// add up over customers and partitions (Minka, "Estimating a Dirichlet distribution", 2000): a
/// customer without history gets the population's hour, one with a long history their own.
class SendTimeModel {
 public:
  /// kInvalid without a single event. Order does not matter. `slots`: kHours or kWeekdays.
  static Result<SendTimeModel> Fit(const std::vector<HourCounts>& customers, size_t slots = kHours);

  /// Posterior mean shares of the hours.
  [[nodiscard]] std::array<double, kHours> Shares(const HourCounts& counts) const;
  [[nodiscard]] SendTime Best(const HourCounts& counts) const;
  [[nodiscard]] double prior() const { return prior_; }
  [[nodiscard]] const std::array<double, kHours>& population() const { return population_; }
  /// Mean log-likelihood per event of other customers' later counts, given what they did before:
  /// how a holdout judges the smoothing.
  [[nodiscard]] double LogLikelihood(const std::vector<HourCounts>& before,
                                     const std::vector<HourCounts>& after) const;

 private:
  std::array<double, kHours> population_{};
  double prior_ = 1;
  size_t slots_ = kHours;
};

}  // namespace signet::pipelines
