/// Worker processes of `signet run` and `signet dev`: spawned, watched, replaced, stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

struct EmbeddedClusterOptions {
  std::filesystem::path worker_program;  ///< bin/signet-worker
  int workers = 2;                       ///< 1 ... 256
  int slots = 1;                         ///< tasks at a time in each worker
  int restarts_max = 20;                 ///< all workers together; then a lost worker stays lost
  uint64_t task_memory_bytes_max = 0;    ///< RLIMIT_DATA of each task's child; 0 = none
};

/// Spawns `options.workers` processes that join `coordinator`. Each gets a fresh CURVE key pair:
/// the public key is enrolled, the secret goes through an inherited pipe. Workers die with the
/// thread that spawned them (PDEATHSIG). Belongs to the coordinator's thread.
class EmbeddedCluster {
 public:
  /// kNotFound when the program is missing, kUnavailable when it cannot be started. References must
  /// outlive the cluster.
  static Result<std::unique_ptr<EmbeddedCluster>> Start(EmbeddedClusterOptions options,
                                                        Coordinator& coordinator,
                                                        Clock& clock);
  virtual ~EmbeddedCluster() = default;  // kills what Stop left

  /// Reaps ended workers and starts replacements with new keys. Call it from Coordinator::EachTurn.
  virtual void Watch() = 0;
  /// Drains, then SIGTERM, then SIGKILL after `patience_ms`; turns the coordinator meanwhile.
  virtual Status Stop(int64_t patience_ms = 3'000) = 0;
  /// Process ids of the running workers.
  [[nodiscard]] virtual std::vector<pid_t> processes() const = 0;
  /// How many replacements were started.
  [[nodiscard]] virtual int restarts() const = 0;
};

}  // namespace signet::coordinator
