/// ScalingSums: what a slice of the rows tells about its columns' scales, to be added up anywhere.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/math/moment_sums.h"

namespace signet::pipelines {

inline constexpr double kScalableMax = 1e100;  ///< squares and their sums stay finite

/// log(1 + x) under `log`, else x.
double Transformed(double value, bool log);

/// What stands against using a column's values.
struct ColumnFaults {
  uint64_t missing = 0;
  uint64_t infinite = 0;
  uint64_t negative = 0;  ///< no fault unless logarithms are taken
  uint64_t huge = 0;      ///< beyond kScalableMax

  void Count(double value);
  void Merge(const ColumnFaults& other);
  friend bool operator==(const ColumnFaults&, const ColumnFaults&) = default;
};

/// One column: faults over all rows, the rest over the rows that can be used, transformed.
struct ColumnSums {
  ColumnFaults faults;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  MomentSums moments;  ///< as y
};

/// Exact sums per column. Order, merge order and split never change what they give.
class ScalingSums {
 public:
  ScalingSums(size_t columns, bool log) : log_(log), columns_(columns) {}

  /// One row, NaN where a value is missing: then the row is counted, and adds to no sum.
  void Add(std::span<const double> row);
  /// CHECKs that both speak of as many columns, with or without logarithms.
  void Merge(const ScalingSums& other);

  [[nodiscard]] uint64_t rows() const { return rows_; }
  [[nodiscard]] uint64_t rows_used() const { return rows_used_; }  ///< no value missing
  [[nodiscard]] bool log() const { return log_; }
  [[nodiscard]] const std::vector<ColumnSums>& columns() const { return columns_; }

  /// Equal sums give equal bytes. kCorrupt for anything else.
  [[nodiscard]] Bytes Encode() const;
  static Result<ScalingSums> Decode(ByteView bytes);

 private:
  bool log_;
  uint64_t rows_ = 0;
  uint64_t rows_used_ = 0;
  std::vector<ColumnSums> columns_;
};

}  // namespace signet::pipelines
