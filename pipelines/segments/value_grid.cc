#include "pipelines/segments/value_grid.h"

#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

void ValueGrid::Add(size_t row, size_t column, double value) {
  Cell& cell = cells_[row * columns_ + column];
  ++cell.count;
  cell.sum.Add(value);
}

void ValueGrid::Merge(const ValueGrid& other) {
  CHECK(columns_ == other.columns_ && cells_.size() == other.cells_.size());
  for (size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].count += other.cells_[i].count;
    cells_[i].sum.Merge(other.cells_[i].sum);
  }
}

Json ValueGrid::ToJson(const GridLabels& labels, Measure measure, size_t group_min) const {
  Json cells{Json::Array()};
  for (size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    if (cell.count == 0 || cell.count < group_min) continue;
    const double mean = cell.sum.Value() / static_cast<double>(cell.count);
    cells.Push(
        Json::Of({{"row", i / columns_},
                  {"column", i % columns_},
                  {"count", cell.count},
                  {"value", measure == Measure::kCount ? Json(cell.count) : Rounded(mean)}}));
  }
  return Json::Of({{"title", labels.title},
                   {"measure", labels.measure},
                   {"row_label", labels.row_label},
                   {"column_label", labels.column_label},
                   {"rows", Json::Strings(labels.rows)},
                   {"columns", Json::Strings(labels.columns)},
                   {"cells", cells}});
}

}  // namespace signet::pipelines
