// `signet lab uplift`: whom a treatment changes, learned and judged on a plain file.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_experiment_text.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_metric.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/uplift_curve.h"
#include "pipelines/decisions/uplift_model.h"
#include "pipelines/decisions/uplift_table.h"

namespace signet::coordinator {
namespace {

struct UpliftCommandOptions {
  std::string in, where, arm, control, treatment, outcome, test_where;
  std::string learner = "t";
  std::string format = "text";
  std::vector<std::string> drop, features;
  double test_share = 0.3;
  double confidence = 0.95;
  uint64_t seed = 1;
  int threads = 2;
  bool keep_unbalanced = false;
};

/// A column of the spelled table, or an expression.
Result<std::string> SpelledSql(const LabInput& input, const std::string& text) {
  if (input.Has(text)) return SqlName(text);
  return ColumnSql(input, text);
}

Result<pipelines::UpliftTableSpec> SpecOf(LabInput& input, const UpliftCommandOptions& o) {
  pipelines::UpliftTableSpec spec;
  ASSIGN_OR_RETURN(spec.table, input.SpelledTable());
  for (const std::vector<std::string>* list : {&o.drop, &o.features}) {
    for (const std::string& column : *list) TRY(input.Require(column));
  }
  ASSIGN_OR_RETURN(spec.arm, SpelledSql(input, o.arm));
  ASSIGN_OR_RETURN(spec.outcome, SpelledSql(input, o.outcome));
  const auto listed = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const std::string& column : input.columns()) {
    const bool role = SqlName(column) == spec.arm || SqlName(column) == spec.outcome;
    const bool wanted = o.features.empty() || listed(o.features, column);
    if (!role && wanted && !listed(o.drop, column)) spec.columns.push_back(column);
  }
  spec.control = o.control;
  spec.treatment = o.treatment;
  spec.test_where = o.test_where;
  spec.test_share = o.test_share;
  spec.seed = o.seed;
  spec.keep_unbalanced = o.keep_unbalanced;
  return spec;
}

std::string UpliftText(const Json& json) {
  const auto interval = [](const Json& e) {
    return FigureText(e["value"]) + " [" + FigureText(e["low"]) + ", " + FigureText(e["high"]) +
           "]";
  };
  std::string text = "train " + FigureText(json["rows"]["train"]) + " rows, test " +
                     FigureText(json["rows"]["test"]) + " rows, learner " +
                     json["learner"].AsString() + ", " + std::to_string(json["features"].size()) +
                     " features\n";
  for (const auto& [column, reason] : json["left_out"].fields()) {
    text += "left out '" + column + "': " + reason.AsString() + "\n";
  }
  text += "\naverage effect  " + interval(json["average_effect"]) + "\nqini            " +
          interval(json["qini"]) + "  (area over random, per customer)\nauuc            " +
          interval(json["auuc"]) + "  (area under the uplift curve, per customer)\n" +
          "as other tools: qini_sklift " + FigureText(json["qini_sklift"]) + ", auuc_sklift " +
          FigureText(json["auuc_sklift"]) + ", auuc_causalml " + FigureText(json["auuc_causalml"]) +
          "\n\n";
  std::vector<std::vector<std::string>> rows = {
      {"decile", "treated", "control", "predicted", "uplift", "low", "high"}};
  for (const Json& d : json["deciles"].items()) {
    rows.push_back({FigureText(d["decile"]),
                    FigureText(d["treated"]),
                    FigureText(d["control"]),
                    FigureText(d["mean_score"]),
                    FigureText(d["uplift"]["value"]),
                    FigureText(d["uplift"]["low"]),
                    FigureText(d["uplift"]["high"])});
  }
  return text + TableText(rows) + "\n" + json["text"].AsString() + "\n";
}

Status RunUplift(const UpliftCommandOptions& o) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input, LabInput::Open(o.in, o.where));
  ASSIGN_OR_RETURN(const pipelines::UpliftTableSpec spec, SpecOf(*input, o));
  ASSIGN_OR_RETURN(const pipelines::UpliftTable table,
                   pipelines::ReadUpliftTable(input->connection(), spec));
  const pipelines::UpliftTable train = table.Part(0);
  const pipelines::UpliftTable test = table.Part(1);
  pipelines::UpliftOptions options;
  ASSIGN_OR_RETURN(options.learner, pipelines::UpliftLearnerFromName(o.learner));
  options.seed = o.seed;
  options.booster.threads = o.threads;
  ASSIGN_OR_RETURN(
      const pipelines::UpliftModel model,
      pipelines::UpliftModel::Train(options, {train.matrix(), train.treated, train.outcome}));
  pipelines::UpliftRows rows;
  ASSIGN_OR_RETURN(rows.score, model.Predict(test.matrix(), o.threads));
  rows.treated = test.treated;
  rows.outcome = test.outcome;
  ASSIGN_OR_RETURN(const pipelines::UpliftQuality quality,
                   pipelines::JudgeUplift(rows, o.confidence, o.seed));
  Json json = quality.ToJson();
  json.Set("learner", o.learner);
  json.Set("outcome", table.binary ? "binary" : "amount");
  json.Set("confidence", o.confidence);
  json.Set("treated_share", model.treated_share());
  json.Set("features", Json::Strings(table.names));
  json.Set("left_out", table.left_out.is_null() ? Json(Json::Object()) : table.left_out);
  json.Set("rows",
           Json::Of({{"train", train.rows()},
                     {"test", test.rows()},
                     {"other_arms", table.rows_other_arms},
                     {"without_outcome", table.rows_without_outcome}}));
  if (o.format == "json") {
    PrintJson(json);
  } else {
    PrintData(UpliftText(json));
  }
  return OkStatus();
}

}  // namespace

void AddLabUplift(CLI::App& lab, CommandOutcome& outcome) {
  auto o = std::make_shared<UpliftCommandOptions>();
  CLI::App* uplift = lab.add_subcommand(
      "uplift", "Learn whom a treatment changes; Qini and AUUC with intervals, deciles");
  uplift->add_option("--in", o->in, "CSV, TSV, JSONL (also .gz) or Parquet file")->required();
  uplift->add_option("--where", o->where, "SQL condition: only these rows");
  uplift->add_option("--arm", o->arm, "Column of the arm")->required();
  uplift->add_option("--control", o->control, "The control arm's name")->required();
  uplift->add_option("--treatment", o->treatment, "The treated arm's name")->required();
  uplift->add_option("--outcome", o->outcome, "Column: yes/no or an amount")->required();
  uplift->add_option("--learner", o->learner, "s, t, x or class")
      ->check(CLI::IsMember({"s", "t", "x", "class"}));
  uplift->add_option("--test-where", o->test_where, "SQL condition of the test rows");
  uplift->add_option("--test-share", o->test_share, "Without it: a seeded share of the rows")
      ->check(CLI::Range(0.05, 0.95));
  uplift->add_option("--drop", o->drop, "Columns not to learn from")->delimiter(',');
  uplift->add_option("--features", o->features, "Learn from these columns only")->delimiter(',');
  uplift->add_flag("--keep-unbalanced",
                   o->keep_unbalanced,
                   "Learn from columns that differ between the arms, too");
  uplift->add_option("--confidence", o->confidence, "Of all intervals")
      ->check(CLI::Range(0.5, 0.9999));
  uplift->add_option("--seed", o->seed, "Of the split, the trees and the bootstrap");
  uplift->add_option("--threads", o->threads, "They do not change the result")
      ->check(CLI::Range(1, 256));
  uplift->add_option("--format", o->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  uplift->callback([o, &outcome] {
    const Status status = RunUplift(*o);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
