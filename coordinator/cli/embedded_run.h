/// EmbeddedRun: one run in a cluster of its own: a coordinator in this process, workers beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/dispatch/embedded_cluster.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// A coordinator on loopback with CURVE and N worker processes. Runs are executed one after
/// another.
class EmbeddedRunner {
 public:
  /// Starts the workers; runs left by a process that died are cancelled and told.
  static Result<std::unique_ptr<EmbeddedRunner>> Start(StateFolder& state, int workers);
  ~EmbeddedRunner();

  /// Runs to the end, or until `interrupted()`; then the run is cancelled. `observer` sees
  /// progress.
  Result<RunView> Run(const RunSpec& spec,
                      RunBinder& binder,
                      const std::function<void(const RunView&)>& observer,
                      const std::function<bool()>& interrupted);

 private:
  explicit EmbeddedRunner(StateFolder& state) : state_(state) {}

  StateFolder& state_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<EmbeddedCluster> cluster_;
};

/// "20261122t033831-5f2a": unique in a state, sorts by time.
RunId NewRunId(StateFolder& state);

}  // namespace signet::coordinator
