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

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/live_tree.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/run_report.h"
#include "coordinator/cli/run_report_page.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/disclosure/segment_counts.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

// A signal handler may only set a flag.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t interrupted = 0;

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
  std::string report;
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

/// The run that this command is about: one that a process which died left behind, if it is of the
/// same plan; else a new one, after those left behind have ended.
Result<RunId> Begin(EmbeddedRunner& runner, PreparedRun prepared) {
  const std::string digest = prepared.planned.plan.Digest();
  for (const RunId& left : runner.left()) {
    const Result<std::string> its = runner.host().PlanDigestOf(left);
    if (!its.ok() || *its != digest) continue;
    PrintNote("resuming run " + left.text() + ", whose process ended before it had\n");
    return left;
  }
  if (!runner.left().empty()) {
    PrintNote("finishing first what a process that ended has left: " +
              std::to_string(runner.left().size()) + " run(s)\n");
    TRY(runner.FollowAll([] { return interrupted != 0; }));
    if (interrupted != 0) return Cancelled("interrupted");
  }
  return runner.host().Submit(std::move(prepared));
}

Result<Finished> RunPrepared(StateFolder& state,
                             LedgerBook& ledger,
                             PreparedRun prepared,
                             int workers) {
  EmbeddedOptions embedded;
  embedded.workers = workers;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, ledger, embedded));
  ASSIGN_OR_RETURN(const RunId run, Begin(*runner, std::move(prepared)));
  LiveTree tree(NotesGoToTerminal());
  const auto draw = [&tree, run](const RunView& view) {
    if (view.run == run) PrintNote(tree.Draw(view));
  };
  runner->host().Watch(draw);
  ASSIGN_OR_RETURN(RunView view, runner->Follow(run, [] { return interrupted != 0; }));
  runner->host().Watch({});
  draw(view);
  TRY(runner->host().DeliveryOf(run));
  TRY(state.audit().SignCheckpoint().status());
  ASSIGN_OR_RETURN(Json report, runner->host().Run(run.text()));
  return Finished{std::move(view), std::move(report)};
}

/// Leaves the page beside the state, or where --report says. A run does not fail for want of it.
void WriteReport(const RunOptions& options,
                 const Json& report,
                 const policies::PublicationRule& rule) {
  std::filesystem::path path = options.report;
  if (path.empty()) {
    path = std::filesystem::path(options.state) / "reports" / (report["run"].AsString() + ".html");
    const Status made = MakeFolders(path.parent_path());
    if (!made.ok()) return PrintNote("no report: " + made.message() + "\n");
  }
  const Status written = WriteFileAtomically(path, AsBytes(RunReportPage(report, rule)), 0600);
  PrintNote(written.ok() ? "report: " + path.string() + "\n"
                         : "no report: " + written.message() + "\n");
}

Status Run(const RunOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  RunRequest request;
  ASSIGN_OR_RETURN(request.params, ParamsOf(options));
  request.file = options.file;
  request.bundles = BundlesFolder();
  request.base = std::filesystem::current_path();
  request.owner = UserName();
  request.cause = "run";
  request.no_cache = options.no_cache;
  // A state marked as a test state publishes small groups and takes policies that ask for them.
  std::error_code ignored;
  const std::filesystem::path mark = std::filesystem::path(options.state) / "test-state";
  if (std::filesystem::exists(mark, ignored)) request.min_group = 1;
  // Everything that can be refused without a state is refused before one is made.
  ASSIGN_OR_RETURN(PreparedRun prepared, PrepareRun(request, clock.Now()));
  WarnAboutSwap();
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenState(options.state, clock, entropy));
  LedgerBook ledger(*state);
  TRY(ledger.LoadVersion());
  const policies::PublicationRule rule = prepared.planned.policy.publication();
  const std::string policy_digest = prepared.planned.policy.digest();
  ASSIGN_OR_RETURN(const Finished finished,
                   RunPrepared(*state, ledger, std::move(prepared), options.workers));
  DisclosureBook book(*state);
  TRY(book.Load());
  const TellingNote note{"run-report",
                         finished.report["pipeline"].AsString(),
                         "",
                         "readers of run reports",
                         policy_digest};
  ASSIGN_OR_RETURN(const Json shown, TellRunReport(book, finished.report, rule, note));
  TRY(state->audit().SignCheckpoint().status());
  WriteReport(options, shown, rule);
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
  run->add_option(
      "--report", options->report, "The report's HTML file; else STATE/reports/RUN.html");
  run->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  run->add_flag("--no-cache", options->no_cache, "Compute everything again");
  run->callback([options, &outcome] {
    (void)std::signal(SIGINT, OnSignal);
    (void)std::signal(SIGTERM, OnSignal);
    const Status status = Run(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
