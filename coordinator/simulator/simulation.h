/// The simulator: the real scheduler, journal, dispatcher, protocol and agents on a simulated
/// clock, network and store, with faults drawn from a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

struct SimulationOptions {
  /// A deliberate defect in the coordinator that the checkers are expected to find.
  Mutation mutation = Mutation::kNone;
  /// Another: results are committed although somebody they name withdrew meanwhile.
  bool forget_consent = false;
};

/// What happened in one simulation; for people.
struct SimulationReport {
  uint64_t seed = 0;
  int runs = 0;
  int succeeded = 0;
  uint64_t tasks_committed = 0;
  uint64_t leases = 0;
  uint64_t second_attempts = 0;
  uint64_t frames = 0;
  uint64_t frames_lost = 0;
  int64_t due = 0;          ///< moments of a schedule that were run or reported
  int consent_changes = 0;  ///< withdrawals and consents, while tasks ran
  int cancels = 0;
  int worker_crashes = 0;
  int coordinator_crashes = 0;
  int64_t simulated_ms = 0;
};

/// Random DAGs run under random faults for about 20 simulated seconds (messages lost, doubled,
/// reordered, delayed, partitions also one-way; workers that crash, hang, pause past their lease;
/// a coordinator that crashes anywhere, also between write and acknowledgement; failed writes; a
/// binder whose keys are unavailable), then without faults until all runs have ended.
///
/// Fails with kInternal and "seed N: ..." when a promise is broken:
/// P1 an accepted run is there after every restart and ends; P2 each task's result is committed at
/// most once, and exactly once if its step succeeded; P3 what is terminal never changes, and a run
/// succeeds only if each required task did; P4 pools and slots are neither exceeded nor leaked;
/// P5 each moment of a schedule is run or reported, once, whatever the wall clock does; P6 a cancel
/// ends its run in time, whatever its workers do; P7 a run's end and what its binder wrote of it
/// are one; P9 peers that send fields and messages of the next version do no harm; nothing is
/// committed that names somebody who had withdrawn by then; nothing acknowledged is forgotten; no
/// fence names two attempts; recovery equals what was. (P8 and P10 need processes and data:
/// e2e/bad_input, e2e/soak.)
///
/// Deterministic: (seed, options, commit) gives the same course.
Result<SimulationReport> RunSimulation(uint64_t seed, const SimulationOptions& options = {});

/// Runs seeds first ... first+count-1; stops at the first failure. `each` (may be null) hears of
/// each.
Status RunSimulations(uint64_t first,
                      int count,
                      const SimulationOptions& options,
                      const std::function<void(const SimulationReport&)>& each);

}  // namespace signet::coordinator
