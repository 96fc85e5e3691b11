/// RevealBinder: the one task that finds the values behind a token, for Reidentify.
#pragma once

#include <memory>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/logged_binder.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/keys/reidentification.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Leases the streams with the subject and the one column, the keyring, the recipient's key and the
/// request's own key; nothing else.
class RevealBinder final : public LoggedBinder {
 public:
  /// The references must outlive the run.
  RevealBinder(StateFolder& state,
               RunId run,
               const ReidentifyRequest& request,
               const SecretBytes& reveal_key);

  [[nodiscard]] RunSpec Spec() const;

  /// Null until the task succeeded.
  [[nodiscard]] const pipelines::TaskResult* result() const { return result_.get(); }

 private:
  Result<pipelines::TaskAssignment> Bind(const TaskRef& task) override;
  Status Take(const TaskRef& task,
              const pipelines::TaskResult& result,
              crypto::WriteBatch& batch) override;
  /// Adds the dataset's columns as the input `name`, with the keys that they need.
  Status AddInput(const char* name,
                  const LiveDataset& dataset,
                  const std::vector<std::string>& columns,
                  pipelines::TaskAssignment& out);

  const ReidentifyRequest& request_;
  const SecretBytes& reveal_key_;
  std::unique_ptr<pipelines::TaskResult> result_;
};

}  // namespace signet::coordinator
