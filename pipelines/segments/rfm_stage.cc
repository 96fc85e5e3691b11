#include "pipelines/segments/rfm_stage.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/quantile_bands.h"
#include "pipelines/segments/value_grid.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

/// Subjects with a value in every column.
size_t CompleteRows(const std::vector<std::vector<double>>& columns) {
  size_t complete = 0;
  for (size_t i = 0; i < columns.front().size(); ++i) {
    const bool whole = std::none_of(
        columns.begin(), columns.end(), [i](const auto& values) { return std::isnan(values[i]); });
    complete += whole ? 1U : 0U;
  }
  return complete;
}

/// People and mean monetary value by recency (best first) and frequency (worst first).
Json RfmGrids(const std::vector<std::vector<double>>& columns,
              const SegmentModel& model,
              size_t group_min) {
  const size_t down = model.cuts[0].size() + 1;
  const size_t across = model.cuts[1].size() + 1;
  GridLabels labels{"RFM grid: people", "people", "recency", "frequency", {}, {}};
  for (size_t r = 0; r < down; ++r) labels.rows.push_back("R" + std::to_string(down - r));
  for (size_t f = 0; f < across; ++f) labels.columns.push_back("F" + std::to_string(f + 1));
  ValueGrid grid(down, across);
  for (size_t i = 0; i < columns[0].size(); ++i) {
    if (std::isnan(columns[0][i]) || std::isnan(columns[1][i]) || std::isnan(columns[2][i])) {
      continue;
    }
    grid.Add(
        BandOf(columns[0][i], model.cuts[0]), BandOf(columns[1][i], model.cuts[1]), columns[2][i]);
  }
  Json people = grid.ToJson(labels, ValueGrid::Measure::kCount, group_min);
  labels.title = "RFM grid: mean monetary value";
  labels.measure = "mean monetary value";
  return Json::List({people, grid.ToJson(labels, ValueGrid::Measure::kMean, group_min)});
}

/// Best first: how many people each tier has, from which value, and what share of all value.
Json TierFigures(const std::vector<double>& values, const SegmentModel& model, size_t group_min) {
  std::vector<ExactSum> sums(model.names.size());
  std::vector<size_t> people(model.names.size(), 0);
  ExactSum total;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const size_t band = BandOf(value, model.cuts[0]);
    sums[band].Add(value);
    total.Add(value);
    ++people[band];
  }
  Json tiers{Json::Array()};
  for (size_t band = model.names.size(); band-- > 0;) {
    Json tier = Json::Of({{"name", model.names[band]}});
    if (people[band] >= group_min) {
      tier.Set("people", people[band]);
      tier.Set("above", band == 0 ? Json() : Rounded(model.cuts[0][band - 1]));
      tier.Set("mean", Rounded(sums[band].Value() / static_cast<double>(people[band])));
      if (total.Value() > 0) {
        tier.Set("value_share", Rounded(sums[band].Value() / total.Value(), 4));
      }
    }
    tiers.Push(std::move(tier));
  }
  return tiers;
}

Status CheckTiers(const TiersOptions& options) {
  double total = 0;
  for (const double share : options.shares) {
    if (!(share > 0)) return Invalid("tiers: a share must be above 0");
    total += share;
  }
  const std::set<std::string> distinct(options.names.begin(), options.names.end());
  if (options.shares.empty() || total >= 1 || options.names.size() != options.shares.size() + 1 ||
      distinct.size() != options.names.size()) {
    return Invalid("tiers: 'shares' must add up to less than 1, and 'names' hold one name more");
  }
  return OkStatus();
}

}  // namespace

Result<RfmOptions> RfmOptions::FromJson(const Json& json) {
  OptionReader reader("rfm", json);
  RfmOptions options;
  options.source.stage = "rfm";
  options.source.input = reader.Text("input");
  options.source.columns = {reader.RequiredText("recency"),
                            reader.RequiredText("frequency"),
                            reader.RequiredText("monetary")};
  options.source.where = reader.Text("where");
  options.bands = static_cast<size_t>(reader.Integer("bands", 5, 2, 10));
  options.group_min = static_cast<size_t>(reader.Integer("group_min", 50, 1, 1'000'000));
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> RfmOptions::Options() {
  return {
      {"input", "input", "", "the only input", "Where the subjects and their columns are."},
      {"recency", "column", "", "required", "Time since the last purchase: low is good."},
      {"frequency", "column", "", "required", "Number of purchases."},
      {"monetary", "column", "", "required", "What was spent."},
      {"where", "expression", "", "", "Boolean SQL: who is ranked."},
      {"bands", "integer", "", "5", "Bands of about equal size; equal values share one."},
      {"group_min", "integer", "people", "50", "Cells with fewer people are not told."},
  };
}

Result<Schema> RfmOutputSchema(const RfmOptions& options, const Inputs& inputs) {
  policies::Label read;
  TRY(SegmentInput(options.source, inputs, read).status());
  return SegmentModelSchema(read);
}

Result<Json> RunRfm(query::Connection& connection,
                    const RfmOptions& options,
                    const Inputs& inputs,
                    const StageContext& /*context*/) {
  ASSIGN_OR_RETURN(const Schema schema, RfmOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  ASSIGN_OR_RETURN(const auto columns,
                   ReadColumns(connection, input, options.source.columns, options.source.where));
  const size_t complete = CompleteRows(columns);
  if (complete == 0) return Invalid("rfm: nobody has all three values");
  SegmentModel model;
  model.kind = SegmentModel::Kind::kRfm;
  model.columns = options.source.columns;
  model.names = RfmSegmentNames();
  for (const std::vector<double>& values : columns) {
    model.cuts.push_back(QuantileBounds(values, options.bands));
  }
  const Json figures = Json::Of({{"subjects", columns.front().size()},
                                 {"without_a_value", columns.front().size() - complete},
                                 {"grids", RfmGrids(columns, model, options.group_min)}});
  TRY(WriteSegmentModel(connection, schema, "rfm", model, figures));
  return figures;
}

Result<TiersOptions> TiersOptions::FromJson(const Json& json) {
  OptionReader reader("tiers", json);
  TiersOptions options;
  options.source.stage = "tiers";
  options.source.input = reader.Text("input");
  options.source.columns = {reader.RequiredText("column")};
  options.source.where = reader.Text("where");
  for (const Json& share : reader.List("shares").items()) {
    options.shares.push_back(share.AsDouble());
  }
  options.names = reader.Texts("names");
  if (options.shares.empty() && options.names.empty()) {
    options.shares = {0.1, 0.2, 0.3};
    options.names = {"platinum", "gold", "silver", "bronze"};
  }
  options.group_min = static_cast<size_t>(reader.Integer("group_min", 50, 1, 1'000'000));
  const Status sound = CheckTiers(options);
  if (!sound.ok()) reader.Fail(sound.message());
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> TiersOptions::Options() {
  return {
      {"input", "input", "", "the only input", "Where the subjects and the value are."},
      {"column", "column", "", "required", "The value: clv, or last year's spend."},
      {"where", "expression", "", "", "Boolean SQL: who is ranked."},
      {"shares", "list of number", "share", "[0.1, 0.2, 0.3]", "Share of people, best tier first."},
      {"names",
       "list of text",
       "",
       "[platinum, gold, silver, bronze]",
       "Best first, one more than shares."},
      {"group_min", "integer", "people", "50", "Tiers with fewer people are not told."},
  };
}

Result<Schema> TiersOutputSchema(const TiersOptions& options, const Inputs& inputs) {
  policies::Label read;
  TRY(SegmentInput(options.source, inputs, read).status());
  return SegmentModelSchema(read);
}

Result<Json> RunTiers(query::Connection& connection,
                      const TiersOptions& options,
                      const Inputs& inputs,
                      const StageContext& /*context*/) {
  ASSIGN_OR_RETURN(const Schema schema, TiersOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  ASSIGN_OR_RETURN(const auto columns,
                   ReadColumns(connection, input, options.source.columns, options.source.where));
  std::vector<double> values;
  for (const double value : columns.front()) {
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return Invalid("tiers: nobody has a value");
  std::sort(values.begin(), values.end());
  // From the lowest tier up; tiers that equal values make empty stay, so that names keep meaning.
  SegmentModel model;
  model.kind = SegmentModel::Kind::kTiers;
  model.columns = options.source.columns;
  model.names.assign(options.names.rbegin(), options.names.rend());
  model.cuts.emplace_back();
  double below = 1;
  for (const double share : options.shares) {
    below -= share;
    const double n = static_cast<double>(values.size());
    const auto at = static_cast<size_t>(std::max(1.0, std::ceil(below * n - 1e-9)));
    model.cuts[0].push_back(values[at - 1]);
  }
  std::reverse(model.cuts[0].begin(), model.cuts[0].end());
  const Json figures = Json::Of({{"subjects", columns.front().size()},
                                 {"without_a_value", columns.front().size() - values.size()},
                                 {"tiers", TierFigures(values, model, options.group_min)}});
  TRY(WriteSegmentModel(connection, schema, "tiers", model, figures));
  return figures;
}

}  // namespace signet::pipelines
