// Options of the `experiment` stage: reading and documentation.
#include <string>
#include <utility>
#include <vector>

#include "pipelines/experiments/experiment.h"

namespace signet::pipelines {
namespace {

Result<MetricOptions> ReadMetric(const std::string& name,
                                 const Json& json,
                                 const std::string& units) {
  OptionReader reader("experiment: metrics." + name, json);
  MetricOptions metric;
  metric.name = name;
  const std::string kind = reader.OneOf("kind", {"mean", "proportion", "ratio"});
  metric.kind = kind == "mean"         ? MetricKind::kMean
                : kind == "proportion" ? MetricKind::kProportion
                                       : MetricKind::kRatio;
  metric.input = reader.Text("of", units);
  metric.value = reader.Text("value");
  metric.per = reader.Text("per");
  metric.time = reader.Text("time");
  metric.cuped_seconds = reader.Duration("cuped", "");
  metric.decrease_is_better = reader.OneOf("better", {"higher", "lower"}) == "lower";
  if (metric.value.empty() && metric.kind != MetricKind::kProportion) {
    reader.Fail("'value' is missing");
  }
  if ((metric.kind == MetricKind::kRatio) != !metric.per.empty()) {
    reader.Fail("'per' belongs to ratios: the denominator's column, or rows");
  }
  if (metric.cuped_seconds > 0 && (metric.time.empty() || metric.kind == MetricKind::kRatio)) {
    reader.Fail("'cuped' needs 'time', and a mean or a proportion");
  }
  TRY(reader.Finish());
  return metric;
}

}  // namespace

Result<ExperimentOptions> ExperimentOptions::FromJson(const Json& json) {
  OptionReader reader("experiment", json);
  ExperimentOptions o;
  o.units = reader.Text("units", "units");
  o.exposures = reader.Text("exposures");
  o.arm = reader.RequiredText("arm");
  o.control = reader.RequiredText("control");
  o.assigned_at = reader.Text("assigned_at");
  o.exposed_at = reader.Text("exposed_at");
  o.start = reader.Text("start");
  o.end = reader.Text("end");
  o.primary = reader.Text("primary");
  o.confidence = reader.Number("confidence", o.confidence, 0.5, 0.9999);
  o.srm_alpha = reader.Number("srm_alpha", o.srm_alpha, 0, 0.5);
  const Json& expected = reader.Map("expected");
  OptionReader shares("experiment: expected", expected);
  for (const auto& [arm, share] : expected.fields())
    o.expected[arm] = shares.Number(arm, 0, 1e-9, 1e9);
  TRY(shares.Finish());
  for (const auto& [name, metric] : reader.Map("metrics").fields()) {
    ASSIGN_OR_RETURN(MetricOptions read, ReadMetric(name, metric, o.units));
    if (read.cuped_seconds > 0 && o.start.empty() && o.assigned_at.empty() &&
        o.exposed_at.empty()) {
      reader.Fail("'cuped' needs a beginning: start, assigned_at or exposed_at");
    }
    o.metrics.push_back(std::move(read));
  }
  if (o.metrics.empty()) reader.Fail("'metrics' must name at least one metric");
  bool known = o.primary.empty();
  for (const MetricOptions& metric : o.metrics) known = known || metric.name == o.primary;
  if (!known) reader.Fail("'primary' is none of the metrics");
  if (o.primary.empty() && o.metrics.size() > 1) {
    reader.Fail("'primary' is missing: with several metrics, say which one decides");
  }
  TRY(reader.Finish());
  if (o.primary.empty()) o.primary = o.metrics.front().name;
  return o;
}

std::vector<OptionDoc> ExperimentOptions::Options() {
  return {
      {"units", "input", "", "units", "The input that assigns each subject to an arm."},
      {"arm", "column", "", "required", "The units' column with the arm."},
      {"control", "text", "", "required", "The control arm's name."},
      {"assigned_at", "column", "", "", "The units' column with the time of assignment."},
      {"exposures", "input", "", "", "When given, only exposed units are read out."},
      {"exposed_at",
       "column",
       "",
       "",
       "The exposures' time; the first one begins a unit's outcomes."},
      {"start",
       "moment",
       "",
       "",
       "Outcomes count from the later of this and the unit's own beginning."},
      {"end", "moment", "", "as_of", "Outcomes count strictly before this."},
      {"expected", "map of number", "share", "equal", "Expected share of units per arm."},
      {"metrics", "map of map", "", "required", "What is compared."},
      {"metrics.*.kind", "one of mean|proportion|ratio", "", "mean", "How units are compared."},
      {"metrics.*.of", "input", "", "the units", "The input with the outcomes."},
      {"metrics.*.value",
       "column",
       "",
       "",
       "What is added up per unit; a proportion asks for any non-zero."},
      {"metrics.*.per", "column", "", "", "ratio: the denominator's column, or rows."},
      {"metrics.*.time", "column", "", "", "The outcome's time; without it every row counts."},
      {"metrics.*.cuped", "duration", "", "", "Pre-period whose value adjusts the metric (CUPED)."},
      {"metrics.*.better", "one of higher|lower", "", "higher", "Which way is good."},
      {"primary", "text", "", "the only metric", "The metric that decides."},
      {"confidence", "number", "share", "0.95", "Of all intervals."},
      {"srm_alpha",
       "number",
       "probability",
       "0.001",
       "A sample-ratio test below this stops the read-out."},
  };
}

}  // namespace signet::pipelines
