/// What can happen to the scheduler, and what it wants done.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// The time, handed in: deadlines use `monotonic_micros`, people see `wall`.
struct Now {
  int64_t monotonic_micros = 0;
  Timestamp wall;
};

/// What a worker says about one lease it holds.
struct LeaseBeat {
  uint64_t fence = 0;
  double progress = 0;  ///< 0 ... 1
  int64_t cpu_ms = 0;   ///< of the task's child so far
};

/// A run to accept; it must have passed CheckRunSpec and have a new id.
struct SubmitRun {
  RunSpec spec;
};
/// `run` now has someone who can bind its tasks (at submission, or again after a restart).
struct AttachRun {
  RunId run;
};
struct CancelRun {
  RunId run;
  Status reason;
};
/// A worker said hello. Leases of it that are neither running nor finished are lost.
struct WorkerJoined {
  WorkerId worker;
  uint64_t boot = 0;
  int slots = 0;
  std::vector<uint64_t> held;  ///< fences it runs, or finished and not yet acknowledged
  Needs offer;                 ///< its labels and resources
};
/// The worker began these attempts.
struct TasksStarted {
  WorkerId worker;
  std::vector<uint64_t> fences;
};
/// `who` agrees to a step that waits for approvals. Only after CheckApproval.
struct ApproveStep {
  RunId run;
  StepId step;
  std::string who;
};
/// The binder knows the task's result already; its effects are in the same batch. The task is the
/// one that NextLocal gave.
struct ResultKnown {
  TaskRef task;
  int64_t rows = 0;
};
/// It does not: the task waits for a worker.
struct ResultUnknown {
  TaskRef task;
};
struct WorkerBeat {
  WorkerId worker;
  std::vector<LeaseBeat> running;
  std::vector<uint64_t> finished;
};
struct WorkerSlots {
  WorkerId worker;
  int slots = 0;
};
struct WorkerDraining {
  WorkerId worker;
};
/// The worker is gone for sure (bye, expelled, connection refused).
struct WorkerGone {
  WorkerId worker;
  std::string reason;
};
/// The attempt's result was accepted by the binder. Only for a fence that Holds.
struct TaskSucceeded {
  uint64_t fence = 0;
  int64_t rows = 0;
};
/// The attempt failed. Only for a fence that Holds.
struct TaskFailed {
  uint64_t fence = 0;
  Status failure;
};
/// A local task ended (`status`); it must be the one NextLocal gave.
struct LocalFinished {
  TaskRef task;
  Status status;
  int64_t took_micros = 0;
};
/// Time passed: wakes what was delayed, grants leases, and, if `expire`, takes leases from who is
/// late. Without, when what the workers said meanwhile has not been taken in yet.
struct Tick {
  bool expire = true;
};

using Event = std::variant<SubmitRun,
                           AttachRun,
                           CancelRun,
                           WorkerJoined,
                           WorkerBeat,
                           WorkerSlots,
                           WorkerDraining,
                           WorkerGone,
                           TaskSucceeded,
                           TaskFailed,
                           LocalFinished,
                           TasksStarted,
                           ApproveStep,
                           ResultKnown,
                           ResultUnknown,
                           Tick>;

/// Send this task to this worker, once the records are durable.
struct GrantLease {
  TaskRef task;
  WorkerId worker;
  int64_t attempt_ms_max = 0;  ///< 0 = none
};
/// Tell the worker to kill what it runs under this fence.
struct RevokeLease {
  WorkerId worker;
  uint64_t fence = 0;
  std::string reason;
};
struct StepEnded {
  RunId run;
  StepId step;
  RunState state = RunState::kWaiting;
};
struct RunEnded {
  RunId run;
  RunState state = RunState::kWaiting;
};

using Command = std::variant<GrantLease, RevokeLease, StepEnded, RunEnded>;

/// What one Step decided: records to make durable, then commands to carry out.
struct Outcome {
  std::vector<Record> records;
  std::vector<Command> commands;
};

}  // namespace signet::coordinator
