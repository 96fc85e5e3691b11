#include "pipelines/math/concordance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

/// Counts by rank with prefix sums (Fenwick, 1994).
class RankCounts {
 public:
  explicit RankCounts(size_t ranks) : tree_(ranks + 1, 0) {}
  void Add(size_t rank) {
    ++total_;
    for (size_t i = rank + 1; i < tree_.size(); i += i & (~i + 1)) tree_[i] += 1;
  }
  /// Of ranks below `rank`.
  [[nodiscard]] double Below(size_t rank) const {
    double sum = 0;
    for (size_t i = rank; i > 0; i -= i & (~i + 1)) sum += tree_[i];
    return sum;
  }
  [[nodiscard]] double total() const { return total_; }

 private:
  std::vector<double> tree_;
  double total_ = 0;
};

std::vector<size_t> DenseRanks(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<size_t> ranks(values.size());
  for (size_t i = 0; i < ranks.size(); ++i) {
    ranks[i] = static_cast<size_t>(std::lower_bound(sorted.begin(), sorted.end(), values[i]) -
                                   sorted.begin());
  }
  return ranks;
}

/// For each row: its comparable pairs, and how many of them are in order.
struct PairSums {
  std::vector<double> concordant, pairs;
};

/// Counts in two passes over the rows by time; rows of one time (a tie) are taken together.
class PairCounter {
 public:
  PairCounter(std::span<const size_t> rank,
              std::span<const double> times,
              std::span<const uint8_t> happened)
      : rank_(rank), happened_(happened), order_(rank.size()) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::sort(
        order_.begin(), order_.end(), [&](size_t a, size_t b) { return times[a] < times[b]; });
    const std::span<const size_t> order(order_);
    for (size_t first = 0; first < order.size();) {
      size_t last = first + 1;
      while (last < order.size() && times[order[last]] == times[order[first]]) ++last;
      ties_.push_back(order.subspan(first, last - first));
      first = last;
    }
  }
  PairCounter(const PairCounter&) = delete;
  PairCounter& operator=(const PairCounter&) = delete;
  ~PairCounter() = default;

  PairSums Count() {
    const size_t n = rank_.size();
    PairSums sums{std::vector<double>(n, 0), std::vector<double>(n, 0)};
    // Rising: a row is the later one of pairs with the events before it.
    RankCounts events(n);
    for (const std::span<const size_t> tie : ties_) {
      AsLater(tie, /*event=*/true, events, sums);
      Add(tie, /*event=*/true, events);
      AsLater(tie, /*event=*/false, events, sums);
    }
    // Falling: an event is the earlier one of pairs with the rows after it.
    RankCounts later(n);
    for (auto tie = ties_.rbegin(); tie != ties_.rend(); ++tie) {
      Add(*tie, /*event=*/false, later);
      AsEarlier(*tie, later, sums);
      Add(*tie, /*event=*/true, later);
    }
    return sums;
  }

 private:
  [[nodiscard]] bool IsEvent(size_t row) const { return happened_[row] != 0; }

  void Add(std::span<const size_t> tie, bool event, RankCounts& counts) const {
    for (const size_t row : tie) {
      if (IsEvent(row) == event) counts.Add(rank_[row]);
    }
  }

  void AsLater(std::span<const size_t> tie,
               bool event,
               const RankCounts& events,
               PairSums& sums) const {
    for (const size_t row : tie) {
      if (IsEvent(row) != event) continue;
      const double below = events.Below(rank_[row]);
      const double equal = events.Below(rank_[row] + 1) - below;
      sums.concordant[row] += below + equal / 2;
      sums.pairs[row] += events.total();
    }
  }

  void AsEarlier(std::span<const size_t> tie, const RankCounts& later, PairSums& sums) const {
    for (const size_t row : tie) {
      if (!IsEvent(row)) continue;
      const double not_above = later.Below(rank_[row] + 1);
      const double equal = not_above - later.Below(rank_[row]);
      sums.concordant[row] += later.total() - not_above + equal / 2;
      sums.pairs[row] += later.total();
    }
  }

  std::span<const size_t> rank_;
  std::span<const uint8_t> happened_;
  std::vector<size_t> order_;                  ///< rows by time
  std::vector<std::span<const size_t>> ties_;  ///< of order_
};

}  // namespace

Result<Estimate> Concordance(std::span<const double> predicted,
                             std::span<const double> times,
                             std::span<const uint8_t> happened,
                             double confidence) {
  CHECK(predicted.size() == times.size() && times.size() == happened.size());
  const std::vector<size_t> rank = DenseRanks(predicted);
  const PairSums sums = PairCounter(rank, times, happened).Count();
  const bool comparable =
      std::any_of(sums.pairs.begin(), sums.pairs.end(), [](double pairs) { return pairs > 0; });
  if (!comparable) return Invalid("there is no pair of rows whose times can be compared");
  Estimate estimate = RatioEstimate(sums.concordant, sums.pairs, confidence);
  // Every pair counts in two rows, so the projection's error is twice that of independent rows.
  const double reach = 2 * (estimate.high - estimate.value);
  estimate.low = std::max(0.0, estimate.value - reach);
  estimate.high = std::min(1.0, estimate.value + reach);
  return estimate;
}

}  // namespace signet::pipelines
