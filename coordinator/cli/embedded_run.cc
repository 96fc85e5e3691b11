#include "coordinator/cli/embedded_run.h"

#include <string>
#include <utility>

#include "coordinator/cli/paths.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"

namespace signet::coordinator {

Result<workers::CurveKeyPair> StateIdentity(StateFolder& state) {
  const std::filesystem::path path = state.path() / "coordinator.key";
  Result<Bytes> stored = ReadFile(path);
  if (stored.ok()) {
    SecretBytes secret = SecretBytes::CopyOf(*stored);
    Wipe(stored->data(), stored->size());
    return workers::CurveKeyPair::FromSecret(std::move(secret));
  }
  if (stored.status().code() != StatusCode::kNotFound) return stored.status();
  ASSIGN_OR_RETURN(workers::CurveKeyPair made, workers::CurveKeyPair::Generate());
  TRY(WriteFileAtomically(path, made.secret_key.ExposeSecret()));
  return made;
}

Result<std::unique_ptr<EmbeddedRunner>> EmbeddedRunner::Start(StateFolder& state,
                                                              LedgerBook& ledger,
                                                              const EmbeddedOptions& options) {
  std::unique_ptr<EmbeddedRunner> runner(new EmbeddedRunner(state));
  ASSIGN_OR_RETURN(
      const workers::CurveKeyPair identity,
      options.lasting_identity ? StateIdentity(state) : workers::CurveKeyPair::Generate());
  CoordinatorOptions coordinator;
  coordinator.listen = options.listen;
  coordinator.allowed_workers = options.allowed;
  coordinator.expect_enrolment = true;
  coordinator.seed = state.entropy().RandomU64();
  ASSIGN_OR_RETURN(
      runner->coordinator_,
      Coordinator::Open(coordinator, identity, state.store(), state.clock(), state.entropy()));
  runner->host_ = std::make_unique<RunHost>(state, ledger, *runner->coordinator_);
  ASSIGN_OR_RETURN(runner->left_, runner->host_->ResumeAll());
  EmbeddedRunner* const raw = runner.get();
  runner->coordinator_->EachTurn([raw] {
    if (raw->cluster_ != nullptr) raw->cluster_->Watch();
    raw->host_->Turn();
  });
  if (options.workers > 0) {
    EmbeddedClusterOptions cluster;
    cluster.worker_program = ProgramFolder() / "signet-worker";
    cluster.workers = options.workers;
    ASSIGN_OR_RETURN(runner->cluster_,
                     EmbeddedCluster::Start(cluster, *runner->coordinator_, state.clock()));
  }
  if (options.left == LeftRuns::kFinish) TRY(runner->FollowAll([] { return false; }));
  return runner;
}

EmbeddedRunner::~EmbeddedRunner() {
  if (coordinator_ == nullptr || host_ == nullptr) return;
  host_->Watch({});
  coordinator_->EachTurn([this] { host_->Turn(); });
  if (cluster_ == nullptr) return;
  const Status stopped = cluster_->Stop();
  if (!stopped.ok()) {
    Log(LogLevel::kWarning, "workers not stopped", Json::Of({{"why", stopped.ToString()}}));
  }
}

Result<RunView> EmbeddedRunner::Follow(const RunId& run, const std::function<bool()>& interrupted) {
  bool cancelled = false;
  TRY(coordinator_->Serve([&] {
    if (!cancelled && interrupted()) {
      cancelled = true;
      coordinator_->Cancel(run, "interrupted");
    }
    const Result<RunView> view = coordinator_->View(run);
    return !view.ok() || IsTerminal(view->state);
  }));
  Result<RunView> view = coordinator_->View(run);
  host_->Turn();
  return view;
}

Status EmbeddedRunner::FollowAll(const std::function<bool()>& interrupted) {
  TRY(coordinator_->Serve([&] { return interrupted() || coordinator_->UnfinishedRuns().empty(); }));
  host_->Turn();
  return OkStatus();
}

Result<RunView> EmbeddedRunner::Run(const RunSpec& spec, RunBinder& binder) {
  ASSIGN_OR_RETURN(const RunId run, coordinator_->Submit(spec, binder));
  return Follow(run, [] { return false; });
}

}  // namespace signet::coordinator
