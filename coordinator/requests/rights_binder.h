/// RightsBinder: short runs that act on one person's right: finding the person, rewriting datasets.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/logged_binder.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/secret.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// A further dataset that a task reads.
struct RightsInput {
  std::string view;
  LiveDataset dataset;
};

/// One task of such a run.
struct RightsStep {
  std::string id;
  std::string op;
  Json options;
  std::string view;             ///< the input's name
  LiveDataset dataset;          ///< what it reads, and with `rewrites` replaces
  std::vector<int> partitions;  ///< only their pieces (and those of none) are opened; empty: all
  bool rewrites = false;
  std::vector<RightsInput> also;                    ///< read only; of the same partitions
  std::map<std::string, const SecretBytes*> lends;  ///< further keys, by use; must outlive the run
};

/// Leases all columns of the pieces named, and new keys for what is rewritten.
class RightsBinder final : public LoggedBinder {
 public:
  RightsBinder(StateFolder& state,
               RunId run,
               std::vector<RightsStep> steps,
               std::string why = "a person's right: GDPR Art. 12 to 22; CCPA 1798.105 to 1798.121");

  /// All datasets are replaced in one write, with the last step's result; `along` adds to it. A run
  /// that does not finish has changed nothing. Before the run begins.
  void TakeTogether(std::function<Status(crypto::WriteBatch&)> along) { along_ = std::move(along); }

  [[nodiscard]] RunSpec Spec() const;
  void BatchWritten(bool durable) override;

  /// The result of a step that succeeded; null when there is none.
  [[nodiscard]] const pipelines::TaskResult* ResultOf(const std::string& step) const;

 private:
  Result<pipelines::TaskAssignment> Bind(const TaskRef& task) override;
  Status Take(const TaskRef& task,
              const pipelines::TaskResult& result,
              crypto::WriteBatch& batch) override;
  Status Replace(const RightsStep& step, crypto::WriteBatch& batch);
  Status ReplaceAll(crypto::WriteBatch& batch);
  [[nodiscard]] const RightsStep& Find(const std::string& id) const;
  [[nodiscard]] bool Opens(const RightsStep& step, const pipelines::Piece& piece) const;
  Status BindInput(const RightsStep& step,
                   const RightsInput& input,
                   pipelines::TaskAssignment& out);
  Status BindOutput(const RightsStep& step, pipelines::TaskAssignment& out);

  std::vector<RightsStep> steps_;
  DatasetRegistry registry_;
  std::map<std::string, crypto::WriteBatch> new_keys_;  // by step: of the attempt bound last
  std::map<std::string, pipelines::TaskResult> results_;
  std::function<Status(crypto::WriteBatch&)> along_;
};

}  // namespace signet::coordinator
