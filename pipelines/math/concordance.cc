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

PairSums CountPairs(const std::vector<size_t>& rank,
                    std::span<const double> times,
                    std::span<const uint8_t> happened) {
  const size_t n = rank.size();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return times[a] < times[b]; });
  PairSums sums{std::vector<double>(n, 0), std::vector<double>(n, 0)};
  // Rising: a row is the later one of pairs with the events before it.
  RankCounts events(n);
  // Falling: an event is the earlier one of pairs with the rows after it.
  RankCounts later(n);
  const auto groups = [&](bool rising, const auto& visit) {
    for (size_t done = 0; done < n;) {
      const size_t first = rising ? done : n - 1 - done;
      size_t size = 1;
      const auto at = [&](size_t k) { return order[rising ? first + k : first - k]; };
      while (done + size < n && times[at(size)] == times[order[first]]) ++size;
      visit(size, at);
      done += size;
    }
  };
  groups(true, [&](size_t size, const auto& at) {
    const auto judge = [&](bool event) {
      for (size_t k = 0; k < size; ++k) {
        const size_t i = at(k);
        if ((happened[i] != 0) != event) continue;
        const double below = events.Below(rank[i]);
        const double equal = events.Below(rank[i] + 1) - below;
        sums.concordant[i] += below + equal / 2;
        sums.pairs[i] += events.total();
      }
    };
    judge(/*event=*/true);
    for (size_t k = 0; k < size; ++k) {
      if (happened[at(k)] != 0) events.Add(rank[at(k)]);
    }
    judge(/*event=*/false);
  });
  groups(false, [&](size_t size, const auto& at) {
    for (size_t k = 0; k < size; ++k) {
      if (happened[at(k)] == 0) later.Add(rank[at(k)]);
    }
    for (size_t k = 0; k < size; ++k) {
      const size_t i = at(k);
      if (happened[i] == 0) continue;
      const double not_above = later.Below(rank[i] + 1);
      const double equal = not_above - later.Below(rank[i]);
      sums.concordant[i] += later.total() - not_above + equal / 2;
      sums.pairs[i] += later.total();
    }
    for (size_t k = 0; k < size; ++k) {
      if (happened[at(k)] != 0) later.Add(rank[at(k)]);
    }
  });
  return sums;
}

}  // namespace

Result<Estimate> Concordance(std::span<const double> predicted,
                             std::span<const double> times,
                             std::span<const uint8_t> happened,
                             double confidence) {
  CHECK(predicted.size() == times.size() && times.size() == happened.size());
  const PairSums sums = CountPairs(DenseRanks(predicted), times, happened);
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
