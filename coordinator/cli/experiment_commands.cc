// `signet experiments list|register`: decision rules before the start, read-outs after.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/experiment_book.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/model_text.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "pipelines/plan/planner.h"

namespace signet::coordinator {
namespace {

struct RuleOptions {
  std::string state = "./.signet";
  std::string format = "text";
  std::string file;
  std::vector<std::string> params;
  std::string why;
};

Result<pipelines::Planned> PlanOf(const RuleOptions& options, Timestamp now) {
  pipelines::PlanRequest request;
  request.file = options.file;
  ASSIGN_OR_RETURN(request.params, ParseParams(options.params));
  request.now = now;
  request.bundles = BundlesFolder();
  request.base = std::filesystem::current_path();
  request.find_files = false;
  return pipelines::MakePlan(request);
}

Result<Json> Listed(StateFolder& state) {
  ASSIGN_OR_RETURN(std::vector<Json> all, ExperimentBook(state).All());
  return Json(std::move(all));
}

Result<Json> List(StateFolder& state, const RuleOptions& /*options*/) {
  return Listed(state);
}

/// Rules that are in force already are left alone.
Result<Json> Register(StateFolder& state, const RuleOptions& options) {
  ASSIGN_OR_RETURN(const pipelines::Planned planned, PlanOf(options, state.clock().Now()));
  const pipelines::Plan& plan = planned.plan;
  ExperimentBook book(state);
  bool any = false;
  for (const pipelines::PlannedStep& step : plan.steps) {
    if (step.op != "experiment") continue;
    any = true;
    crypto::WriteBatch batch;
    ASSIGN_OR_RETURN(Json facts,
                     book.Register({plan.pipeline, step.id, step.options, plan.as_of}, batch));
    if (facts.is_null()) continue;
    crypto::AuditEvent event;
    event.type = "experiment.registered";
    event.actor = "cli:" + UserName();
    event.action = "register";
    event.policy = plan.policy_digest;
    event.facts = std::move(facts);
    event.why = options.why;
    TRY(state.audit().Record(event, std::move(batch)).status());
  }
  if (!any) {
    return Invalid("pipeline '" + plan.pipeline + "' has no step that uses experiment")
        .WithRemedy("add one with metrics and a primary; see 'signet schema reference'");
  }
  return Listed(state);
}

using Action = Result<Json> (*)(StateFolder&, const RuleOptions&);

Status Run(const RuleOptions& options, Action action) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   action == Register ? OpenState(options.state, clock, entropy)
                                      : OpenExistingState(options.state, clock, entropy));
  ASSIGN_OR_RETURN(const Json done, action(*state, options));
  if (options.format == "json") {
    PrintJson(done);
  } else {
    PrintData(ExperimentListText(done));
  }
  return OkStatus();
}

}  // namespace

void AddExperimentCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<RuleOptions>();
  CLI::App* experiments =
      app.add_subcommand("experiments", "Decision rules of experiments, and what they came to");
  experiments->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Action action) {
    CLI::App* command = experiments->add_subcommand(name, help);
    command->add_option("--state", options->state, "The state folder");
    command->add_option("--format", options->format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    command->callback([options, action, &outcome] {
      const Status status = Run(*options, action);
      if (!status.ok()) PrintError(status);
      outcome.exit_code = ExitCode(status.code());
    });
    return command;
  };
  add("list", "List rules with the moment of registration, and every read-out", List);
  CLI::App* rule =
      add("register",
          "Write the rules of a pipeline's experiments into the log, before they start",
          Register);
  rule->add_option("pipeline", options->file, "The pipeline's YAML")->required();
  rule->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  rule->add_option("--why", options->why, "The reason, for the log");
}

}  // namespace signet::coordinator
