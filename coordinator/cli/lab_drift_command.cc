// `signet lab drift`: whether current data are still like the reference, column by column.

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_table.h"
#include "coordinator/cli/lab_train_text.h"
#include "pipelines/models/drift.h"

namespace signet::coordinator {
namespace {

struct LabDriftArguments {
  std::string reference, current, where, format = "text";
  std::vector<std::string> categorical, drop;
  pipelines::DriftOptions drift;
};

Status Drift(const LabDriftArguments& arguments) {
  std::vector<std::string> notes;
  pipelines::Table tables[2];
  const std::string* paths[] = {&arguments.reference, &arguments.current};
  const char* options[] = {"--reference", "--current"};
  for (size_t i = 0; i < 2; ++i) {
    Result<std::unique_ptr<LabInput>> input = LabInput::Open(*paths[i], arguments.where);
    if (!input.ok()) return input.status().WithContext(options[i]);
    Result<pipelines::Table> table = ReadLabTable(**input, NamesOf(arguments.categorical), notes);
    if (!table.ok()) return table.status().WithContext(options[i]);
    tables[i] = std::move(table).value();
  }
  pipelines::DriftOptions drift = arguments.drift;
  drift.drop = NamesOf(arguments.drop);
  ASSIGN_OR_RETURN(Json report, pipelines::CompareTables(tables[0], tables[1], drift));
  for (const std::string& note : report["notes"].AsStrings()) notes.push_back(note);
  report.Set("notes", Json::Strings(notes));
  if (arguments.format == "json") {
    PrintJson(report);
  } else {
    PrintData(LabDriftText(report));
  }
  return OkStatus();
}

}  // namespace

void AddLabDrift(CLI::App& lab, CommandOutcome& outcome) {
  auto arguments = std::make_shared<LabDriftArguments>();
  CLI::App* command = lab.add_subcommand(
      "drift", "Compare two files column by column (PSI, KS), scores and quality included");
  command->add_option("--reference", arguments->reference, "The file learnt from")->required();
  command->add_option("--current", arguments->current, "The file of today")->required();
  command->add_option("--where", arguments->where, "SQL condition: the rows to take of both");
  command->add_option("--categorical", arguments->categorical, "Columns that are categories: a,b");
  command->add_option("--drop", arguments->drop, "Columns not to compare: a,b");
  command->add_option("--score", arguments->drift.score, "Column with a model's score");
  command->add_option("--label", arguments->drift.label, "Column with what happened");
  command->add_option("--bins", arguments->drift.bins, "Quantile bins of the reference")
      ->check(CLI::Range(2, 100));
  command->add_option("--psi-major", arguments->drift.rules.psi_major, "PSI of strong drift");
  command->add_option("--auc-loss", arguments->drift.rules.auc_loss, "AUC whose loss retrains");
  command->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([arguments, &outcome] {
    const Status status = Drift(*arguments);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
