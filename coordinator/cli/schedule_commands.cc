// `signet schedule add|list|remove|pause|resume`: pipelines that run by themselves.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/control_text.h"
#include "coordinator/cli/state_access.h"

namespace signet::coordinator {
namespace {

struct ScheduleOptions : ControlOptions {
  std::string file;
  std::vector<std::string> params;
  int priority = 0;
  std::string name;
};

void Print(const ScheduleOptions& options, const Json& schedules) {
  if (options.format == "json") {
    PrintJson(schedules);
  } else {
    PrintData(SchedulesText(schedules));
  }
}

Status Add(const ScheduleOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ControlSubmission submission;
  ASSIGN_OR_RETURN(submission.params, ParseParams(options.params));
  submission.file = std::filesystem::absolute(options.file).string();
  submission.base = std::filesystem::current_path().string();
  submission.priority = options.priority;
  ASSIGN_OR_RETURN(const Json added, client->AddSchedule(submission));
  Print(options, Json::List({added}));
  return OkStatus();
}

Status List(const ScheduleOptions& options) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  ASSIGN_OR_RETURN(const Json schedules, client->Schedules());
  Print(options, schedules);
  return OkStatus();
}

Status Change(const ScheduleOptions& options, const std::string& action) {
  ASSIGN_OR_RETURN(const auto client, ConnectControl(options));
  TRY(client->ChangeSchedule(options.name, action));
  ASSIGN_OR_RETURN(const Json schedules, client->Schedules());
  Print(options, schedules);
  return OkStatus();
}

using Action = std::function<Status(const ScheduleOptions&)>;

CLI::App* AddOne(CLI::App& parent,
                 const std::string& name,
                 const std::string& help,
                 const std::shared_ptr<ScheduleOptions>& options,
                 const Action& action,
                 CommandOutcome& outcome) {
  CLI::App* command = parent.add_subcommand(name, help);
  AddControlOptions(*command, *options);
  command->callback([options, action, &outcome] {
    const Status status = action(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
  return command;
}

}  // namespace

void AddScheduleCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<ScheduleOptions>();
  CLI::App* schedule =
      app.add_subcommand("schedule", "Pipelines that a coordinator runs by itself");
  schedule->require_subcommand(1);
  CLI::App* add = AddOne(*schedule,
                         "add",
                         "Run a pipeline when its `schedule` says so, from now on",
                         options,
                         Add,
                         outcome);
  add->add_option("pipeline", options->file, "The pipeline's YAML")->required();
  add->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  add->add_option("--priority", options->priority, "Higher goes first (-100 to 100)")
      ->check(CLI::Range(-100, 100));
  AddOne(*schedule, "list", "Show the schedules, and why each waits", options, List, outcome);
  struct Word {
    const char* action;
    const char* help;
  };
  for (const Word& word : {Word{"remove", "Make no more runs of it"},
                           Word{"pause", "Make no runs of it until it is resumed"},
                           Word{"resume", "Make runs of it again"}}) {
    const std::string action = word.action;
    CLI::App* command = AddOne(
        *schedule,
        action,
        word.help,
        options,
        [action](const ScheduleOptions& given) { return Change(given, action); },
        outcome);
    command->add_option("schedule", options->name, "The pipeline's name")->required();
  }
}

}  // namespace signet::coordinator
