#include "pipelines/experiments/experiment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/experiments/arm_statistics.h"
#include "pipelines/experiments/read_out.h"
#include "pipelines/math/intervals.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

/// Below this an arm's figures would speak of a few people.
constexpr double kArmUnitsMin = 10;
constexpr size_t kArmsMax = 20;

struct Row {
  const MetricOptions* metric = nullptr;
  Comparison comparison;
};

std::string_view KindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kProportion:
      return "proportion";
    case MetricKind::kMean:
      return "mean";
    case MetricKind::kRatio:
      break;
  }
  return "ratio";
}

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
  TRY(Flow(inputs, o.units, {o.arm, o.assigned_at}, label).WithContext("experiment"));
  TRY(CheckTime(inputs.at(o.units), o.units, o.assigned_at));
  if (!o.exposures.empty()) {
    TRY(Flow(inputs, o.exposures, {o.exposed_at}, label).WithContext("experiment"));
    TRY(CheckTime(inputs.at(o.exposures), o.exposures, o.exposed_at));
  }
  for (const MetricOptions& m : o.metrics) {
    TRY(Flow(inputs, m.input, {m.value, m.per, m.time}, label)
            .WithContext("experiment: metrics." + m.name));
    TRY(CheckTime(inputs.at(m.input), m.input, m.time));
  }
  // A read-out is made of sums over whole arms.
  label.identifiability = std::min(label.identifiability, policies::Identifiability::kAggregate);
  return label;
}

Status CheckArms(const ExperimentOptions& o, const std::vector<UnitTable::Arm>& arms) {
  std::vector<std::string> names;
  for (const UnitTable::Arm& arm : arms) {
    names.push_back(arm.name);
    if (arm.analysed < kArmUnitsMin) {
      return Invalid("experiment: arm '" + arm.name + "' has fewer than 10 units to read out");
    }
    if (!o.expected.empty() && o.expected.count(arm.name) == 0) {
      return Invalid("experiment: 'expected' lacks the arm '" + arm.name + "'");
    }
  }
  if (arms.size() < 2 || arms.size() > kArmsMax) {
    return Invalid("experiment: " + std::to_string(arms.size()) +
                   " arms; between 2 and 20 can be read");
  }
  for (const auto& [name, share] : o.expected) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Invalid("experiment: no unit is in the expected arm '" + name + "'");
    }
  }
  if (std::find(names.begin(), names.end(), o.control) != names.end()) return OkStatus();
  return Invalid("experiment: no unit is in the control arm '" + o.control + "'");
}

struct RatioCheck {
  SampleRatio assigned, analysed;
  [[nodiscard]] double worst_p() const { return std::min(assigned.p_value, analysed.p_value); }
};

Result<RatioCheck> CheckRatios(const ExperimentOptions& o,
                               const std::vector<UnitTable::Arm>& arms) {
  std::vector<double> assigned;
  std::vector<double> analysed;
  std::vector<double> shares;
  for (const UnitTable::Arm& arm : arms) {
    assigned.push_back(arm.assigned);
    analysed.push_back(arm.analysed);
    const auto share = o.expected.find(arm.name);
    shares.push_back(share == o.expected.end() ? 1 : share->second);
  }
  RatioCheck check;
  ASSIGN_OR_RETURN(check.assigned, CheckSampleRatio(assigned, shares));
  ASSIGN_OR_RETURN(check.analysed, CheckSampleRatio(analysed, shares));
  return check;
}

Comparison Compare(const MetricOptions& metric,
                   const ArmSums& treatment,
                   const ArmSums& control,
                   double confidence) {
  if (metric.cuped_seconds > 0) return CompareAdjustedMeans(treatment, control, confidence);
  switch (metric.kind) {
    case MetricKind::kProportion:
      return CompareProportions(treatment, control, confidence);
    case MetricKind::kMean:
      return CompareMeans(treatment, control, confidence);
    case MetricKind::kRatio:
      break;
  }
  return CompareRatios(treatment, control, confidence);
}

Result<std::vector<Row>> ReadMetrics(const ExperimentOptions& o,
                                     const UnitTable& units,
                                     const StageContext& context) {
  std::vector<Row> rows;
  for (size_t m = 0; m < o.metrics.size(); ++m) {
    const MetricOptions& metric = o.metrics[m];
    ASSIGN_OR_RETURN(const std::vector<ArmSums> sums, units.Sums(metric));
    const auto control = std::find_if(
        sums.begin(), sums.end(), [&](const ArmSums& s) { return s.arm == o.control; });
    if (control == sums.end()) return Internal("the control arm's sums are missing");
    for (const ArmSums& treatment : sums) {
      if (treatment.arm == o.control) continue;
      rows.push_back({&metric, Compare(metric, treatment, *control, o.confidence)});
    }
    if (context.progress) {
      context.progress(static_cast<double>(m + 1) / static_cast<double>(o.metrics.size()));
    }
  }
  return rows;
}

/// The rule: an arm is better or worse when its p, times the number of treatments (Bonferroni), is
/// below 1 - confidence.
Json Decide(const ExperimentOptions& o, const std::vector<Row>& rows, size_t treatments) {
  const Row* best = nullptr;
  bool worse = false;
  for (const Row& row : rows) {
    if (row.metric->name != o.primary) continue;
    const Comparison& c = row.comparison;
    if (c.p_value * static_cast<double>(treatments) >= 1 - o.confidence) continue;
    const bool good = (c.difference.value > 0) != row.metric->decrease_is_better;
    if (!good) {
      worse = true;
    } else if (best == nullptr ||
               std::fabs(c.difference.value) > std::fabs(best->comparison.difference.value)) {
      best = &row;
    }
  }
  if (best != nullptr) {
    return Json::Of({{"decision", "ship"},
                     {"arm", best->comparison.arm},
                     {"text",
                      "'" + best->comparison.arm + "' is better than '" + o.control + "' on '" +
                          o.primary + "'"}});
  }
  return Json::Of({{"decision", worse ? "keep_control" : "no_difference"},
                   {"text",
                    worse ? "keep '" + o.control + "': a treatment is worse on '" + o.primary + "'"
                          : "no difference found on '" + o.primary + "'"}});
}

Json ComparisonJson(const Row& row) {
  const Comparison& c = row.comparison;
  Json json = Json::Of({{"metric", row.metric->name},
                        {"kind", KindName(row.metric->kind)},
                        {"arm", c.arm},
                        {"value", Rounded(c.value)},
                        {"control", Rounded(c.control_value)},
                        {"difference", c.difference.ToJson()},
                        {"relative", c.relative.ToJson()},
                        {"statistic", Rounded(c.statistic)},
                        {"p_value", Rounded(c.p_value)}});
  if (row.metric->cuped_seconds > 0) json.Set("variance_removed", Rounded(c.variance_removed, 4));
  return json;
}

Status WriteRows(query::Connection& connection,
                 const Schema& schema,
                 const std::vector<Row>& rows) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  if (rows.size() > query::kChunkRows) return Exhausted("experiment: too many metrics and arms");
  for (size_t r = 0; r < rows.size(); ++r) {
    const Comparison& c = rows[r].comparison;
    writer->column(0).SetText(r, rows[r].metric->name);
    writer->column(1).SetText(r, KindName(rows[r].metric->kind));
    writer->column(2).SetText(r, c.arm);
    writer->column(3).SetInt64(r, static_cast<int64_t>(c.units));
    const double values[] = {c.value,
                             c.control_value,
                             c.difference.value,
                             c.difference.low,
                             c.difference.high,
                             c.relative.value,
                             c.relative.low,
                             c.relative.high,
                             c.statistic,
                             c.p_value};
    for (size_t i = 0; i < std::size(values); ++i) {
      if (std::isfinite(values[i])) {
        writer->column(4 + i).SetDouble(r, values[i]);
      } else {
        writer->column(4 + i).SetNull(r);
      }
    }
  }
  TRY(writer->Flush(rows.size()));
  return writer->Finish();
}

Json RatioJson(const SampleRatio& ratio) {
  return Json::Of({{"chi_square", Rounded(ratio.chi_square)}, {"p_value", Rounded(ratio.p_value)}});
}

}  // namespace

Result<Schema> ExperimentOutputSchema(const ExperimentOptions& options,
                                      const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const policies::Label label, ReadLabel(options, inputs));
  Schema schema{{{"metric", ColumnType::kText, {}},
                 {"kind", ColumnType::kText, {}},
                 {"arm", ColumnType::kText, label},
                 {"units", ColumnType::kInt64, label}}};
  for (const char* name : {"value",
                           "control",
                           "difference",
                           "low",
                           "high",
                           "relative",
                           "relative_low",
                           "relative_high",
                           "statistic",
                           "p_value"}) {
    schema.columns.push_back({name, ColumnType::kDouble, label});
  }
  return schema;
}

Result<Json> RunExperiment(query::Connection& connection,
                           const ExperimentOptions& options,
                           const std::map<std::string, Schema>& inputs,
                           const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ExperimentOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const UnitTable units, UnitTable::Build(connection, options, context));
  TRY(CheckArms(options, units.arms()));
  ASSIGN_OR_RETURN(const RatioCheck ratio, CheckRatios(options, units.arms()));
  Json figures = Json::Of({{"primary", options.primary},
                           {"in_several_arms", units.in_several_arms()},
                           {"sample_ratio", RatioJson(ratio.analysed)}});
  if (!options.exposures.empty()) figures.Set("assigned_ratio", RatioJson(ratio.assigned));
  for (const UnitTable::Arm& arm : units.arms()) {
    figures.Field("arms").Set(arm.name,
                              Json::Of({{"assigned", Rounded(arm.assigned, 15)},
                                        {"analysed", Rounded(arm.analysed, 15)}}));
  }
  if (ratio.worst_p() < options.srm_alpha) {
    figures.Set("decision", "stopped");
    figures.Set("text",
                "sample-ratio mismatch (p = " + Json(Rounded(ratio.worst_p(), 3)).Dump() +
                    "): the arms are not as planned, so the read-out stops here; find out "
                    "where units are lost before running again");
    TRY(WriteRows(connection, schema, {}));
    return figures;
  }
  ASSIGN_OR_RETURN(const std::vector<Row> rows, ReadMetrics(options, units, context));
  for (const Row& row : rows) figures.Field("metrics").Push(ComparisonJson(row));
  const Json decision = Decide(options, rows, units.arms().size() - 1);
  for (const auto& [key, value] : decision.fields()) figures.Set(key, value);
  TRY(WriteRows(connection, schema, rows));
  return figures;
}

}  // namespace signet::pipelines
