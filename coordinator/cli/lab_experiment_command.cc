// `signet lab experiment evaluate`: reads out an A/B test from a plain file.

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_experiment_text.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_metric.h"
#include "crypto/base/text.h"
#include "pipelines/experiments/evaluation.h"
#include "pipelines/experiments/unit_rows.h"

namespace signet::coordinator {
namespace {

struct EvaluateOptions {
  std::string in, where, unit, arm, control, cuped, segment, stratum, ratio;
  std::vector<std::string> metrics, guardrails, lower;
  std::string correction = "none";
  std::string spending = "none";
  std::string rows = "data";
  std::string format = "text";
  std::vector<double> information;
  double winsorise = 0;
  double margin = 0;
  double margin_share = 0;
  pipelines::EvaluationDesign design;
};

using pipelines::MetricColumns;
using pipelines::MetricKind;

/// Two metrics of one column get their kind into the name.
void NameApart(std::vector<MetricColumns>& metrics) {
  std::map<std::string, int> uses;
  for (const MetricColumns& metric : metrics) ++uses[metric.design.name];
  for (MetricColumns& metric : metrics) {
    if (uses[metric.design.name] > 1) metric.design.name = metric.design.definition;
  }
}

/// Whether `name` means the metric: its name, or as it was written.
bool Means(const std::string& name, const pipelines::MetricDesign& design) {
  return design.name == name || design.definition == name ||
         design.definition.ends_with(":" + name);
}

Result<MetricColumns> ReadMetric(const LabInput& input,
                                 const EvaluateOptions& o,
                                 const std::string& text,
                                 bool guardrail) {
  ASSIGN_OR_RETURN(MetricColumns metric, MetricFromText(input, text));
  pipelines::MetricDesign& design = metric.design;
  design.guardrail = guardrail;
  design.adjusted = !o.cuped.empty() && design.kind != MetricKind::kQuantile;
  // A margin speaks of the guardrails where there are any, else of every metric.
  if (guardrail || o.guardrails.empty()) {
    design.margin = o.margin;
    design.margin_share = o.margin_share;
  }
  if (design.kind == MetricKind::kMean) metric.winsorise = o.winsorise;
  design.decrease_is_better = std::any_of(
      o.lower.begin(), o.lower.end(), [&](const std::string& name) { return Means(name, design); });
  return metric;
}

Status CheckNames(const std::vector<MetricColumns>& metrics, const EvaluateOptions& o) {
  std::set<std::string> definitions;
  for (const MetricColumns& metric : metrics) {
    if (!definitions.insert(metric.design.definition).second) {
      return Invalid("--metric: '" + metric.design.definition + "' is given twice");
    }
  }
  for (const std::string& name : o.lower) {
    const bool known =
        std::any_of(metrics.begin(), metrics.end(), [&](const MetricColumns& metric) {
          return Means(name, metric.design);
        });
    if (!known) return Invalid("--lower-is-better: '" + name + "' is none of the metrics");
  }
  return OkStatus();
}

Result<std::vector<MetricColumns>> ReadMetrics(const LabInput& input, const EvaluateOptions& o) {
  std::vector<MetricColumns> metrics;
  for (const std::string& text : o.metrics) {
    ASSIGN_OR_RETURN(MetricColumns metric, ReadMetric(input, o, text, /*guardrail=*/false));
    metrics.push_back(std::move(metric));
  }
  for (const std::string& text : o.guardrails) {
    ASSIGN_OR_RETURN(MetricColumns metric, ReadMetric(input, o, text, /*guardrail=*/true));
    metrics.push_back(std::move(metric));
  }
  TRY(CheckNames(metrics, o));
  NameApart(metrics);
  return metrics;
}

Result<pipelines::UnitRowsSpec> SpecOf(const LabInput& input, const EvaluateOptions& o) {
  pipelines::UnitRowsSpec spec;
  spec.table = "input";
  const auto column = [&](const std::string& text, std::string& sql) -> Status {
    if (text.empty()) return OkStatus();
    ASSIGN_OR_RETURN(sql, ColumnSql(input, text));
    return OkStatus();
  };
  TRY(column(o.unit, spec.unit).WithContext("--unit"));
  TRY(column(o.arm, spec.arm).WithContext("--arm"));
  TRY(column(o.cuped, spec.covariate).WithContext("--cuped"));
  TRY(column(o.segment, spec.segment).WithContext("--by"));
  TRY(column(o.stratum, spec.stratum).WithContext("--strata"));
  using Repeats = pipelines::UnitRowsSpec::Repeats;
  spec.repeats = o.rows == "once"  ? Repeats::kOnce
                 : o.rows == "sum" ? Repeats::kSum
                                   : Repeats::kByData;
  ASSIGN_OR_RETURN(spec.metrics, ReadMetrics(input, o));
  return spec;
}

Result<pipelines::EvaluationDesign> DesignOf(const EvaluateOptions& o) {
  pipelines::EvaluationDesign design = o.design;
  design.control = o.control;
  const auto expected = SharesFromText(o.ratio);
  if (!expected.ok()) return expected.status().WithContext("--ratio");
  design.expected = *expected;
  design.correction = o.correction == "holm" ? pipelines::Correction::kHolm
                      : o.correction == "bh" ? pipelines::Correction::kBenjaminiHochberg
                                             : pipelines::Correction::kNone;
  if (o.spending != "none") {
    design.spending =
        o.spending == "pocock" ? pipelines::Spending::kPocock : pipelines::Spending::kObrienFleming;
    design.information = o.information;
    if (o.information.empty()) {
      return Invalid("--group-sequential needs --information")
          .WithRemedy("give the looks so far as shares of the plan: --information 0.25,0.5");
    }
  } else if (!o.information.empty()) {
    return Invalid("--information belongs to --group-sequential");
  }
  return design;
}

Status RunEvaluate(const EvaluateOptions& o) {
  ASSIGN_OR_RETURN(const pipelines::EvaluationDesign design, DesignOf(o));
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input, LabInput::Open(o.in, o.where));
  ASSIGN_OR_RETURN(const pipelines::UnitRowsSpec spec, SpecOf(*input, o));
  ASSIGN_OR_RETURN(pipelines::UnitRows rows, pipelines::ReadUnitRows(input->connection(), spec));
  std::vector<pipelines::MetricDesign> metrics;
  for (const MetricColumns& metric : spec.metrics) metrics.push_back(metric.design);
  ASSIGN_OR_RETURN(pipelines::Evaluation evaluation,
                   pipelines::Evaluate(design, rows.units, metrics, rows.sums, rows.segments));
  rows.reading.Set("units_in_several_arms", rows.units.in_several_arms);
  evaluation.figures.Set("reading", rows.reading);
  if (o.format == "json") {
    PrintJson(evaluation.figures);
  } else {
    PrintData(ExperimentText(evaluation.figures));
  }
  if (!evaluation.stopped) return OkStatus();
  return Invalid(evaluation.text)
      .WithRemedy("if the arms were planned with unequal shares, give them: --ratio a=0.9,b=0.1");
}

void AddInputs(CLI::App& command, EvaluateOptions& o) {
  command.add_option("--in", o.in, "CSV, TSV, JSONL (also .gz) or Parquet file")->required();
  command.add_option("--where", o.where, "SQL condition: only these rows");
  command.add_option("--unit", o.unit, "Column of the randomised unit; left out: each row is one");
  command.add_option("--arm", o.arm, "Column of the arm")->required();
  command.add_option("--control", o.control, "The control arm's name")->required();
  command
      .add_option("--metric",
                  o.metrics,
                  "proportion:C, mean:C, ratio:A/B, median:C or quantile:C@0.9; may be repeated, "
                  "the first decides")
      ->required()
      ->take_all();
  command.add_option("--guardrail", o.guardrails, "A metric that must not be harmed")->take_all();
  command.add_option("--lower-is-better", o.lower, "A metric of which less is better")->take_all();
  command.add_option("--cuped", o.cuped, "Pre-period covariate that removes variance");
  command.add_option("--by", o.segment, "Column of segments: differences within each, too");
  command.add_option("--strata", o.stratum, "Column of strata: post-stratified differences");
  command.add_option("--winsorise", o.winsorise, "Cap means at this quantile over units: 0.99")
      ->check(CLI::Range(0.5, 0.999999));
  command
      .add_option("--rows",
                  o.rows,
                  "A unit's several rows: data (what differs is added up), once (refuse what "
                  "differs) or sum")
      ->check(CLI::IsMember({"data", "once", "sum"}));
}

void AddJudgement(CLI::App& command, EvaluateOptions& o) {
  command.add_option("--ratio", o.ratio, "Planned shares: control=0.5,offer=0.5; default: equal");
  command
      .add_option("--srm-alpha", o.design.srm_alpha, "A sample-ratio p below this stops; 0: never")
      ->check(CLI::Range(0.0, 0.5));
  command.add_option("--confidence", o.design.confidence, "Of all intervals")
      ->check(CLI::Range(0.5, 0.9999));
  command.add_option("--correction", o.correction, "Over metrics, arms and segments: holm or bh")
      ->check(CLI::IsMember({"none", "holm", "bh"}));
  command.add_flag(
      "--sequential", o.design.sequential, "Always-valid intervals, which then decide");
  command.add_option("--tuning-units", o.design.tuning_units, "Where those are narrowest")
      ->check(CLI::Range(1.0, 1e12));
  command.add_option("--group-sequential", o.spending, "Boundaries: obrien-fleming or pocock")
      ->check(CLI::IsMember({"none", "obrien-fleming", "pocock"}));
  command
      .add_option("--information", o.information, "Looks so far as shares of the plan: 0.25,0.5")
      ->delimiter(',');
  command.add_flag("--bayes", o.design.bayes, "Chance to win and expected loss");
  command.add_option("--prior-sd", o.design.prior_sd, "Normal prior of the difference; 0: flat")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--margin", o.margin, "Non-inferiority margin in the metric's unit")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--margin-share", o.margin_share, "The same as a share of the control")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--seed", o.design.seed, "Of the quantiles' draws");
  command.add_option("--format", o.format, "text or json")->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void AddLabExperiment(CLI::App& lab, CommandOutcome& outcome) {
  CLI::App* experiment = lab.add_subcommand("experiment", "A/B tests: evaluate, plan, assign");
  experiment->require_subcommand(1);
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* evaluate = experiment->add_subcommand(
      "evaluate", "Read out an A/B test: sample ratio, differences, intervals, decision");
  AddInputs(*evaluate, *options);
  AddJudgement(*evaluate, *options);
  evaluate->callback([options, &outcome] {
    const Status status = RunEvaluate(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
  AddLabExperimentPlan(*experiment, outcome);
}

}  // namespace signet::coordinator
