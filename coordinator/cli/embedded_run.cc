#include "coordinator/cli/embedded_run.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "coordinator/cli/paths.h"
#include "crypto/base/log.h"
#include "workers/transport/curve.h"

namespace signet::coordinator {

Result<std::unique_ptr<EmbeddedRunner>> EmbeddedRunner::Start(StateFolder& state, int workers) {
  std::unique_ptr<EmbeddedRunner> runner(new EmbeddedRunner(state));
  ASSIGN_OR_RETURN(const workers::CurveKeyPair identity, workers::CurveKeyPair::Generate());
  CoordinatorOptions options;
  options.expect_enrolment = true;
  options.seed = state.entropy().RandomU64();
  ASSIGN_OR_RETURN(
      runner->coordinator_,
      Coordinator::Open(options, identity, state.store(), state.clock(), state.entropy()));
  for (const RunId& run : runner->coordinator_->UnfinishedRuns()) {
    Log(LogLevel::kWarning, "run left unfinished is cancelled", Json::Of({{"run", run.text()}}));
    runner->coordinator_->Cancel(run, "its signet process ended");
  }
  EmbeddedClusterOptions cluster;
  cluster.worker_program = ProgramFolder() / "signet-worker";
  cluster.workers = workers;
  ASSIGN_OR_RETURN(runner->cluster_,
                   EmbeddedCluster::Start(cluster, *runner->coordinator_, state.clock()));
  EmbeddedCluster* watched = runner->cluster_.get();
  runner->coordinator_->EachTurn([watched] { watched->Watch(); });
  return runner;
}

EmbeddedRunner::~EmbeddedRunner() {
  if (cluster_ == nullptr) return;
  coordinator_->Observe([](const RunView&) {});
  coordinator_->EachTurn([] {});
  const Status stopped = cluster_->Stop();
  if (!stopped.ok())
    Log(LogLevel::kWarning, "workers not stopped", Json::Of({{"why", stopped.ToString()}}));
}

Result<RunView> EmbeddedRunner::Run(const RunSpec& spec,
                                    RunBinder& binder,
                                    const std::function<void(const RunView&)>& observer,
                                    const std::function<bool()>& interrupted) {
  // Runs of an ended process are cancelled in this loop too; they are not what is watched.
  coordinator_->Observe([&observer, &spec](const RunView& view) {
    if (view.run == spec.id) observer(view);
  });
  ASSIGN_OR_RETURN(const RunId run, coordinator_->Submit(spec, binder));
  bool cancelled = false;
  const auto stop = [&] {
    if (!cancelled && interrupted()) {
      cancelled = true;
      coordinator_->Cancel(run, "interrupted");
    }
    const Result<RunView> view = coordinator_->View(run);
    return !view.ok() || IsTerminal(view->state);
  };
  TRY(coordinator_->Serve(stop));
  coordinator_->Observe([](const RunView&) {});
  return coordinator_->View(run);
}

RunId NewRunId(StateFolder& state) {
  std::string text = TimestampText(state.clock().Now()).substr(0, 19);
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }),
             text.end());
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const Uuid random = state.entropy().RandomUuid();
  return RunId(text + "-" + ToHex(ByteView(random).first(3)));
}

}  // namespace signet::coordinator
