/// A sum of doubles that is exact until it is read, so that order and partitions do not matter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// A long accumulator (Kulisch): 70 signed digits of 32 bits in fixed point from 2^-1088 up, wide
/// enough for 2^60 terms of any finite size. Add order, merge order and split never change Value().
class ExactSum {
 public:
  /// Infinities and NaN are not added but counted.
  void Add(double value);
  /// Adds a * b without rounding (two terms, by fused multiply-add; exact unless it underflows).
  void AddProduct(double a, double b);
  void Merge(const ExactSum& other);
  /// The sum, rounded once to nearest, ties to even; infinite when too large for a double.
  [[nodiscard]] double Value() const;
  [[nodiscard]] uint64_t non_finite() const { return non_finite_; }

  /// Canonical bytes: equal sums of equal terms give equal bytes. kCorrupt for anything else.
  [[nodiscard]] Bytes Encode() const;
  static Result<ExactSum> Decode(ByteView bytes);

 private:
  static constexpr size_t kDigits = 70;
  /// Carries so that every digit but the top is in [0, 2^32).
  void Normalise();

  std::array<int64_t, kDigits> digits_{};
  uint32_t pending_ = 0;  ///< adds since the last carry; digits overflow only after 2^30
  uint64_t non_finite_ = 0;
};

/// The exact sum of `values`, rounded once.
double SumOf(std::span<const double> values);
/// SumOf / n; 0 for none.
double MeanOf(std::span<const double> values);
/// Sample variance (n - 1), two passes with exact sums; 0 below two values.
double VarianceOf(std::span<const double> values);

}  // namespace signet::pipelines
