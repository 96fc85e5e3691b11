// `signet retention ...`: what is due is destroyed, unless a legal hold keeps it.

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/rights_session.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/requests/erasure_sweep.h"
#include "coordinator/requests/legal_holds.h"
#include "coordinator/requests/retention_desk.h"
#include "pipelines/record/option_doc.h"

namespace signet::coordinator {
namespace {

struct RetentionOptions {
  std::string state = "./.signet";
  std::string pipeline;
  std::string dataset;
  std::string reason;
  std::string custody_copies;
  std::string format = "json";
  bool dry_run = false;
};

Status Sweep(const RetentionOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  RetentionDesk desk(session->state(), session->policy());
  if (options.dry_run) {
    ASSIGN_OR_RETURN(const RetentionDue due, desk.Due());
    PrintFacts(due.ToJson(), options.format);
    return OkStatus();
  }
  // Erasures first: what they rewrite is not made again for what is destroyed next. A hold stops
  // them, not the rest.
  const Result<Json> erasures = session->desk().SweepErasures();
  if (!erasures.ok() && erasures.status().code() != StatusCode::kDenied) return erasures.status();
  ASSIGN_OR_RETURN(Json swept, desk.Sweep());
  swept.Set("erasures_destroyed", erasures.ok() ? (*erasures)["destroyed"] : Json(0));
  if (!erasures.ok()) swept.Set("erasures_held", erasures.status().message());
  TRY(session->Finish());
  PrintFacts(swept, options.format);
  return OkStatus();
}

Status Hold(const RetentionOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  LegalHold hold;
  hold.pipeline = options.pipeline;
  hold.dataset = options.dataset;
  hold.reason = options.reason;
  hold.actor = UserName();
  TRY(LegalHolds(*state).Set(hold));
  PrintFacts(hold.ToJson(), options.format);
  return OkStatus();
}

Status Release(const RetentionOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  TRY(LegalHolds(*state).Release(options.pipeline, options.dataset, UserName()));
  PrintFacts(Json::Of({{"released", options.pipeline + "/" + options.dataset}}), options.format);
  return OkStatus();
}

Status List(const RetentionOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  ASSIGN_OR_RETURN(const std::vector<LegalHold> holds, LegalHolds(*state).All());
  Json list{Json::Array()};
  for (const LegalHold& hold : holds) {
    Json json = hold.ToJson();
    json.Set("since", TimestampText(hold.since));
    list.Push(std::move(json));
  }
  ASSIGN_OR_RETURN(const int64_t copies, CustodyCopiesSeconds(*state));
  PrintFacts(Json::Of({{"holds", list}, {"custody_copies_s", copies}}), options.format);
  return OkStatus();
}

Status SetCopies(const RetentionOptions& options) {
  ASSIGN_OR_RETURN(const int64_t seconds, pipelines::DurationSeconds(options.custody_copies));
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  TRY(SetCustodyCopiesSeconds(*state, seconds));
  PrintFacts(Json::Of({{"custody_copies_s", seconds}}), options.format);
  return OkStatus();
}

CLI::App* AddRetentionAction(CLI::App& parent,
                             const std::shared_ptr<RetentionOptions>& options,
                             std::pair<const char*, const char*> name_and_help,
                             Status (*action)(const RetentionOptions&),
                             CommandOutcome& outcome) {
  CLI::App* command = AddAction(parent, options, name_and_help, action, outcome);
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
