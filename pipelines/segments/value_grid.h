/// ValueGrid: counts and means by two bands, mergeable, told only for groups that are large enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {

struct GridLabels {
  std::string title;
  std::string measure;  ///< "people", "mean churn"
  std::string row_label, column_label;
  std::vector<std::string> rows, columns;
};

class ValueGrid {
 public:
  enum class Measure { kCount, kMean };

  ValueGrid(size_t rows, size_t columns) : columns_(columns), cells_(rows * columns) {}
  void Add(size_t row, size_t column, double value);
  /// CHECKs that both have the same shape.
  void Merge(const ValueGrid& other);

  /// {title, measure, row_label, column_label, rows, columns, cells: [{row, column, count,
  /// value}]}; cells below `group_min` are absent.
  [[nodiscard]] Json ToJson(const GridLabels& labels, Measure measure, size_t group_min) const;

 private:
  struct Cell {
    uint64_t count = 0;
    ExactSum sum;
  };
  size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace signet::pipelines
