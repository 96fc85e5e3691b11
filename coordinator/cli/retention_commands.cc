// `signet retention ...`: what is due is destroyed, unless a legal hold keeps it.

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/rights_session.h"
#include "pipelines/record/option_doc.h"

namespace signet::coordinator {
namespace {

struct RetentionOptions : ControlOptions {
  RetentionOptions() { format = "json"; }
  std::string pipeline;
  std::string dataset;
  std::string reason;
  std::string custody_copies;
  std::string cron;
  std::string time_zone = "UTC";
  bool dry_run = false;
  bool off = false;
};

/// Performs the call where the state is, and prints the answer.
Status Tell(const RetentionOptions& options, const std::string& verb, const Json& arguments) {
  ASSIGN_OR_RETURN(const Json answer, PerformRights(options, verb, arguments));
  PrintFacts(answer, options.format);
  return OkStatus();
}

Status Sweep(const RetentionOptions& options) {
  return Tell(options, "sweep", Json::Of({{"dry_run", options.dry_run}}));
}

Status SetSchedule(const RetentionOptions& options) {
  if (options.cron.empty() != options.off) {
    return Invalid("when to sweep?").WithRemedy("--cron '0 3 * * *', or --off");
  }
  return Tell(
      options, "sweep_at", Json::Of({{"cron", options.cron}, {"time_zone", options.time_zone}}));
}

Status Hold(const RetentionOptions& options) {
  return Tell(options,
              "hold",
              Json::Of({{"pipeline", options.pipeline},
                        {"dataset", options.dataset},
                        {"reason", options.reason}}));
}

Status Release(const RetentionOptions& options) {
  return Tell(
      options, "release", Json::Of({{"pipeline", options.pipeline}, {"dataset", options.dataset}}));
}

Status List(const RetentionOptions& options) {
  return Tell(options, "holds", Json(Json::Object()));
}

Status SetCopies(const RetentionOptions& options) {
  ASSIGN_OR_RETURN(const int64_t seconds, pipelines::DurationSeconds(options.custody_copies));
  return Tell(options, "custody_copies", Json::Of({{"seconds", seconds}}));
}

CLI::App* AddRetentionAction(CLI::App& parent,
                             const std::shared_ptr<RetentionOptions>& options,
                             std::pair<const char*, const char*> name_and_help,
                             Status (*action)(const RetentionOptions&),
                             CommandOutcome& outcome) {
  CLI::App* command = AddAction(parent, options, name_and_help, action, outcome);
  AddConnectOptions(*command, *options);
  command->add_option("--format", options->format, "json or text")
      ->check(CLI::IsMember({"json", "text"}));
  return command;
}

}  // namespace

void AddRetentionCommands(CLI::App& app, CommandOutcome& outcome) {
  const auto options = std::make_shared<RetentionOptions>();
  CLI::App* retention = app.add_subcommand("retention", "How long data are kept");
  retention->require_subcommand(1);
  CLI::App* sweep = AddRetentionAction(
      *retention,
      options,
      {"sweep", "Destroy what is due, and the data of withdrawn erasures, with their keys"},
      Sweep,
      outcome);
  sweep->add_flag("--dry-run", options->dry_run, "Only list what is due");
  CLI::App* schedule =
      AddRetentionAction(*retention,
                         options,
                         {"schedule", "Have a standing coordinator sweep by itself"},
                         SetSchedule,
                         outcome);
  schedule->add_option("--cron", options->cron, "Minute hour day month weekday: '0 3 * * *'");
  schedule->add_option("--time-zone", options->time_zone, "Such as Europe/Helsinki");
  schedule->add_flag("--off", options->off, "No more");
  CLI::App* hold =
      AddRetentionAction(*retention, options, {"hold", "Put a legal hold on data"}, Hold, outcome);
  hold->add_option("--reason", options->reason, "The claim's reference; no personal data")
      ->required();
  CLI::App* release =
      AddRetentionAction(*retention, options, {"release", "End a legal hold"}, Release, outcome);
  for (CLI::App* command : {hold, release}) {
    command->add_option("pipeline", options->pipeline, "The pipeline")->required();
    command->add_option("--dataset", options->dataset, "Only this dataset (default: all)");
  }
  AddRetentionAction(*retention, options, {"list", "List holds and settings"}, List, outcome);
  CLI::App* set = AddRetentionAction(*retention,
                                     options,
                                     {"set", "Declare how long copies of custody are kept"},
                                     SetCopies,
                                     outcome);
  set->add_option("--custody-copies", options->custody_copies, "As 30d; 0 = none are made")
      ->required();
}

}  // namespace signet::coordinator
