// `signet run`: a pipeline from files to published snapshots, in an embedded cluster.

#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/plan_binder.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/live_tree.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/run_report.h"
#include "coordinator/cli/state_access.h"
#include "crypto/base/text.h"
#include "pipelines/plan/planner.h"

namespace signet::coordinator {
namespace {

// A signal handler may only set a flag.
volatile std::sig_atomic_t interrupted =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void OnSignal(int /*signal*/) {
  interrupted = 1;
}

struct RunOptions {
  std::string file;
  std::vector<std::string> params;
  int workers = 2;
  std::string state = "./.signet";
  std::string as_of;
  std::string format = "text";
  bool no_cache = false;
};

Result<std::map<std::string, std::string>> ParamsOf(const RunOptions& options) {
  ASSIGN_OR_RETURN(auto params, ParseParams(options.params));
  if (!options.as_of.empty()) params["as_of"] = options.as_of;
  return params;
}

struct Finished {
  RunView view;
  Json report;
};

Result<Finished> RunPlanned(StateFolder& state,
                            LedgerBook& ledger,
                            const pipelines::Planned& planned,
                            int workers) {
  PlanBinder binder(state, ledger, planned.plan, planned.policy, NewRunId(state));
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, workers));
  LiveTree tree(NotesGoToTerminal());
  const auto draw = [&tree](const RunView& view) { PrintNote(tree.Draw(view)); };
  ASSIGN_OR_RETURN(RunView view,
                   runner->Run(binder.Spec(), binder, draw, [] { return interrupted != 0; }));
  draw(view);
  TRY(binder.delivery());
  TRY(state.audit().SignCheckpoint().status());
  Json report = RunReport(view, binder);
  return Finished{std::move(view), std::move(report)};
}

Status Run(const RunOptions& options) {
  ASSIGN_OR_RETURN(const auto params, ParamsOf(options));
  SystemClock clock;
  SystemEntropy entropy;
  pipelines::PlanRequest request;
  request.file = options.file;
  request.params = params;
  request.now = clock.Now();
  request.bundles = BundlesFolder();
  request.base = std::filesystem::current_path();
  // Everything that can be refused without a state is refused before one is made.
  ASSIGN_OR_RETURN(pipelines::Planned planned, pipelines::MakePlan(request));
  WarnAboutSwap();
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenState(options.state, clock, entropy));
  if (state->is_test_state()) {
    request.min_group_for_tests = 1;
    ASSIGN_OR_RETURN(planned, pipelines::MakePlan(request));
  }
  TRY(state->FixPartitions(planned.plan.partitions));
  LedgerBook ledger(*state);
  TRY(ledger.LoadVersion());
  TRY(Publisher(*state).Deliver());
  ASSIGN_OR_RETURN(const Finished finished, RunPlanned(*state, ledger, planned, options.workers));
  TRY(DatasetRegistry(*state).CollectGarbage());
  if (options.format == "json") {
    PrintJson(finished.report);
  } else {
    PrintData(RunReportText(finished.report));
  }
  if (finished.view.state == RunState::kSucceeded) return OkStatus();
  if (finished.view.state == RunState::kCancelled) return Cancelled("the run was cancelled");
  const Status failure = finished.view.failure;
  return failure.ok() ? Internal("the run failed without a reason") : failure;
}

}  // namespace

void AddRunCommand(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run =
      app.add_subcommand("run", "Run a pipeline in an embedded cluster on this machine");
  run->add_option("pipeline", options->file, "The pipeline's YAML")->required();
  run->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  run->add_option("--workers", options->workers, "Worker processes")->check(CLI::Range(1, 256));
  run->add_option("--state", options->state, "Folder of keys, log, ledger and artifacts");
  run->add_option("--as-of", options->as_of, "Point in time of the run: YYYY-MM-DD");
  run->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  run->add_flag(
      "--no-cache", options->no_cache, "Compute everything again (nothing is cached yet)");
  run->callback([options, &outcome] {
    std::signal(SIGINT, OnSignal);
    std::signal(SIGTERM, OnSignal);
    const Status status = Run(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
