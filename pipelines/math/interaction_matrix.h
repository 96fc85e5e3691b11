/// Who took what, how often and when last: the sparse matrix that recommenders learn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace signet::pipelines {

/// One cell: an item that a customer took.
struct Interaction {
  uint32_t item = 0;
  float count = 0;
  int64_t last = 0;  ///< microseconds UTC of the last time
};

/// Rows by customer, in ascending order of items. Immutable.
class InteractionMatrix {
 public:
  /// `starts` (customers + 1 of them) cut `cells` into rows; cells of a row are sorted by item,
  /// below `items`. CHECKed.
  InteractionMatrix(std::vector<size_t> starts, std::vector<Interaction> cells, size_t items);

  [[nodiscard]] size_t customers() const { return starts_.size() - 1; }
  [[nodiscard]] size_t items() const { return items_; }
  [[nodiscard]] size_t cells() const { return cells_.size(); }
  [[nodiscard]] std::span<const Interaction> Row(size_t customer) const {
    return {cells_.data() + starts_[customer], starts_[customer + 1] - starts_[customer]};
  }
  /// Customers in the place of items and the other way round.
  [[nodiscard]] InteractionMatrix Transposed() const;
  /// Rows with more than `most` cells keep those with the highest counts (ties: lower item).
  [[nodiscard]] InteractionMatrix Trimmed(size_t most) const;

  /// How much a count weighs: ln(1 + count), so that the tenth purchase tells less than the second.
  static float Weight(float count);

 private:
  std::vector<size_t> starts_;
  std::vector<Interaction> cells_;
  size_t items_ = 0;
};

/// Calls `work(first, last)` for blocks of 0 .. count on `threads` threads; each index once. What
/// is written must depend on the index alone.
void ForEachBlock(size_t count, int threads, const std::function<void(size_t, size_t)>& work);

}  // namespace signet::pipelines
