/// RunBinder: what the coordinator asks of whoever knows what a run's tasks mean.
#pragma once

#include <cstdint>
#include <optional>

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::crypto {
class WriteBatch;
}  // namespace signet::crypto

namespace signet::coordinator {

/// An attempt that is over without a result.
struct AttemptEnd {
  TaskRef task;
  Status why;
  bool reported = false;  ///< its worker says so; else it fell silent, hung or was too late
  bool final = false;     ///< the task failed for good
};

/// Implemented by coordinator/binding. All calls come from the coordinator's loop thread, one at a
/// time. What is put in a `batch` is durable together with the scheduler's own state change, or not
/// at all.
class RunBinder {
 public:
  virtual ~RunBinder() = default;

  /// Called within Submit, in the batch that accepts the run. A failure refuses the run.
  virtual Status RunAccepted(const RunId& /*run*/, crypto::WriteBatch& /*batch*/) {
    return OkStatus();
  }

  /// The task's payload, including its keys, made just before it is sent: never journalled, never
  /// logged, wiped after sending. A failure (kDenied, ...) is the attempt's failure. Called again
  /// for every attempt.
  virtual Result<Bytes> BindTask(const TaskRef& task) = 0;

  /// The payload that BindTask made goes to `worker` after the next write.
  virtual void LeaseSent(const TaskRef& /*task*/, const WorkerId& /*worker*/) {}
  /// Also of a task that never had an attempt (fence 0): nobody took it in time.
  virtual void AttemptEnded(const AttemptEnd& /*end*/) {}
  virtual void RunCancelled(const RunId& /*run*/, const Status& /*why*/) {}
  /// Right before each write while the run lasts: the last moment to add to it. Returns whether it
  /// did.
  virtual bool BeforeWrite(crypto::WriteBatch& /*batch*/) { return false; }

  /// Makes a finished task's result visible. Called in the same batch as its state change, and only
  /// for the attempt that holds the fence: exactly once per task, as long as batches get written
  /// (a batch that is not written leaves nothing behind, and the process stops). On failure the
  /// puts made in `batch` by this call are discarded and the task fails with that status.
  virtual Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) = 0;

  /// The result that the task would have, if it is known (StepSpec::cached): it is committed with
  /// CommitTask, without an attempt. Called again after a restart and before each retry.
  virtual Result<std::optional<Bytes>> LookUp(const TaskRef& /*task*/) {
    return std::optional<Bytes>();
  }

  /// Performs a task of a `local` step. Runs on the loop thread: keep it short (no rows). Same
  /// batch rules as CommitTask.
  virtual Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) = 0;

  /// The run reached `state` (terminal); called once, in the batch that records it.
  virtual void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) = 0;

  /// Rows that a result reports, for StepView::rows.
  virtual int64_t RowsOf(const TaskRef& /*task*/, ByteView /*result*/) { return 0; }

  /// After each store write that held puts of this binder: whether it is durable. After `false` the
  /// coordinator stops (Serve returns the store's status): use it to let AuditLog and the like
  /// know.
  virtual void BatchWritten(bool /*durable*/) {}
};

/// What signet-worker answers without starting a child: for benches and tests of the scheduling.
inline constexpr char kNoOpPayload[] = "signet:noop";

}  // namespace signet::coordinator
