/// PlanBinder: what a run's tasks mean, for the coordinator: keys, inputs, ledger, publication.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/publication.h"
#include "coordinator/binding/run_keys.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "pipelines/plan/plan.h"
#include "pipelines/record/task.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// One run of one plan. The coordinator's thread calls it; the references must outlive the run.
class PlanBinder final : public RunBinder {
 public:
  PlanBinder(StateFolder& state,
             LedgerBook& ledger,
             const pipelines::Plan& plan,
             const policies::Policy& policy,
             RunId run);

  /// The plan as the scheduler sees it.
  [[nodiscard]] RunSpec Spec() const;

  Status RunAccepted(const RunId& run, crypto::WriteBatch& batch) override;
  Result<Bytes> BindTask(const TaskRef& task) override;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) override;
  int64_t RowsOf(const TaskRef& task, ByteView result) override;
  void BatchWritten(bool durable) override;

  /// Aggregates by step, one per task.
  [[nodiscard]] const std::map<std::string, std::vector<Json>>& figures() const { return figures_; }
  [[nodiscard]] const std::vector<pipelines::SnapshotManifest>& snapshots() const {
    return snapshots_;
  }
  /// The first failure of delivering a snapshot; ok when none.
  [[nodiscard]] const Status& delivery() const { return delivery_; }

 private:
  using ViewKey = std::tuple<std::string, policies::Relation, int, uint64_t>;

  Status MakeKeys(crypto::WriteBatch& batch);
  Result<DekId> CellDek(crypto::WriteBatch& batch);
  Status BindInput(const pipelines::PlannedStep& step,
                   const pipelines::PlannedInput& planned,
                   const TaskRef& task,
                   pipelines::TaskAssignment& out);
  Result<std::vector<pipelines::Piece>> PiecesOf(const pipelines::PlannedInput& input,
                                                 const pipelines::PlannedStep& step,
                                                 int task);
  Status LeaseInput(const pipelines::TaskInput& input, pipelines::TaskLease& lease);
  Status BindOutputs(const pipelines::PlannedStep& step,
                     const TaskRef& task,
                     pipelines::TaskAssignment& out);
  Status BindKeys(const pipelines::PlannedStep& step,
                  const TaskRef& task,
                  pipelines::TaskAssignment& out);
  Status BindSuppression(pipelines::TaskAssignment& out);
  Result<pipelines::ConsentView> ViewFor(const std::string& purpose,
                                         policies::Relation relation,
                                         int partition);
  [[nodiscard]] policies::Relation RelationOf(const pipelines::PlannedStep& step, int task) const;
  Status CommitState(const pipelines::PlannedStep& step,
                     const pipelines::TaskResult& result,
                     crypto::WriteBatch& batch);
  Status CommitPublication(const pipelines::PlannedStep& step,
                           const TaskRef& task,
                           const pipelines::TaskResult& result,
                           crypto::WriteBatch& batch);
  Status CommitLedger(int partition, crypto::WriteBatch& batch);
  Status FinishDatasets(bool succeeded, crypto::WriteBatch& batch);
  Status Audit(const std::string& type, Json facts, crypto::WriteBatch& batch);

  StateFolder& state_;
  LedgerBook& ledger_;
  const pipelines::Plan& plan_;
  const policies::Policy& policy_;
  RunId run_;
  std::string plan_digest_;
  RunKeys keys_;
  DatasetRegistry registry_;
  Publisher publisher_;
  DekId cell_dek_;
  std::map<std::string, std::map<int, std::vector<pipelines::Piece>>> pieces_;  // dataset -> task
  std::map<std::string, std::vector<pipelines::Piece>> state_pieces_;  // "@identity", "@keyring"
  std::map<int, std::vector<pipelines::FactDelta>> facts_;             // by partition
  std::map<int, std::vector<std::pair<std::string, std::string>>>
      fact_origins_;  // dataset, producer
  std::map<ViewKey, pipelines::ConsentView> views_;
  std::map<std::string, std::vector<Json>> figures_;
  std::vector<pipelines::SnapshotManifest> snapshots_;
  std::vector<Json> lease_notes_;  // leases granted since the last commit, for the log
  bool audited_ = false;           // entries wait for BatchWritten
  Status delivery_;
};

}  // namespace signet::coordinator
