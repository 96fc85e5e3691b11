/// LoggedBinder: what all runs that are no pipelines (rights, re-keys, re-identification, profiles)
/// have in common.
#pragma once

#include <string>

#include "coordinator/binding/lease_log.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Each lease, denial and release is in the log, with the write that it is about. Such runs have no
/// local steps. Belongs to one thread; `state` must outlive it.
class LoggedBinder : public RunBinder {
 public:
  Result<Bytes> BindTask(const TaskRef& task) final;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) final;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) final;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) final;
  void LeaseSent(const TaskRef& task, const WorkerId& worker) final;
  void AttemptEnded(const AttemptEnd& end) final;
  bool BeforeWrite(crypto::WriteBatch& batch) final;
  void BatchWritten(bool durable) override;

 protected:
  /// `why`: see LeaseLog.
  LoggedBinder(StateFolder& state, RunId run, std::string why);

  /// The task with its keys.
  virtual Result<pipelines::TaskAssignment> Bind(const TaskRef& task) = 0;
  /// Keeps a result: see RunBinder::CommitTask.
  virtual Status Take(const TaskRef& task,
                      const pipelines::TaskResult& result,
                      crypto::WriteBatch& batch) = 0;

  [[nodiscard]] StateFolder& state() { return state_; }
  [[nodiscard]] const RunId& run() const { return run_; }

 private:
  StateFolder& state_;
  RunId run_;
  LeaseLog log_;
};

}  // namespace signet::coordinator
