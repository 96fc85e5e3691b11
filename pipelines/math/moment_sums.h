/// Exact sums of up to three variables and of their products: the mergeable state of a comparison.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {

/// Means and sample covariances (n - 1) of three variables over `units` units. y: a metric; d: a
/// ratio's denominator; x: a covariate. All 0 below two units, but for the means.
struct Moments {
  double units = 0;
  double y = 0, d = 0, x = 0;  ///< means
  double yy = 0, dd = 0, xx = 0, yd = 0, yx = 0, dx = 0;

  /// The moments of several groups taken together, given disjoint groups (Chan, Golub and LeVeque
  /// 1979). Rounded: use MomentSums::Merge where bytes must not depend on the split.
  [[nodiscard]] Moments Pooled(const Moments& other) const;
};

/// Sums of y, d, x and their six products. Order, merge order and split never change Finish():
/// whole numbers go through 128-bit integers, others through ExactSum, and deviations from the mean
/// are formed before the one rounding, so that a large mean costs no digits.
class MomentSums {
 public:
  MomentSums() = default;
  MomentSums(const MomentSums& other);
  MomentSums& operator=(const MomentSums& other);
  MomentSums(MomentSums&&) noexcept = default;
  MomentSums& operator=(MomentSums&&) noexcept = default;
  ~MomentSums() = default;

  /// One unit. Values must be finite (CHECK).
  void Add(double y, double d = 0, double x = 0);
  /// One unit with whole values of at most 48 bits: the fast lane for counts and DECIMAL.
  void AddWhole(int64_t y);
  void Merge(const MomentSums& other);
  [[nodiscard]] uint64_t units() const { return units_; }
  /// Each variable times `scale` (DECIMAL(18,4) kept as whole numbers: 1e-4).
  [[nodiscard]] Moments Finish(double scale = 1) const;

  /// Equal sums give equal bytes. kCorrupt for anything else.
  [[nodiscard]] Bytes Encode() const;
  static Result<MomentSums> Decode(ByteView bytes);

 private:
  __extension__ using Whole = __int128;  // GCC and clang have it; ISO C++ does not
  static constexpr size_t kSums = 9;     ///< y d x yy dd xx yd yx dx
  using Exact = std::array<ExactSum, kSums>;

  void AddProducts(const std::array<double, 3>& v);
  /// The exact sum number `i`, both lanes.
  [[nodiscard]] ExactSum Total(size_t i) const;
  Exact& Slow();

  uint64_t units_ = 0;
  std::array<Whole, kSums> whole_{};
  std::unique_ptr<Exact> exact_;  ///< made by the first value that is not whole
};

}  // namespace signet::pipelines
