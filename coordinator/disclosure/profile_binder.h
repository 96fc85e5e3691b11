/// ProfileBinder: one task that counts in one resting dataset, for people who may see no rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/logged_binder.h"
#include "coordinator/binding/state_folder.h"
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
class ProfileBinder final : public LoggedBinder {
 public:
  /// `state` must outlive the run.
  ProfileBinder(StateFolder& state, ProfileTask task, RunId run);

  [[nodiscard]] RunSpec Spec() const;

  /// What the worker's gate let through; null until the task succeeded.
  [[nodiscard]] const Json* statistics() const { return statistics_.get(); }

 private:
  Result<pipelines::TaskAssignment> Bind(const TaskRef& task) override;
  Status Take(const TaskRef& task,
              const pipelines::TaskResult& result,
              crypto::WriteBatch& batch) override;
  Status AddViews(pipelines::TaskInput& input, pipelines::TaskLease& lease);

  ProfileTask task_;
  std::unique_ptr<Json> statistics_;
};

}  // namespace signet::coordinator
