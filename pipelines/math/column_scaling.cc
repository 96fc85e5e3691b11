#include "pipelines/math/column_scaling.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/scaling_sums.h"

namespace signet::pipelines {
namespace {

ColumnFaults FaultsOf(const std::vector<double>& values) {
  ColumnFaults faults;
  for (const double value : values) faults.Count(value);
  return faults;
}

Status CheckColumn(const std::string& name, const ColumnFaults& faults, size_t rows, bool log) {
  const std::string column = "column '" + name + "'";
  if (faults.missing == rows) {
    return Invalid(column + " has no value in any row").WithRemedy("leave the column out");
  }
  if (faults.infinite > 0) {
    return Invalid(column + " holds " + std::to_string(faults.infinite) + " infinite values")
        .WithRemedy("leave those rows out, or replace the values");
  }
  if (faults.huge > 0) {
    return Invalid(column + " holds " + std::to_string(faults.huge) + " values beyond 1e100")
        .WithRemedy("leave those rows out, or choose a larger unit");
  }
  if (log && faults.negative > 0) {
    return Invalid(column + " holds " + std::to_string(faults.negative) +
                   " negative values, which have no logarithm")
        .WithRemedy("leave out the log, the column, or those rows");
  }
  return OkStatus();
}

std::vector<uint32_t> CompleteRows(const std::vector<std::vector<double>>& columns) {
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < columns.front().size(); ++i) {
    const bool complete =
        std::none_of(columns.begin(), columns.end(), [i](const std::vector<double>& values) {
          return std::isnan(values[i]);
        });
    if (complete) rows.push_back(static_cast<uint32_t>(i));
  }
  return rows;
}

Status CheckNames(const std::vector<std::string>& names, size_t rows) {
  if (names.empty()) return Invalid("no column is named");
  if (rows == 0) return Invalid("there is no row");
  return OkStatus();
}

Status CheckNamedOnce(const std::vector<std::string>& names, const std::string& name) {
  if (std::count(names.begin(), names.end(), name) <= 1) return OkStatus();
  return Invalid("column '" + name + "' is named twice");
}

Status NoCompleteRow() {
  return Invalid("every row misses a value in one of the columns")
      .WithRemedy("leave out the columns that are mostly missing");
}

}  // namespace

Result<ColumnScaling> ColumnScaling::Learn(const std::vector<std::string>& names,
                                           const std::vector<std::vector<double>>& columns,
                                           const ScalingOptions& options) {
  CHECK(names.size() == columns.size());
  TRY(CheckNames(names, columns.empty() ? 0 : columns.front().size()));
  for (size_t c = 0; c < names.size(); ++c) {
    TRY(CheckColumn(names[c], FaultsOf(columns[c]), columns[c].size(), options.log));
    TRY(CheckNamedOnce(names, names[c]));
  }
  const std::vector<uint32_t> rows = CompleteRows(columns);
  if (rows.empty()) return NoCompleteRow();
  ColumnScaling scaling;
  scaling.options_ = options;
  scaling.rows_missing_ = columns.front().size() - rows.size();
  std::vector<double> values(rows.size());
  for (size_t c = 0; c < names.size(); ++c) {
    for (size_t i = 0; i < rows.size(); ++i) {
      values[i] = Transformed(columns[c][rows[i]], options.log);
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (*low == *high) {
      scaling.constant_.push_back(names[c]);
      continue;
    }
    ScaledColumn column{names[c], c, 0, 1};
    if (options.standardise) {
      column.mean = MeanOf(values);
      const double n = static_cast<double>(values.size());
      column.deviation = std::sqrt(VarianceOf(values) * (n - 1) / n);
      // So little variation that rounding eats it: as good as constant.
      if (!(column.deviation > 0)) {
        scaling.constant_.push_back(names[c]);
        continue;
      }
    }
    scaling.columns_.push_back(std::move(column));
  }
  TRY(scaling.CheckVaries(names, rows.size()));
  return scaling;
}

Result<ColumnScaling> ColumnScaling::FromSums(const std::vector<std::string>& names,
                                              const ScalingSums& sums,
                                              const ScalingOptions& options) {
  CHECK(names.size() == sums.columns().size() && options.log == sums.log());
  TRY(CheckNames(names, sums.rows()));
  for (size_t c = 0; c < names.size(); ++c) {
    TRY(CheckColumn(names[c], sums.columns()[c].faults, sums.rows(), options.log));
    TRY(CheckNamedOnce(names, names[c]));
  }
  if (sums.rows_used() == 0) return NoCompleteRow();
  ColumnScaling scaling;
  scaling.options_ = options;
  scaling.rows_missing_ = sums.rows() - sums.rows_used();
  for (size_t c = 0; c < names.size(); ++c) {
    const ColumnSums& column = sums.columns()[c];
    ScaledColumn scaled{names[c], c, 0, 1};
    if (options.standardise) {
      const Moments moments = column.moments.Finish();
      scaled.mean = moments.y;
      scaled.deviation = std::sqrt(moments.yy * (moments.units - 1) / moments.units);
    }
    if (column.low == column.high || !(scaled.deviation > 0)) {
      scaling.constant_.push_back(names[c]);
    } else {
      scaling.columns_.push_back(std::move(scaled));
    }
  }
  TRY(scaling.CheckVaries(names, sums.rows_used()));
  return scaling;
}

Status ColumnScaling::CheckVaries(const std::vector<std::string>& names, size_t rows) const {
  if (!columns_.empty()) return OkStatus();
  return Invalid("every column is constant over the " + std::to_string(rows) +
                 " rows that can be used: " + Join(names, ", "))
      .WithRemedy("name columns that vary");
}

PointSet ColumnScaling::Apply(const std::vector<std::vector<double>>& columns,
                              std::vector<uint32_t>& rows) const {
  rows = CompleteRows(columns);
  PointSet points;
  points.columns = columns_.size();
  points.cells.resize(rows.size() * points.columns);
  for (size_t c = 0; c < columns_.size(); ++c) {
    const ScaledColumn& column = columns_[c];
    const std::vector<double>& values = columns[column.source];
    for (size_t i = 0; i < rows.size(); ++i) {
      points.cells[i * points.columns + c] =
          (Transformed(values[rows[i]], options_.log) - column.mean) / column.deviation;
    }
  }
  return points;
}

double ColumnScaling::OriginalOf(size_t c, double value) const {
  const double back = value * columns_[c].deviation + columns_[c].mean;
  return options_.log ? std::expm1(back) : back;
}

std::vector<double> ColumnScaling::Original(const double* point) const {
  std::vector<double> original(columns_.size());
  for (size_t c = 0; c < original.size(); ++c) original[c] = OriginalOf(c, point[c]);
  return original;
}

std::vector<std::string> ColumnScaling::Names() const {
  std::vector<std::string> names;
  for (const ScaledColumn& column : columns_) names.push_back(column.name);
  return names;
}

Json ColumnScaling::ToJson() const {
  Json columns{Json::Array()};
  for (const ScaledColumn& column : columns_) {
    columns.Push(Json::Of({{"name", column.name},
                           {"source", column.source},
                           {"mean", column.mean},
                           {"deviation", column.deviation}}));
  }
  return Json::Of({{"log", options_.log},
                   {"standardise", options_.standardise},
                   {"columns", columns},
                   {"constant", Json::Strings(constant_)},
                   {"rows_missing", rows_missing_}});
}

Result<ColumnScaling> ColumnScaling::FromJson(const Json& json) {
  ColumnScaling scaling;
  scaling.options_ = {json["log"].AsBool(), json["standardise"].AsBool()};
  for (const Json& column : json["columns"].items()) {
    ScaledColumn scaled{column["name"].AsString(),
                        static_cast<size_t>(column["source"].AsInt()),
                        column["mean"].AsDouble(),
                        column["deviation"].AsDouble()};
    if (scaled.name.empty() || !(scaled.deviation > 0)) return Corrupt("a scaling without a scale");
    scaling.columns_.push_back(std::move(scaled));
  }
  if (scaling.columns_.empty()) return Corrupt("a scaling without columns");
  scaling.constant_ = json["constant"].AsStrings();
  scaling.rows_missing_ = static_cast<size_t>(json["rows_missing"].AsInt());
  return scaling;
}

}  // namespace signet::pipelines
