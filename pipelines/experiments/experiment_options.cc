// Options of the `experiment` stage: reading and documentation.
#include <string>
#include <utility>
#include <vector>

#include "pipelines/experiments/experiment.h"

namespace signet::pipelines {
namespace {

MetricKind KindOf(const std::string& name) {
  if (name == "proportion") return MetricKind::kProportion;
  if (name == "ratio") return MetricKind::kRatio;
  return name == "quantile" ? MetricKind::kQuantile : MetricKind::kMean;
}

Result<MetricOptions> ReadMetric(const std::string& name,
                                 const Json& json,
                                 const std::string& units) {
  OptionReader reader("experiment: metrics." + name, json);
  MetricOptions metric;
  MetricDesign& design = metric.design;
  design.name = name;
  design.kind = KindOf(reader.OneOf("kind", {"mean", "proportion", "ratio", "quantile"}));
  metric.input = reader.Text("of", units);
  metric.value = reader.Text("value");
  metric.per = reader.Text("per");
  metric.time = reader.Text("time");
  metric.cuped_seconds = reader.Duration("cuped", "");
  metric.winsorise = reader.Number("winsorise", 0, 0, 0.999999);
  design.quantile = reader.Number("quantile", design.quantile, 0.001, 0.999);
  design.decrease_is_better = reader.OneOf("better", {"higher", "lower"}) == "lower";
  design.guardrail = reader.Boolean("guardrail", /*otherwise=*/false);
  design.margin = reader.Number("margin", 0, 0, 1e15);
  design.margin_share = reader.Number("margin_share", 0, 0, 1);
  design.adjusted = metric.cuped_seconds > 0;
  if (metric.value.empty() && design.kind != MetricKind::kProportion) {
    reader.Fail("'value' is missing");
  }
  if ((design.kind == MetricKind::kRatio) != !metric.per.empty()) {
    reader.Fail("'per' belongs to ratios: the denominator's column, or rows");
  }
  const bool can_adjust =
      design.kind == MetricKind::kMean || design.kind == MetricKind::kProportion;
  if (design.adjusted && (metric.time.empty() || !can_adjust)) {
    reader.Fail("'cuped' needs 'time', and a mean or a proportion");
  }
  if (metric.winsorise > 0 && (metric.winsorise < 0.5 || design.kind != MetricKind::kMean)) {
    reader.Fail("'winsorise' is a quantile above 0.5, for means");
  }
  TRY(reader.Finish());
  return metric;
}

/// How p-values are judged.
void ReadJudgement(OptionReader& reader, EvaluationDesign& design) {
  design.confidence = reader.Number("confidence", design.confidence, 0.5, 0.9999);
  design.srm_alpha = reader.Number("srm_alpha", design.srm_alpha, 0, 0.5);
  const std::string correction = reader.OneOf("correction", {"none", "holm", "bh"});
  design.correction = correction == "holm" ? Correction::kHolm
                      : correction == "bh" ? Correction::kBenjaminiHochberg
                                           : Correction::kNone;
  design.sequential = reader.Boolean("sequential", /*otherwise=*/false);
  design.tuning_units = reader.Number("tuning_units", design.tuning_units, 1, 1e12);
  design.bayes = reader.Boolean("bayes", /*otherwise=*/false);
  design.prior_sd = reader.Number("prior_sd", 0, 0, 1e15);
  const std::string spending = reader.OneOf("spending", {"none", "obrien-fleming", "pocock"});
  for (const Json& look : reader.List("information").items()) {
    design.information.push_back(look.AsDouble());
  }
  if (spending != "none") {
    design.spending = spending == "pocock" ? Spending::kPocock : Spending::kObrienFleming;
    const auto looks = GroupSequentialBounds(design.information, 0.05, *design.spending);
    if (!looks.ok()) reader.Fail("'information': " + looks.status().message());
  } else if (!design.information.empty()) {
    reader.Fail("'information' belongs to 'spending'");
  }
}

Status ReadMetrics(OptionReader& reader, ExperimentOptions& o) {
  for (const auto& [name, metric] : reader.Map("metrics").fields()) {
    ASSIGN_OR_RETURN(MetricOptions read, ReadMetric(name, metric, o.units));
    if (read.cuped_seconds > 0 && o.start.empty() && o.assigned_at.empty() &&
        o.exposed_at.empty()) {
      reader.Fail("'cuped' needs a beginning: start, assigned_at or exposed_at");
    }
    o.metrics.push_back(std::move(read));
  }
  if (o.metrics.empty()) reader.Fail("'metrics' must name at least one metric");
  std::string& primary = o.design.primary;
  bool known = primary.empty();
  for (const MetricOptions& metric : o.metrics) {
    if (metric.design.name == primary && metric.design.guardrail) {
      reader.Fail("'primary' is a guardrail: it cannot decide");
    }
    known = known || metric.design.name == primary;
  }
  if (!known) reader.Fail("'primary' is none of the metrics");
  if (primary.empty() && o.metrics.size() > 1) {
    reader.Fail("'primary' is missing: with several metrics, say which one decides");
  }
  if (primary.empty() && !o.metrics.empty()) primary = o.metrics.front().design.name;
  return OkStatus();
}

}  // namespace

Result<ExperimentOptions> ExperimentOptions::FromJson(const Json& json) {
  OptionReader reader("experiment", json);
  ExperimentOptions o;
  o.units = reader.Text("units", "units");
  o.exposures = reader.Text("exposures");
  o.arm = reader.RequiredText("arm");
  o.segment = reader.Text("by");
  o.stratum = reader.Text("strata");
  o.design.control = reader.RequiredText("control");
  o.assigned_at = reader.Text("assigned_at");
  o.exposed_at = reader.Text("exposed_at");
  o.start = reader.Text("start");
  o.end = reader.Text("end");
  o.design.primary = reader.Text("primary");
  const Json& expected = reader.Map("expected");
  OptionReader shares("experiment: expected", expected);
  for (const auto& [arm, share] : expected.fields()) {
    o.design.expected[arm] = shares.Number(arm, 0, 1e-9, 1e9);
  }
  TRY(shares.Finish());
  ReadJudgement(reader, o.design);
  TRY(ReadMetrics(reader, o));
  TRY(reader.Finish());
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
      {"metrics.*.kind",
       "one of mean|proportion|ratio|quantile",
       "",
       "mean",
       "How units are compared."},
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
      {"metrics.*.quantile", "number", "share", "0.5", "Which quantile is compared."},
      {"metrics.*.winsorise", "number", "share", "", "Caps units at this quantile over all arms."},
      {"metrics.*.guardrail", "boolean", "", "false", "Must not be harmed; cannot win."},
      {"metrics.*.margin", "number", "", "", "Harm up to this (in the metric's unit) is accepted."},
      {"metrics.*.margin_share", "number", "share", "", "The same as a share of the control."},
      {"by", "column", "", "", "The units' segment: differences are also told per value."},
      {"strata", "column", "", "", "The units' stratum: differences are post-stratified."},
      {"correction",
       "one of none|holm|bh",
       "",
       "none",
       "Over metrics and arms, and over segments."},
      {"sequential", "boolean", "", "false", "Adds always-valid intervals; they decide."},
      {"tuning_units", "number", "units", "5000", "Where the always-valid interval is narrowest."},
      {"bayes", "boolean", "", "false", "Adds chance to win and expected loss."},
      {"prior_sd", "number", "", "flat", "Of the difference's normal prior, for means and ratios."},
      {"spending",
       "one of none|obrien-fleming|pocock",
       "",
       "none",
       "Group-sequential boundaries (Lan-DeMets)."},
      {"information",
       "list of number",
       "share",
       "",
       "The looks so far, of the planned information."},
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
