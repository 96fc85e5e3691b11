/// Squared Euclidean distances from one point to many, with the widest vectors the machine has.
///
/// Each distance is a plain left-to-right sum over the columns, without fused operations: every
/// machine, vector width and thread count gives the same bits.
#pragma once

#include <cstddef>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// Points turned column by column, so that one instruction serves several points.
class ColumnPoints {
 public:
  ColumnPoints() = default;
  explicit ColumnPoints(const PointSet& points) { Assign(points); }
  void Assign(const PointSet& points);
  /// Point j becomes `point`.
  void Replace(size_t j, const double* point);

  [[nodiscard]] size_t rows() const { return rows_; }
  [[nodiscard]] size_t columns() const { return columns_; }
  /// rows() rounded up to whole vectors: the size that Squared's `out` needs.
  [[nodiscard]] size_t padded() const { return padded_; }
  /// out[j] = squared distance from `point` (columns() coordinates) to point j; what lies beyond
  /// rows() is huge.
  void Squared(const double* point, double* out) const;
  /// The same for points first <= j < first + count, into out[0...]. `first` and `count` are
  /// multiples of kLanes, or the range ends at padded().
  void SquaredRange(const double* point, size_t first, size_t count, double* out) const;

  static constexpr size_t kLanes = 8;

 private:
  std::vector<double> cells_;  ///< columns_ x padded_
  size_t rows_ = 0;
  size_t columns_ = 0;
  size_t padded_ = 0;
};

/// The nearest of some centres to each of kRows rows at once, and how near the next is.
struct NearestCentres {
  static constexpr size_t kRows = 8;
  double squared[kRows] = {};  ///< the squared distance to the nearest
  double second[kRows] = {};   ///< to the next nearest; infinite for a single centre
  double number[kRows] = {};   ///< of the nearest; ties: the lowest

  /// `rows[l]` are the rows' coordinates; `tile` is room for kRows times as many. The same bits as
  /// ColumnPoints::Squared.
  void Find(const PointSet& centres, const double* const* rows, double* tile);
};

/// The squared distance between two points of d coordinates.
double SquaredDistance(const double* a, const double* b, size_t d);

/// The sum of square roots: of every eighth value first, so that the order is the same everywhere.
double SumOfRoots(const double* values, size_t count);

}  // namespace signet::pipelines
