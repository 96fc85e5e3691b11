/// EmbeddedRunner: a coordinator in this process, with its runs and, if wanted, workers beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/dispatch/embedded_cluster.h"
#include "coordinator/requests/run_host.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "workers/transport/curve.h"

namespace signet::coordinator {

/// What becomes of runs whose process died.
enum class LeftRuns {
  kTakeUp,  ///< they go on beside what this process does
  kFinish,  ///< they go on, and Start returns when they have ended
};

struct EmbeddedOptions {
  int workers = 2;  ///< processes on this machine; 0 = only workers that join from elsewhere
  LeftRuns left = LeftRuns::kTakeUp;
  std::string listen = "tcp://127.0.0.1:*";
  std::vector<workers::CurvePublicKey> allowed;  ///< workers that join from elsewhere
  bool lasting_identity = false;  ///< the CURVE key is that of the state, else a fresh one
};

/// A coordinator over CURVE, its RunHost, and N worker processes. Belongs to one thread.
class EmbeddedRunner {
 public:
  static Result<std::unique_ptr<EmbeddedRunner>> Start(StateFolder& state,
                                                       LedgerBook& ledger,
                                                       const EmbeddedOptions& options);
  ~EmbeddedRunner();
  EmbeddedRunner(const EmbeddedRunner&) = delete;
  EmbeddedRunner& operator=(const EmbeddedRunner&) = delete;

  [[nodiscard]] Coordinator& coordinator() { return *coordinator_; }
  [[nodiscard]] RunHost& host() { return *host_; }
  /// Runs that were taken up and had not ended.
  [[nodiscard]] const std::vector<RunId>& left() const { return left_; }

  /// Turns until the run has ended, or cancels it when `interrupted()`; its last view.
  Result<RunView> Follow(const RunId& run, const std::function<bool()>& interrupted);
  /// Turns until every run has ended or `interrupted()`.
  Status FollowAll(const std::function<bool()>& interrupted);
  /// Runs something that is no pipeline (rights), to its end.
  Result<RunView> Run(const RunSpec& spec, RunBinder& binder);

 private:
  explicit EmbeddedRunner(StateFolder& state) : state_(state) {}

  StateFolder& state_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<RunHost> host_;
  std::unique_ptr<EmbeddedCluster> cluster_;
  std::vector<RunId> left_;
};

/// The state's own CURVE key (STATE/coordinator.key, mode 0600), made at first use: workers on
/// other machines know the coordinator by it.
Result<workers::CurveKeyPair> StateIdentity(StateFolder& state);

}  // namespace signet::coordinator
