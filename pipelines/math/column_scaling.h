/// ColumnScaling: how columns are made comparable before distances are taken, and back again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

class ScalingSums;

struct ScalingOptions {
  bool log = false;          ///< log(1 + x); values below 0 are refused
  bool standardise = false;  ///< then (x - mean) / population standard deviation
};

/// One column's transformation.
struct ScaledColumn {
  std::string name;
  size_t source = 0;  ///< its place among the columns given
  double mean = 0;
  double deviation = 1;
};

/// Learnt from the rows (with exact sums, so in any order) and applied to others. A constant column
/// tells nothing about distances: it is left out and named. Rows with a missing value (NaN) are
/// left out and counted.
class ColumnScaling {
 public:
  /// kInvalid for: no usable row, a column that is missing throughout, an infinite value, a value
  /// beyond 1e100, a negative value under `log`, no column that varies. Messages give counts only.
  static Result<ColumnScaling> Learn(const std::vector<std::string>& names,
                                     const std::vector<std::vector<double>>& columns,
                                     const ScalingOptions& options);
  /// The same from sums over slices of the rows, which need not be at hand: the same columns and
  /// means, bit by bit; deviations may differ in the last bit (they are rounded once here).
  /// CHECKs that the sums took logarithms if `options` asks for them.
  static Result<ColumnScaling> FromSums(const std::vector<std::string>& names,
                                        const ScalingSums& sums,
                                        const ScalingOptions& options);

  /// The rows that can be used, scaled; `rows` says where they were.
  [[nodiscard]] PointSet Apply(const std::vector<std::vector<double>>& columns,
                               std::vector<uint32_t>& rows) const;
  /// A point in original units, in the order of columns().
  [[nodiscard]] std::vector<double> Original(const double* point) const;
  /// One value of column c in original units.
  [[nodiscard]] double OriginalOf(size_t c, double value) const;

  [[nodiscard]] const std::vector<ScaledColumn>& columns() const { return columns_; }
  [[nodiscard]] std::vector<std::string> Names() const;
  [[nodiscard]] const std::vector<std::string>& constant() const { return constant_; }
  [[nodiscard]] size_t rows_missing() const { return rows_missing_; }
  [[nodiscard]] const ScalingOptions& options() const { return options_; }

  [[nodiscard]] Json ToJson() const;
  static Result<ColumnScaling> FromJson(const Json& json);

 private:
  [[nodiscard]] Status CheckVaries(const std::vector<std::string>& names, size_t rows) const;

  ScalingOptions options_;
  std::vector<ScaledColumn> columns_;
  std::vector<std::string> constant_;
  size_t rows_missing_ = 0;
};

}  // namespace signet::pipelines
