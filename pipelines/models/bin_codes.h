/// Bin codes: every feature value as one byte, by one global list of cuts that does not depend on
/// partitions or row order.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/logistic.h"

namespace signet::pipelines {

/// Counts of values at a resolution that coarsens as distinct values come: a mergeable sketch.
///
/// A value's key is its float's bits in rising order; keys lose their lowest bits until at most
/// 65,536 are distinct. The result is a function of the multiset of values alone: the resolution is
/// the finest that fits the whole, since the count of distinct keys only grows with more values. So
/// add order, split and merge order never change Cuts(). Relative precision: about 1e-4 at worst.
class QuantileSketch {
 public:
  /// Values that are not finite are missing: not counted.
  void Add(std::span<const float> values);
  void Merge(const QuantileSketch& other);
  /// At most `bins - 1` rising cuts: bin b holds the values in [cut b-1, cut b). Each distinct key
  /// has its own bin when there are few; otherwise bins hold about equal counts.
  [[nodiscard]] std::vector<float> Cuts(int bins) const;
  [[nodiscard]] uint64_t count() const;

 private:
  using Run = std::pair<uint32_t, uint64_t>;  ///< key at the resolution, rows
  void Absorb(const std::vector<Run>& runs);
  void Coarsen();

  unsigned shift_ = 0;
  std::vector<Run> runs_;  ///< rising keys
};

/// n rows x m columns of codes, row after row.
struct CodeMatrix {
  static constexpr uint8_t kMissing = 255;
  size_t columns = 0;
  std::vector<uint8_t> codes;
  [[nodiscard]] size_t rows() const { return columns == 0 ? 0 : codes.size() / columns; }
  [[nodiscard]] CodeMatrix Rows(std::span<const size_t> positions) const;
  /// As floats, missing as NaN.
  [[nodiscard]] std::vector<float> Floats(size_t first, size_t count) const;
};

/// The cuts of each column: what turns rows into codes, in training and in scoring.
class CutList {
 public:
  static constexpr int kBinsMax = 255;  ///< codes 0..254; 255 is missing

  CutList() = default;
  /// `threads` do not change the result.
  static CutList Of(const RowMatrix& rows, int bins, int threads);
  /// From sketches of parts of the rows, merged: the same cuts as Of the whole.
  static CutList Of(const std::vector<QuantileSketch>& columns, int bins);

  /// rows.columns must be size().
  [[nodiscard]] CodeMatrix Encode(const RowMatrix& rows, int threads) const;
  [[nodiscard]] size_t size() const { return cuts_.size(); }
  [[nodiscard]] const std::vector<float>& of(size_t column) const { return cuts_[column]; }
  [[nodiscard]] Json ToJson() const;
  static Result<CutList> FromJson(const Json& json);

 private:
  explicit CutList(std::vector<std::vector<float>> cuts);
  /// Where in a column's cuts to begin, by a value's highest bits: coding is one short walk.
  void Index();

  std::vector<std::vector<float>> cuts_;
  std::vector<std::vector<uint8_t>> starts_;
};

}  // namespace signet::pipelines
