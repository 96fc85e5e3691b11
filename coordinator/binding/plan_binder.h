/// PlanBinder: what a run's tasks mean, for the coordinator: keys, inputs, ledger, publication.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/publication.h"
#include "coordinator/binding/result_cache.h"
#include "coordinator/binding/run_keys.h"
#include "coordinator/binding/run_memory.h"
#include "coordinator/binding/run_notes.h"
#include "coordinator/binding/seal_usage.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "pipelines/plan/plan.h"
#include "pipelines/record/task.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// Whose datasets remember what recipients were shown: "RECIPIENT@SNAPSHOT", kind snapshot. They
/// outlive runs; erasure and retention reach them like any dataset about persons.
inline constexpr char kShownOwner[] = "@shown";

/// Who owns what the newest failed runs of the pipeline had finished.
std::string KeptOwner(const std::string& pipeline);

/// One run of one plan. The coordinator's thread calls it; the references must outlive the run.
class PlanBinder final : public RunBinder {
 public:
  PlanBinder(StateFolder& state,
             LedgerBook& ledger,
             const pipelines::Plan& plan,
             const policies::Policy& policy,
             RunId run);

  /// Before Spec: computes these steps again, whatever the cache knows; all of them, if it says so.
  void Recompute(std::set<std::string> steps, bool all) {
    recompute_ = std::move(steps);
    recompute_all_ = all;
  }
  /// Before Spec: who asked for the run, and what for, as the log names them.
  void AskedBy(std::string who, std::string cause) {
    who_ = std::move(who);
    cause_ = std::move(cause);
  }
  /// The plan is a part of its pipeline's: other live datasets of the pipeline are left alone.
  void LeaveOthersAlone() { partial_ = true; }
  /// The plan as the scheduler sees it.
  [[nodiscard]] RunSpec Spec() const;

  /// In place of RunAccepted, after a restart: takes up what the run's finished tasks left.
  Status Resume();

  Status RunAccepted(const RunId& run, crypto::WriteBatch& batch) override;
  Result<Bytes> BindTask(const TaskRef& task) override;
  Result<std::optional<Bytes>> LookUp(const TaskRef& task) override;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) override;
  void LeaseSent(const TaskRef& task, const WorkerId& worker) override;
  void AttemptEnded(const AttemptEnd& end) override;
  void RunCancelled(const RunId& run, const Status& why) override;
  bool BeforeWrite(crypto::WriteBatch& batch) override;
  int64_t RowsOf(const TaskRef& task, ByteView result) override;
  void BatchWritten(bool durable) override;

  /// Aggregates by step, one per task.
  [[nodiscard]] const std::map<std::string, std::vector<Json>>& figures() const { return figures_; }
  [[nodiscard]] const std::vector<pipelines::SnapshotManifest>& snapshots() const {
    return snapshots_;
  }
  /// {figures: {step: [...]}, snapshots: [manifest, ...]}: kept when the run ends.
  [[nodiscard]] Json Report() const;
  /// The first failure of delivering a snapshot; ok when none.
  [[nodiscard]] const Status& delivery() const { return delivery_; }

 private:
  using ViewKey = std::tuple<std::string, policies::Relation, int, uint64_t>;

  Status Accept(crypto::WriteBatch& batch);
  Status MakeKeys(crypto::WriteBatch& batch);
  Status LoadStatePieces();
  [[nodiscard]] Status CheckBlobs(const pipelines::TaskResult& result) const;
  void TakeResult(const pipelines::PlannedStep& step,
                  int task,
                  const pipelines::TaskResult& result);
  Result<DekId> CellDek(crypto::WriteBatch& batch);
  Status BindInput(const pipelines::PlannedStep& step,
                   const pipelines::PlannedInput& planned,
                   const TaskRef& task,
                   pipelines::TaskAssignment& out);
  Result<std::vector<pipelines::Piece>> PiecesOf(const pipelines::PlannedInput& input,
                                                 const pipelines::PlannedStep& step,
                                                 int task);
  Result<Bytes> Bind(const TaskRef& task);
  /// What was noted since the last write.
  Status LogNotes(crypto::WriteBatch& batch);
  /// A policy that differs from the last run's comes into force.
  Status LogPolicy(crypto::WriteBatch& batch);
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
  /// The consents that a task's inputs are filtered by are those of now.
  void NoteBound(const TaskRef& task);
  [[nodiscard]] bool IsBoundAsOfNow(const TaskRef& task) const;
  /// kUnavailable when somebody whom the task was bound with may not be published any more.
  Status CheckStillAllowed(const pipelines::PlannedStep& step, const TaskRef& task);
  /// Whether somebody of the view at that version is not allowed now.
  Result<bool> SomebodyLost(const pipelines::PlannedStep& step,
                            const TaskRef& task,
                            int partition,
                            uint64_t version);
  [[nodiscard]] policies::Relation RelationOf(const pipelines::PlannedStep& step, int task) const;
  [[nodiscard]] bool IsCached(const pipelines::PlannedStep& step) const;
  Result<std::string> CacheKeyOf(const pipelines::PlannedStep& step, int task);
  Result<Json> CacheFactsOf(const pipelines::PlannedInput& input,
                            const pipelines::PlannedStep& step,
                            int task);
  Result<std::string> ViewDigest(const std::string& purpose,
                                 policies::Relation relation,
                                 int partition);
  Status CommitState(const pipelines::PlannedStep& step,
                     const pipelines::TaskResult& result,
                     crypto::WriteBatch& batch);
  /// What a step has learnt becomes a version in the registry.
  Status CommitModel(const pipelines::PlannedStep& step,
                     const pipelines::TaskResult& result,
                     crypto::WriteBatch& batch);
  /// Decision rules of the plan's experiments, before their outcomes; and what was read out.
  Status RegisterExperiments(crypto::WriteBatch& batch);
  Status CommitDecision(const pipelines::PlannedStep& step,
                        const pipelines::TaskResult& result,
                        crypto::WriteBatch& batch);
  Status CommitPublication(const pipelines::PlannedStep& step,
                           const TaskRef& task,
                           const pipelines::TaskResult& result,
                           crypto::WriteBatch& batch);
  /// What a publication remembers for the next one: keys, what the task reads and writes of it, and
  /// what becomes of it.
  Status MakeShownKeys(const pipelines::PlannedStep& step, crypto::WriteBatch& batch);
  Status BindShown(const pipelines::PlannedStep& step,
                   const TaskRef& task,
                   pipelines::TaskAssignment& out);
  Status CommitShown(const pipelines::PlannedStep& step,
                     const TaskRef& task,
                     const pipelines::TaskResult& result,
                     crypto::WriteBatch& batch);
  /// The sizes of published lists count for whatever is told later.
  Status NoteSizes(const pipelines::SnapshotManifest& manifest,
                   const Json& extra,
                   crypto::WriteBatch& batch);
  Status LogHeld(const pipelines::SnapshotManifest& manifest,
                 const Json& extra,
                 crypto::WriteBatch& batch);
  [[nodiscard]] PublicationFacts FactsOf(const pipelines::PlannedStep& step,
                                         const pipelines::TaskResult& result);
  Status CommitLedger(int partition, crypto::WriteBatch& batch);
  Status TakeSignals(int partition, std::vector<policies::Fact>& facts, crypto::WriteBatch& batch);
  Status FinishDatasets(bool succeeded, crypto::WriteBatch& batch);
  Status PutLive(const pipelines::PlannedOutput& output,
                 std::set<DekId>& kept,
                 crypto::WriteBatch& batch);
  Result<std::vector<std::string>> PutAllLive(std::set<DekId>& kept, crypto::WriteBatch& batch);
  Result<LiveDataset> KeptOf(const pipelines::PlannedOutput& output);
  Status KeepFinished(std::set<DekId>& kept, crypto::WriteBatch& batch);
  Status SettleKept(const std::set<DekId>& live,
                    const std::vector<std::string>& names,
                    crypto::WriteBatch& batch);
  Status Audit(const std::string& type, Json facts, crypto::WriteBatch& batch);

  StateFolder& state_;
  LedgerBook& ledger_;
  const pipelines::Plan& plan_;
  const policies::Policy& policy_;
  RunId run_;
  std::string plan_digest_;
  RunKeys keys_;
  RunMemory memory_;
  ResultCache cache_;
  std::set<std::string> recompute_;
  bool recompute_all_ = false;
  bool partial_ = false;
  bool salvage_ = false;  ///< the run failed: what it has finished is kept
  std::map<ViewKey, std::string> view_digests_;
  DatasetRegistry registry_;
  Publisher publisher_;
  DekId cell_dek_;
  std::map<std::string, std::map<int, std::vector<pipelines::Piece>>> pieces_;  // dataset -> task
  std::map<std::string, std::vector<pipelines::Piece>> state_pieces_;  // "@identity", "@keyring"
  std::map<int, std::vector<pipelines::FactDelta>> facts_;             // by partition
  std::map<int, std::vector<std::pair<std::string, std::string>>>
      fact_origins_;  // dataset, producer
  std::map<ViewKey, pipelines::ConsentView> views_;
  /// By step and task: the ledger's version that its newest attempt was bound at.
  std::map<std::pair<std::string, int>, uint64_t> bound_at_;
  std::map<std::string, std::vector<Json>> figures_;
  Json found_signals_;  ///< of `resolve`: signals of browsers that are somebody's now
  std::vector<pipelines::SnapshotManifest> snapshots_;
  std::vector<pipelines::Piece> shown_;  // of this run's publications, perhaps in the last write
  RunNotes notes_;
  SealUsage usage_;
  std::string who_ = "coordinator";
  std::string cause_;
  bool audited_ = false;  // entries wait for BatchWritten
  bool begun_ = false;    // state_pieces_ are those of now
  Status delivery_;
};

}  // namespace signet::coordinator
