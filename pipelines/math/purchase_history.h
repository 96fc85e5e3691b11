/// What purchase models see of a customer, and the customers of a sample, counted by history.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// One customer: repeat purchases x, time of the last one and time observed, both since the first
/// purchase in one unit (weeks, say). x = 0 goes with recency = 0.
struct PurchaseHistory {
  double repeats = 0;
  double recency = 0;
  double observed = 0;
  /// Sum of ln(time between purchases), x terms: only models of regularity (CNBD-k) need it.
  double log_gaps = 0;
  friend auto operator<=>(const PurchaseHistory&, const PurchaseHistory&) = default;
};

/// A sample with equal histories counted once, so that a likelihood costs one term for each
/// distinct history and its logarithms one for each distinct time. Sorted, hence independent of the
/// customers' order; shares instead of counts, hence the same for a sample and its duplicate.
/// Times are in units of the longest observation, so that one set of starts suits hours and weeks.
class GroupedHistories {
 public:
  struct Group {
    uint32_t repeats = 0;   ///< index into repeats()
    uint32_t recency = 0;   ///< index into times()
    uint32_t observed = 0;  ///< index into times()
    double share = 0;       ///< of the customers
  };

  /// kInvalid for fewer than 10 customers, an impossible history, no repeat purchase, or nobody
  /// observed for any time.
  static Result<GroupedHistories> Of(const std::vector<PurchaseHistory>& customers);
  /// The same sample on a grid of 1/`grid` of the longest observation: rough, small, for first
  /// steps.
  [[nodiscard]] GroupedHistories Coarse(double grid) const;

  [[nodiscard]] const std::vector<double>& repeats() const { return repeats_; }
  [[nodiscard]] const std::vector<double>& times() const { return times_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] double customers() const { return customers_; }
  /// The longest observation, in the caller's unit.
  [[nodiscard]] double scale() const { return scale_; }
  [[nodiscard]] double mean_repeats() const { return mean_repeats_; }
  /// Mean over customers of the sum of ln(gap), gaps in units of scale().
  [[nodiscard]] double mean_log_gaps() const { return mean_log_gaps_; }

 private:
  GroupedHistories() = default;
  /// Sorts the parts and joins equal ones; a sum of shares follows the order of `parts`.
  void Join(std::vector<Group> parts);

  std::vector<double> repeats_, times_;
  std::vector<Group> groups_;
  double customers_ = 0;
  double scale_ = 1;
  double mean_repeats_ = 0;
  double mean_log_gaps_ = 0;
};

}  // namespace signet::pipelines
