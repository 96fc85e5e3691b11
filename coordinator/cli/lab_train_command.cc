// `signet lab train`: learn from a plain file, judge on held-out rows, beside the baselines.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_table.h"
#include "coordinator/cli/lab_train_text.h"
#include "crypto/base/text.h"
#include "pipelines/models/folds.h"
#include "pipelines/models/study.h"

namespace signet::coordinator {
namespace {

using pipelines::StudyModel;
using pipelines::StudyOptions;

/// Fewer cells are faster on one thread.
constexpr size_t kCellsPerThread = 1'000'000;

struct LabTrainArguments {
  std::string in, where, id, target, model = "churn", format = "text", class_weight = "none";
  std::vector<std::string> categorical, drop, increasing, decreasing;
  StudyOptions study;
  int threads = 0;
};

StudyModel ModelOf(const std::string& name) {
  if (name == "clv") return StudyModel::kClv;
  if (name == "forest") return StudyModel::kForest;
  return name == "survival" ? StudyModel::kSurvival : StudyModel::kChurn;
}

/// Who each row is about.
Result<std::vector<uint64_t>> KeysOf(LabInput& input, const std::string& id) {
  TRY(input.Require(id).WithContext("--id"));
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, input.Texts(id));
  std::vector<uint64_t> keys;
  keys.reserve(texts.size());
  for (const std::string& text : texts) keys.push_back(pipelines::TextKey(text));
  return keys;
}

/// Columns whose names an expression speaks of: they tell the target.
std::vector<std::string> ColumnsIn(const std::string& expression, const LabInput& input) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::vector<std::string> found;
  for (const std::string& name : input.columns()) {
    for (size_t at = expression.find(name); at != std::string::npos;
         at = expression.find(name, at + 1)) {
      const bool begins = at == 0 || !is_word(expression[at - 1]);
      const size_t end = at + name.size();
      if (begins && (end == expression.size() || !is_word(expression[end]))) {
        found.push_back(name);
        break;
      }
    }
  }
  return found;
}

int ThreadsFor(const pipelines::Table& table, int wanted) {
  if (wanted > 0) return wanted;
  const size_t useful = table.rows() * table.columns.size() / kCellsPerThread + 1;
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<int>(std::min<size_t>(useful, cores));
}

Status Train(const LabTrainArguments& arguments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input,
                   LabInput::Open(arguments.in, arguments.where));
  std::vector<std::string> notes;
  ASSIGN_OR_RETURN(pipelines::Table table,
                   ReadLabTable(*input, NamesOf(arguments.categorical), notes));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> keys, KeysOf(*input, arguments.id));
  StudyOptions study = arguments.study;
  study.model = ModelOf(arguments.model);
  study.target = arguments.target;
  study.balance = arguments.class_weight == "balanced";
  study.drop = NamesOf(arguments.drop);
  for (const std::string& name : NamesOf(arguments.increasing)) study.monotone[name] = 1;
  for (const std::string& name : NamesOf(arguments.decreasing)) study.monotone[name] = -1;
  if (!input->Has(arguments.target)) {
    const std::vector<std::string> told = ColumnsIn(arguments.target, *input);
    if (told.empty()) return input->Require(arguments.target).WithContext("--target");
    ASSIGN_OR_RETURN(pipelines::TableColumn column, ReadLabColumn(*input, arguments.target));
    table.columns.push_back(std::move(column));
    study.drop.insert(study.drop.end(), told.begin(), told.end());
    notes.push_back("not learnt from, since --target speaks of it: " + Join(told, ", "));
  }
  if (arguments.id != arguments.target && table.Find(arguments.id) != nullptr) {
    study.drop.push_back(arguments.id);
  }
  study.threads = ThreadsFor(table, arguments.threads);
  ASSIGN_OR_RETURN(Json report, pipelines::RunStudy(table, keys, study, {}));
  std::vector<std::string> all = notes;
  for (const std::string& note : report["notes"].AsStrings()) all.push_back(note);
  report.Set("notes", Json::Strings(all));
  if (arguments.format == "json") {
    PrintJson(report);
  } else {
    PrintData(LabTrainText(report));
  }
  return OkStatus();
}

void AddStudyOptions(CLI::App& command, LabTrainArguments& arguments) {
  StudyOptions& study = arguments.study;
  command.add_option("--positive", study.positive, "The target's value that is class 1");
  command.add_option("--event", study.event, "survival: 1 where the event happened, 0 if censored");
  command.add_option("--time", study.time, "Hold out the latest rows by this column");
  command.add_option("--last-value", study.last_value, "clv: last period's value, a baseline");
  command.add_option("--method", study.method, "clv: tweedie, two_part or squared")
      ->check(CLI::IsMember({"tweedie", "two_part", "squared"}));
  command.add_option("--holdout", study.holdout_share, "Share held out without --cv")
      ->check(CLI::Range(0.05, 0.5));
  command.add_option("--calibration", study.calibration, "auto, platt, isotonic or none")
      ->check(CLI::IsMember({"auto", "platt", "isotonic", "none"}));
  command.add_option("--class-weight", arguments.class_weight, "none or balanced")
      ->check(CLI::IsMember({"none", "balanced"}));
  command.add_option("--increasing", arguments.increasing, "Columns that may only raise the score");
  command.add_option("--decreasing", arguments.decreasing, "Columns that may only lower it");
  command.add_option("--search", study.search, "Settings to try beside the first, up to 6")
      ->check(CLI::Range(0, 6));
  command.add_option("--rounds", study.rounds, "Trees at most")->check(CLI::Range(1, 10'000));
  command.add_option("--threads", arguments.threads, "Threads; the result does not depend on them")
      ->check(CLI::Range(1, 256));
  command.add_option("--seed", study.seed, "Explicit randomness");
}

}  // namespace

void AddLabTrain(CLI::App& lab, CommandOutcome& outcome) {
  auto arguments = std::make_shared<LabTrainArguments>();
  CLI::App* command = lab.add_subcommand(
      "train", "Learn churn, value or time to an event from a file, beside the baselines");
  command->add_option("--in", arguments->in, "CSV, TSV, JSONL (also .gz) or Parquet")->required();
  command->add_option("--where", arguments->where, "SQL condition: the rows to take");
  command->add_option("--id", arguments->id, "Column: who a row is about")->required();
  command->add_option("--target", arguments->target, "Column (or SQL) to learn")->required();
  command->add_option("--categorical", arguments->categorical, "Columns that are categories: a,b");
  command->add_option("--drop", arguments->drop, "Columns not to learn from: a,b");
  command->add_option("--model", arguments->model, "churn, clv, forest or survival")
      ->check(CLI::IsMember({"churn", "clv", "forest", "survival"}));
  command->add_option("--cv", arguments->study.folds, "Cross-validation with so many folds")
      ->check(CLI::Range(2, 20));
  command->add_option("--group-fairness", arguments->study.group, "Column: figures for each group");
  AddStudyOptions(*command, *arguments);
  command->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([arguments, &outcome] {
    const Status status = Train(*arguments);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
