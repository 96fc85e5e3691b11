/// RevealBinder: the one task that finds the values behind a token, for Reidentify.
#pragma once

#include <memory>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/lease_log.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "coordinator/keys/reidentification.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Leases the streams with the subject and the one column, the keyring, the recipient's key and the
/// request's own key; nothing else.
class RevealBinder final : public RunBinder {
 public:
  /// The references must outlive the run.
  RevealBinder(StateFolder& state,
               RunId run,
               const ReidentifyRequest& request,
               const SecretBytes& reveal_key);

  [[nodiscard]] RunSpec Spec() const;
  Result<Bytes> BindTask(const TaskRef& task) override;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) override;
  void BatchWritten(bool durable) override { log_.BatchWritten(durable); }
  void LeaseSent(const TaskRef& task, const WorkerId& worker) override {
    log_.leases().Sent(task, worker);
  }
  void AttemptEnded(const AttemptEnd& end) override { log_.leases().Ended(end); }
  bool BeforeWrite(crypto::WriteBatch& batch) override { return log_.BeforeWrite(batch); }

  /// Null until the task succeeded.
  [[nodiscard]] const pipelines::TaskResult* result() const { return result_.get(); }

 private:
  /// Adds the dataset's columns as the input `name`, with the keys that they need.
  Status AddInput(const char* name,
                  const LiveDataset& dataset,
                  const std::vector<std::string>& columns,
                  pipelines::TaskAssignment& out);

  StateFolder& state_;
  RunId run_;
  const ReidentifyRequest& request_;
  const SecretBytes& reveal_key_;
  LeaseLog log_;
  std::unique_ptr<pipelines::TaskResult> result_;
};

}  // namespace signet::coordinator
