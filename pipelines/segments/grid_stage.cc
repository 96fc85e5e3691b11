#include "pipelines/segments/grid_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "pipelines/math/quantile_bands.h"
#include "pipelines/segments/cluster_words.h"
#include "pipelines/segments/value_grid.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

/// "<= 30", "30 to 90", "> 90".
std::vector<std::string> BandLabels(const std::vector<double>& cuts) {
  if (cuts.empty()) return {"all"};
  std::vector<std::string> labels = {"<= " + ShortNumber(cuts.front())};
  for (size_t i = 1; i < cuts.size(); ++i) {
    labels.push_back(ShortNumber(cuts[i - 1]) + " to " + ShortNumber(cuts[i]));
  }
  labels.push_back("> " + ShortNumber(cuts.back()));
  return labels;
}

Status WriteCells(query::Connection& connection, const Schema& schema, const Json& grid) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  const std::vector<std::string> rows = grid["rows"].AsStrings();
  const std::vector<std::string> columns = grid["columns"].AsStrings();
  size_t r = 0;
  for (const Json& cell : grid["cells"].items()) {
    writer->column(0).SetText(r, rows[static_cast<size_t>(cell["row"].AsInt())]);
    writer->column(1).SetText(r, columns[static_cast<size_t>(cell["column"].AsInt())]);
    writer->column(2).SetInt64(r, cell["count"].AsInt());
    writer->column(3).SetDouble(r, cell["value"].AsDouble());
    ++r;  // at most 20 x 20 cells: one chunk
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

}  // namespace

Result<GridOptions> GridOptions::FromJson(const Json& json) {
  OptionReader reader("grid", json);
  GridOptions options;
  options.source.stage = "grid";
  options.source.input = reader.Text("input");
  options.source.columns = {
      reader.RequiredText("rows"), reader.RequiredText("columns"), reader.RequiredText("value")};
  options.source.where = reader.Text("where");
  options.bands = static_cast<size_t>(reader.Integer("bands", 4, 2, 20));
  options.group_min = static_cast<size_t>(reader.Integer("group_min", 50, 1, 1'000'000));
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> GridOptions::Options() {
  return {
      {"input", "input", "", "the only input", "Where the subjects and their columns are."},
      {"rows", "column", "", "required", "The column whose bands are the rows: tenure."},
      {"columns", "column", "", "required", "The column whose bands are the columns: clv."},
      {"value", "column", "", "required", "The column whose mean is told: churn."},
      {"where", "expression", "", "", "Boolean SQL: who is counted."},
      {"bands", "integer", "", "4", "Bands of about equal size in each direction."},
      {"group_min", "integer", "people", "50", "Cells with fewer people are not told."},
  };
}

Result<Schema> GridOutputSchema(const GridOptions& options, const Inputs& inputs) {
  policies::Label read;
  TRY(SegmentInput(options.source, inputs, read).status());
  read.identifiability = std::min(read.identifiability, policies::Identifiability::kAggregate);
  return Schema{{{"row", ColumnType::kText, read},
                 {"column", ColumnType::kText, read},
                 {"people", ColumnType::kInt64, read},
                 {"mean", ColumnType::kDouble, read}}};
}

Result<Json> RunGrid(query::Connection& connection,
                     const GridOptions& options,
                     const Inputs& inputs,
                     const StageContext& /*context*/) {
  ASSIGN_OR_RETURN(const Schema schema, GridOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  ASSIGN_OR_RETURN(const auto columns,
                   ReadColumns(connection, input, options.source.columns, options.source.where));
  const std::vector<double> down = DistinctQuantileBounds(columns[0], options.bands);
  const std::vector<double> across = DistinctQuantileBounds(columns[1], options.bands);
  ValueGrid grid(down.size() + 1, across.size() + 1);
  size_t missing = 0;
  for (size_t i = 0; i < columns[0].size(); ++i) {
    if (std::isnan(columns[0][i]) || std::isnan(columns[1][i]) || !std::isfinite(columns[2][i])) {
      ++missing;
      continue;
    }
    grid.Add(BandOf(columns[0][i], down), BandOf(columns[1][i], across), columns[2][i]);
  }
  const std::vector<std::string>& names = options.source.columns;
  const GridLabels labels{names[2] + " by " + names[0] + " and " + names[1],
                          "mean " + names[2],
                          names[0],
                          names[1],
                          BandLabels(down),
                          BandLabels(across)};
  const Json told = grid.ToJson(labels, ValueGrid::Measure::kMean, options.group_min);
  TRY(WriteCells(connection, schema, told));
  return Json::Of({{"subjects", columns[0].size()}, {"without_a_value", missing}, {"grid", told}});
}

}  // namespace signet::pipelines
