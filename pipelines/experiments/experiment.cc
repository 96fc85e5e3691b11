#include "pipelines/experiments/experiment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/experiments/arm_statistics.h"
#include "pipelines/experiments/evaluation.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

/// Below this an arm's figures would speak of a few people.
constexpr double kArmUnitsMin = 10;

Status CheckTime(const Schema& schema, const std::string& input, const std::string& column) {
  if (column.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const Column* found, ColumnNamed(schema, input, column));
  if (found->type == ColumnType::kTimestamp || found->type == ColumnType::kDate) return OkStatus();
  return Invalid("experiment: '" + column + "' must be a timestamp or date column");
}

/// Adds the labels of `columns` (empty names aside) and the subject to `label`.
Status Flow(const std::map<std::string, Schema>& inputs,
            const std::string& input,
            std::vector<std::string> columns,
            policies::Label& label) {
  ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, input));
  columns.emplace_back(kSubjectColumn);
  for (const std::string& name : columns) {
    if (name.empty() || name == "rows") continue;
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(*schema, input, name));
    label = policies::Label::Join(label, column->label);
  }
  return OkStatus();
}

Result<policies::Label> ReadLabel(const ExperimentOptions& o,
                                  const std::map<std::string, Schema>& inputs) {
  policies::Label label;
  TRY(Flow(inputs, o.units, {o.arm, o.assigned_at, o.segment, o.stratum}, label)
          .WithContext("experiment"));
  TRY(CheckTime(inputs.at(o.units), o.units, o.assigned_at));
  if (!o.exposures.empty()) {
    TRY(Flow(inputs, o.exposures, {o.exposed_at}, label).WithContext("experiment"));
    TRY(CheckTime(inputs.at(o.exposures), o.exposures, o.exposed_at));
  }
  for (const MetricOptions& m : o.metrics) {
    TRY(Flow(inputs, m.input, {m.value, m.per, m.time}, label)
            .WithContext("experiment: metrics." + m.design.name));
    TRY(CheckTime(inputs.at(m.input), m.input, m.time));
  }
  // A read-out is made of sums over whole arms.
  label.identifiability = std::min(label.identifiability, policies::Identifiability::kAggregate);
  return label;
}

Status CheckArmSizes(const UnitCounts& counts) {
  for (size_t a = 0; a < counts.arms.size(); ++a) {
    if (counts.analysed[a] < kArmUnitsMin) {
      return Invalid("experiment: arm '" + counts.arms[a] +
                     "' has fewer than 10 units to read out");
    }
  }
  return OkStatus();
}

constexpr const char* kNumbers[] = {"value",
                                    "control",
                                    "difference",
                                    "low",
                                    "high",
                                    "relative",
                                    "relative_low",
                                    "relative_high",
                                    "statistic",
                                    "p_value",
                                    "adjusted_p_value"};

void WriteLine(query::TableWriter& writer,
               size_t r,
               const ExperimentOptions& options,
               const ReadOutLine& line) {
  const MetricDesign& metric = options.metrics[line.metric].design;
  const Comparison& c = line.told;
  writer.column(0).SetText(r, metric.name);
  writer.column(1).SetText(r, MetricKindName(metric.kind));
  writer.column(2).SetText(r, c.arm);
  writer.column(3).SetText(r, line.segment);
  writer.column(4).SetInt64(r, static_cast<int64_t>(c.units));
  const double values[] = {c.value,
                           c.control_value,
                           c.difference.value,
                           c.difference.low,
                           c.difference.high,
                           c.relative.value,
                           c.relative.low,
                           c.relative.high,
                           c.statistic,
                           c.p_value,
                           line.adjusted_p};
  static_assert(std::size(values) == std::size(kNumbers));
  for (size_t i = 0; i < std::size(values); ++i) {
    if (std::isfinite(values[i])) {
      writer.column(5 + i).SetDouble(r, values[i]);
    } else {
      writer.column(5 + i).SetNull(r);
    }
  }
}

Status WriteRows(query::Connection& connection,
                 const Schema& schema,
                 const ExperimentOptions& options,
                 const Evaluation& evaluation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (const std::vector<ReadOutLine>* lines : {&evaluation.lines, &evaluation.segments}) {
    for (const ReadOutLine& line : *lines) {
      WriteLine(*writer, r, options, line);
      if (++r < query::kChunkRows) continue;
      TRY(writer->Flush(r));
      r = 0;
    }
  }
  TRY(writer->Flush(r));
  return writer->Finish();
}

}  // namespace

Result<Schema> ExperimentOutputSchema(const ExperimentOptions& options,
                                      const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const policies::Label label, ReadLabel(options, inputs));
  Schema schema{{{"metric", ColumnType::kText, {}},
                 {"kind", ColumnType::kText, {}},
                 {"arm", ColumnType::kText, label},
                 {"segment", ColumnType::kText, label},
                 {"units", ColumnType::kInt64, label}}};
  for (const char* name : kNumbers) schema.columns.push_back({name, ColumnType::kDouble, label});
  return schema;
}

Result<Json> RunExperiment(query::Connection& connection,
                           const ExperimentOptions& options,
                           const std::map<std::string, Schema>& inputs,
                           const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ExperimentOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const UnitTable units, UnitTable::Build(connection, options, context));
  TRY(CheckArmSizes(units.counts()));
  std::vector<MetricDesign> designs;
  std::vector<MetricSums> sums;
  std::vector<std::string> segments;
  Json readings;
  for (const MetricOptions& metric : options.metrics) {
    designs.push_back(metric.design);
    ASSIGN_OR_RETURN(UnitRows rows, units.Read(metric));
    sums.push_back(std::move(rows.sums.front()));
    segments = std::move(rows.segments);
    if (rows.reading.Has("winsorised")) {
      readings.Set(metric.design.name, rows.reading["winsorised"][metric.design.name]);
    }
    if (context.progress) {
      context.progress(static_cast<double>(sums.size()) /
                       static_cast<double>(options.metrics.size()));
    }
  }
  EvaluationDesign design = options.design;
  design.seed = context.seed;
  Result<Evaluation> evaluated = Evaluate(design, units.counts(), designs, sums, segments);
  if (!evaluated.ok()) return evaluated.status().WithContext("experiment");
  Evaluation& evaluation = *evaluated;
  TRY(WriteRows(connection, schema, options, evaluation));
  if (!readings.is_null()) evaluation.figures.Set("winsorised", std::move(readings));
  return std::move(evaluation.figures);
}

}  // namespace signet::pipelines
