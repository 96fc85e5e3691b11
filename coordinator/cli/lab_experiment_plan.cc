// `signet lab experiment plan` and `assign`: before a test starts.

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_experiment_text.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_metric.h"
#include "crypto/base/csv.h"
#include "crypto/base/text.h"
#include "pipelines/experiments/assignment.h"
#include "pipelines/experiments/power.h"
#include "pipelines/experiments/unit_rows.h"

namespace signet::coordinator {
namespace {

using pipelines::Rounded;

struct PlanOptions {
  std::string in, where, unit, metric, cuped;
  double effect = 0;
  bool relative = false;
  double power = 0.8;
  double units = 0;
  double units_per_day = 0;
  int arms = 2;
  int metrics = 1;
  std::string format = "text";
  pipelines::PowerOptions statistics;
};

/// Baseline, spread and what CUPED would remove, from a file of past units.
Status ReadBaseline(const PlanOptions& o, pipelines::PowerOptions& statistics) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input, LabInput::Open(o.in, o.where));
  pipelines::UnitRowsSpec spec;
  spec.table = "input";
  spec.arm = "'all'";
  ASSIGN_OR_RETURN(pipelines::MetricColumns metric, MetricFromText(*input, o.metric));
  statistics.kind = metric.design.kind;
  if (!o.unit.empty()) {
    ASSIGN_OR_RETURN(spec.unit, ColumnSql(*input, o.unit));
  }
  if (!o.cuped.empty()) {
    ASSIGN_OR_RETURN(spec.covariate, ColumnSql(*input, o.cuped));
    metric.design.adjusted = true;
  }
  if (statistics.kind == pipelines::MetricKind::kQuantile) {
    return Invalid("--metric: power is planned for proportions, means and ratios");
  }
  spec.metrics.push_back(std::move(metric));
  ASSIGN_OR_RETURN(const pipelines::UnitRows rows,
                   pipelines::ReadUnitRows(input->connection(), spec));
  const pipelines::Moments m = rows.sums[0].Whole(0);
  const bool ratio = statistics.kind == pipelines::MetricKind::kRatio;
  if (ratio && m.d == 0) return Invalid("--metric: the denominator adds up to 0");
  statistics.baseline = ratio ? m.y / m.d : m.y;
  double spread = m.yy;
  double with_x = m.yx;
  if (ratio) {
    spread =
        (m.yy - 2 * statistics.baseline * m.yd + statistics.baseline * statistics.baseline * m.dd) /
        (m.d * m.d);
    with_x = (m.yx - statistics.baseline * m.dx) / m.d;
  }
  statistics.sd = std::sqrt(std::fmax(0, spread));
  if (m.xx > 0 && spread > 0) statistics.variance_removed = with_x * with_x / (m.xx * spread);
  return OkStatus();
}

Status RunPlan(const PlanOptions& o) {
  pipelines::PowerOptions statistics = o.statistics;
  if (!o.in.empty()) {
    TRY(ReadBaseline(o, statistics));
  } else if (o.metric == "mean" || o.metric == "ratio") {
    statistics.kind = pipelines::MetricKind::kMean;
  } else if (!o.metric.empty() && o.metric != "proportion") {
    return Invalid("--metric: without --in it is proportion, mean or ratio");
  }
  statistics.comparisons = (o.arms - 1) * o.metrics;
  Json json = Json::Of({{"baseline", Rounded(statistics.baseline, 12)},
                        {"alpha", statistics.alpha},
                        {"comparisons", statistics.comparisons},
                        {"power", o.power},
                        {"variance_removed", Rounded(statistics.variance_removed, 12)}});
  if (statistics.kind != pipelines::MetricKind::kProportion) {
    json.Set("sd", Rounded(statistics.sd, 12));
  }
  double units = o.units;
  double effect = o.relative ? o.effect * statistics.baseline : o.effect;
  if (units > 0) {
    ASSIGN_OR_RETURN(effect, pipelines::DetectableEffect(statistics, units, o.power));
  } else {
    ASSIGN_OR_RETURN(units, pipelines::UnitsFor(statistics, effect, o.power));
  }
  const double control = std::ceil(units * statistics.control_per_treatment);
  const double all = units * (o.arms - 1) + control;
  json.Set("effect", Rounded(effect, 12));
  json.Set("effect_relative",
           Rounded(statistics.baseline == 0 ? std::nan("") : effect / statistics.baseline, 12));
  json.Set("units_per_treatment", Rounded(units, 15));
  json.Set("units_control", Rounded(control, 15));
  json.Set("units", Rounded(all, 15));
  if (o.units_per_day > 0) json.Set("days", pipelines::DaysFor(all, o.units_per_day));
  if (o.format == "json") {
    PrintJson(json);
    return OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {{"figure", "value"}};
  for (const auto& [key, value] : json.fields()) rows.push_back({key, FigureText(value)});
  PrintData(TableText(rows));
  return OkStatus();
}

struct AssignOptions {
  std::string in, where, unit, stratum, arms;
  std::string format = "csv";
  pipelines::AssignmentDesign design;
};

std::string ArmName(const pipelines::AssignmentDesign& design, const pipelines::Placement& p) {
  if (p.why == pipelines::Placement::Why::kHoldout) return "(holdout)";
  return p.why == pipelines::Placement::Why::kAssigned ? design.arms[p.arm].name
                                                       : "(other traffic)";
}

Status RunAssign(const AssignOptions& o) {
  pipelines::AssignmentDesign design = o.design;
  const auto shares = SharesFromText(o.arms);
  if (!shares.ok()) return shares.status().WithContext("--arms");
  for (const auto& [name, share] : *shares) design.arms.push_back({name, share});
  TRY(design.Check());
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input, LabInput::Open(o.in, o.where));
  ASSIGN_OR_RETURN(const std::string unit, ColumnSql(*input, o.unit));
  ASSIGN_OR_RETURN(const std::vector<std::string> units, input->Texts(unit));
  std::vector<pipelines::Placement> placements;
  if (o.stratum.empty()) {
    for (const std::string& name : units) placements.push_back(pipelines::Place(design, name));
  } else {
    ASSIGN_OR_RETURN(const std::string stratum, ColumnSql(*input, o.stratum));
    ASSIGN_OR_RETURN(const std::vector<std::string> strata, input->Texts(stratum));
    ASSIGN_OR_RETURN(placements, pipelines::PlaceStratified(design, units, strata));
  }
  std::string csv = "unit,arm\n";
  Json counts;
  for (size_t i = 0; i < units.size(); ++i) {
    const std::string arm = ArmName(design, placements[i]);
    csv += CsvField(units[i]) + "," + CsvField(arm) + "\n";
    counts.Set(arm, counts[arm].AsInt() + 1);
  }
  if (o.format == "json") {
    PrintJson(Json::Of({{"experiment", design.experiment}, {"units", counts}}));
  } else {
    PrintData(csv);
  }
  return OkStatus();
}

void AddPlan(CLI::App& experiment, CommandOutcome& outcome) {
  auto o = std::make_shared<PlanOptions>();
  CLI::App* plan = experiment.add_subcommand("plan", "Units, detectable effect and days of a test");
  plan->add_option("--metric", o->metric, "proportion or mean; with --in as in evaluate");
  plan->add_option("--in", o->in, "File of past units, for the baseline and its spread");
  plan->add_option("--where", o->where, "SQL condition: only these rows");
  plan->add_option("--unit", o->unit, "Column of the unit");
  plan->add_option("--cuped", o->cuped, "Covariate that evaluate will adjust by");
  plan->add_option("--baseline", o->statistics.baseline, "The control's share or mean");
  plan->add_option("--sd", o->statistics.sd, "A mean's standard deviation over units");
  plan->add_option("--variance-removed", o->statistics.variance_removed, "Share, by CUPED")
      ->check(CLI::Range(0.0, 0.999));
  plan->add_option("--effect", o->effect, "Smallest difference that matters");
  plan->add_flag("--relative", o->relative, "--effect is a share of the baseline");
  plan->add_option("--units", o->units, "Units per treatment: tells the detectable effect instead");
  plan->add_option("--power", o->power, "Chance to see it")->check(CLI::Range(0.01, 0.9999));
  plan->add_option("--alpha", o->statistics.alpha, "Two-sided")->check(CLI::Range(1e-6, 0.5));
  plan->add_option("--arms", o->arms, "With the control")->check(CLI::Range(2, 20));
  plan->add_option("--metrics", o->metrics, "That may decide")->check(CLI::Range(1, 100));
  plan->add_option("--control-per-treatment", o->statistics.control_per_treatment, "Units");
  plan->add_option("--units-per-day", o->units_per_day, "Arriving: tells the days, in whole weeks");
  plan->add_option("--format", o->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  plan->callback([o, &outcome] {
    const Status status = RunPlan(*o);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace

void AddLabExperimentPlan(CLI::App& experiment, CommandOutcome& outcome) {
  AddPlan(experiment, outcome);
  auto o = std::make_shared<AssignOptions>();
  CLI::App* assign = experiment.add_subcommand("assign", "Assign units to arms by a salted hash");
  assign->add_option("--in", o->in, "File with one row per unit")->required();
  assign->add_option("--where", o->where, "SQL condition: only these rows");
  assign->add_option("--unit", o->unit, "Column of the unit")->required();
  assign->add_option("--experiment", o->design.experiment, "Its name")->required();
  assign->add_option("--salt", o->design.salt, "Any random text, kept for good")->required();
  assign->add_option("--arms", o->arms, "control=0.5,offer=0.5")->required();
  assign->add_option("--strata", o->stratum, "Column: exact shares within each value");
  assign->add_option("--holdout", o->design.holdout_share, "Share in no experiment at all");
  assign->add_option("--layer", o->design.layer, "Experiments of one layer exclude each other");
  assign->add_option("--from", o->design.from, "Begin of this experiment's range of the layer");
  assign->add_option("--to", o->design.to, "Its end");
  assign->add_option("--format", o->format, "csv (unit,arm) or json (counts)")
      ->check(CLI::IsMember({"csv", "json"}));
  assign->callback([o, &outcome] {
    const Status status = RunAssign(*o);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
