/// ProfileBinder: one task that counts in one resting dataset, for people who may see no rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/lease_log.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// What is counted: the columns, the subjects, the gate.
struct ProfileTask {
  LiveDataset dataset;
  std::vector<std::string> columns;             ///< the subject first; others are absent
  std::string purpose;                          ///< for which the keys are leased
  std::vector<std::vector<SubjectId>> allowed;  ///< by partition, sorted; others are absent
  Json options;                                 ///< of the operator `profile`
  std::string why;                              ///< for the log: what the keys are leased for
};

/// Leases the streams of the columns and a view of the subjects, sealed under a key of this task
/// alone; the leases are in the log.
class ProfileBinder final : public RunBinder {
 public:
  /// `state` must outlive the run.
  ProfileBinder(StateFolder& state, ProfileTask task, RunId run);

  [[nodiscard]] RunSpec Spec() const;
  Result<Bytes> BindTask(const TaskRef& task) override;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) override;
  void LeaseSent(const TaskRef& task, const WorkerId& worker) override;
  void AttemptEnded(const AttemptEnd& end) override;
  bool BeforeWrite(crypto::WriteBatch& batch) override;
  void BatchWritten(bool durable) override;

  /// What the worker's gate let through; null until the task succeeded.
  [[nodiscard]] const Json* statistics() const { return statistics_.get(); }

 private:
  Result<Bytes> Bind(const TaskRef& task);
  Status AddViews(pipelines::TaskInput& input, pipelines::TaskLease& lease);

  StateFolder& state_;
  ProfileTask task_;
  RunId run_;
  LeaseLog log_;
  std::unique_ptr<Json> statistics_;
};

}  // namespace signet::coordinator
