/// PointSet: rows of numbers for clustering and projection, and an order that only content decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace signet::pipelines {

/// n points of d finite coordinates, row after row.
struct PointSet {
  std::vector<double> cells;
  size_t columns = 0;

  [[nodiscard]] size_t rows() const { return columns == 0 ? 0 : cells.size() / columns; }
  [[nodiscard]] const double* Row(size_t i) const { return cells.data() + i * columns; }
  /// The rows at `order`, in that order.
  [[nodiscard]] PointSet Taken(std::span<const uint32_t> order) const;
  /// The first `rows_max` rows.
  [[nodiscard]] PointSet Head(size_t rows_max) const;
};

/// 64 bits that depend on a row's content and `seed` alone (-0 and 0 are one value).
uint64_t RowHash(std::span<const double> row, uint64_t seed);

/// A seeded pseudo-random order of the rows that depends on their content alone: whoever computes
/// over rows in this order gets results that do not depend on the order in which they came (equal
/// rows are spread like others; which of them comes first makes no difference). Its first m rows
/// are a uniform sample.
std::vector<uint32_t> CanonicalOrder(const PointSet& points, uint64_t seed);

/// The number of distinct rows, counted up to `limit`.
size_t DistinctRows(const PointSet& points, size_t limit);

/// Calls `work(block)` for 0 <= block < blocks, on up to `threads` threads. Blocks are taken as
/// threads come free, so `work` must write to its block's own place.
void ForBlocks(size_t blocks, int threads, const std::function<void(size_t)>& work);

/// SplitMix64: a small generator with a state of 64 bits, for seeded choices (never for keys).
class SplitMix {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  /// Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  /// Uniform in [0, count), count > 0.
  size_t Below(size_t count) { return static_cast<size_t>(Uniform() * static_cast<double>(count)); }

 private:
  uint64_t state_;
};

}  // namespace signet::pipelines
