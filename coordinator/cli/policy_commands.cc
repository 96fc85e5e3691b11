// `signet policy check|explain|diff`: what the policies say, why, and what a change would do.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/disclosure_book.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/disclosure/policy_replay.h"
#include "coordinator/disclosure/profile_binder.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/clock.h"
#include "crypto/base/text.h"
#include "pipelines/plan/explain_column.h"
#include "policies/compile/compile.h"
#include "policies/compile/policy_diff.h"

namespace signet::coordinator {
namespace {

struct PolicyOptions {
  std::vector<std::string> names;
  std::string column;
  std::string pipeline;
  std::vector<std::string> params;
  std::string before;
  std::string after;
  std::string on;
  std::string state = "./.signet";
  int64_t days = 30;
  std::string recipient = "readers of reports";
  std::string format = "text";
};

Result<policies::Policy> Compile(const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const policies::PolicySources sources,
                   policies::FindPolicies(names, std::filesystem::current_path(), BundlesFolder()));
  return policies::CompilePolicies(sources);
}

void Show(const PolicyOptions& options, const Json& json, const std::string& text) {
  if (options.format == "json") {
    PrintJson(json);
  } else {
    PrintData(text);
  }
}

Status Check(const PolicyOptions& options) {
  ASSIGN_OR_RETURN(const policies::Policy policy, Compile(options.names));
  const Json json = Json::Of({{"purposes", Json::Strings(policy.PurposeNames())},
                              {"jurisdictions", Json::Strings(policy.JurisdictionNames())},
                              {"recipients", Json::Strings(policy.RecipientNames())},
                              {"digest", policy.digest()}});
  Show(options,
       json,
       "ok: " + std::to_string(policy.PurposeNames().size()) + " purposes, digest " +
           policy.digest() + "\n");
  return OkStatus();
}

Status Explain(const PolicyOptions& options) {
  SystemClock clock;
  pipelines::PlanRequest request;
  request.file = options.pipeline;
  ASSIGN_OR_RETURN(request.params, ParseParams(options.params));
  request.now = clock.Now();
  request.bundles = BundlesFolder();
  request.base = std::filesystem::current_path();
  request.find_files = false;
  ASSIGN_OR_RETURN(const Json json, pipelines::ExplainColumn(request, options.column));
  Show(options, json, pipelines::ExplanationText(json));
  return OkStatus();
}

Result<std::unique_ptr<EmbeddedRunner>> StartCounting(StateFolder& state, LedgerBook& ledger) {
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  return EmbeddedRunner::Start(state, ledger, embedded);
}

/// Counts in a worker: the coordinator opens no dataset.
CountMembers CounterOf(StateFolder& state, EmbeddedRunner& runner) {
  return [&state, &runner](const LiveDataset& dataset,
                           const std::string& purpose,
                           const SubjectsByPartition& subjects) -> Result<MemberCount> {
    ProfileTask task;
    task.dataset = dataset;
    task.columns = {std::string(pipelines::kSubjectColumn)};
    task.purpose = purpose;
    task.allowed = subjects;
    task.why = "a policy's effect on recorded runs";
    // Nothing but two numbers leaves the worker; what is told of them passes the gate here.
    task.options = Json::Of({{"quasi", Json(Json::Array())}, {"sensitive", ""}, {"min_group", 1}});
    ProfileBinder binder(state, std::move(task), NewRunId(state));
    ASSIGN_OR_RETURN(const RunView view, runner.Run(binder.Spec(), binder));
    if (view.state != RunState::kSucceeded || binder.statistics() == nullptr) {
      return view.failure.ok() ? Internal("the count failed without a reason") : view.failure;
    }
    const Json& statistics = *binder.statistics();
    return MemberCount{statistics["people"].AsInt(), statistics["rows"].AsInt()};
  };
}

Status Diff(const PolicyOptions& options) {
  ASSIGN_OR_RETURN(const policies::Policy before, Compile(Split(options.before, ',')));
  ASSIGN_OR_RETURN(const policies::Policy after, Compile(Split(options.after, ',')));
  Json json = policies::DiffPolicies(before, after);
  std::string text = policies::PolicyDiffText(json);
  if (options.on == "runs") {
    SystemClock clock;
    SystemEntropy entropy;
    ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                     OpenExistingState(options.state, clock, entropy));
    LedgerBook ledger(*state);
    TRY(ledger.LoadVersion());
    ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner, StartCounting(*state, ledger));
    DisclosureBook book(*state);
    TRY(book.Load());
    policies::PublicationRule rule = before.publication();
    rule.min_group = std::max(rule.min_group, after.publication().min_group);
    const TellingNote note{"policy-diff", "recorded runs", "", options.recipient, after.digest()};
    const ReplayQuestion question{options.days,
                                  CounterOf(*state, *runner),
                                  options.recipient,
                                  [&](const std::vector<policies::CountStatement>& statements) {
                                    return book.Tell(statements, rule, note);
                                  }};
    ASSIGN_OR_RETURN(Json replay, ReplayRuns(*state, ledger, before, after, question));
    text += ReplayText(replay);
    json.Set("runs", std::move(replay));
  }
  Show(options, json, text);
  return OkStatus();
}

int Finish(const Status& status) {
  if (!status.ok()) PrintError(status);
  return ExitCode(status.code());
}

void AddFormat(CLI::App* command, const std::shared_ptr<PolicyOptions>& options) {
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void AddPolicyCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<PolicyOptions>();
  CLI::App* policy = app.add_subcommand("policy", "Work with policies");
  policy->require_subcommand(1);

  CLI::App* check = policy->add_subcommand("check", "Compile policies and report every error");
  check->add_option("policies", options->names, "Bundle names or files")->required();
  AddFormat(check, options);
  check->callback([options, &outcome] { outcome.exit_code = Finish(Check(*options)); });

  CLI::App* explain = policy->add_subcommand(
      "explain", "Why a column may be used or not: rules, derivation, recipients");
  explain->footer("signet policy explain crm.email --pipeline loyalty.yaml -p data=demo");
  explain->add_option("column", options->column, "SOURCE.COLUMN or STEP.COLUMN")->required();
  explain->add_option("--pipeline", options->pipeline, "The pipeline's YAML")->required();
  explain->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  AddFormat(explain, options);
  explain->callback([options, &outcome] { outcome.exit_code = Finish(Explain(*options)); });

  CLI::App* diff = policy->add_subcommand(
      "diff", "What changes when one set of policies takes the place of another");
  diff->footer("signet policy diff gdpr,ccpa ./new-gdpr.yaml,ccpa --on runs --state .signet");
  diff->add_option("before", options->before, "Bundle names or files, with commas")->required();
  diff->add_option("after", options->after, "Bundle names or files, with commas")->required();
  diff->add_option("--on", options->on, "runs: replay recorded plans and the consent ledger")
      ->check(CLI::IsMember({"runs"}));
  diff->add_option("--state", options->state, "Folder whose runs are replayed");
  diff->add_option("--days", options->days, "Runs of the last so many days")
      ->check(CLI::Range(1, 3650));
  diff->add_option("--recipient", options->recipient, "Who is told, for the ledger of counts");
  AddFormat(diff, options);
  diff->callback([options, &outcome] { outcome.exit_code = Finish(Diff(*options)); });
}

}  // namespace signet::coordinator
