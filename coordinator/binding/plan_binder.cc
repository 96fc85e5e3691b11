#include "coordinator/binding/plan_binder.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/cell_key.h"
#include "coordinator/binding/delta_book.h"
#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/signal_book.h"
#include "crypto/base/log.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/plan/planning.h"

namespace signet::coordinator {
namespace {

using pipelines::DatasetKind;
using pipelines::Piece;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;
using pipelines::Shape;
using pipelines::TaskResult;
using policies::LabelClass;

constexpr char kViews[] = "@views";

/// The data keys of `pieces`.
void InsertKeys(const std::vector<Piece>& pieces, std::set<DekId>& keys) {
  for (const Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) keys.insert(stream.dek);
  }
}

bool IsStateDataset(const std::string& dataset) {
  return !dataset.empty() && dataset[0] == '@';
}

/// Which partitions an output's keys are needed for.
std::vector<int> PartitionsOf(const PlannedStep& step,
                              const PlannedOutput& output,
                              int partitions) {
  std::vector<int> all;
  if (output.partitioned) {
    all.resize(static_cast<size_t>(partitions));
  } else if (step.shape == Shape::kPerPartition || output.kind == DatasetKind::kSnapshot) {
    all.resize(static_cast<size_t>(step.tasks));
  } else {
    return {-1};
  }
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

PlanBinder::PlanBinder(StateFolder& state,
                       LedgerBook& ledger,
                       const pipelines::Plan& plan,
                       const policies::Policy& policy,
                       RunId run)
    : state_(state),
      ledger_(ledger),
      plan_(plan),
      policy_(policy),
      run_(std::move(run)),
      plan_digest_(plan.Digest()),
      keys_(state, run_.text()),
      memory_(state, run_.text()),
      cache_(state, plan.pipeline),
      registry_(state),
      publisher_(state) {}

/// Identities and keyring as the run before this one left them: runs of a state follow each other.
Status PlanBinder::LoadStatePieces() {
  for (const char* name : {pipelines::kIdentityDataset, pipelines::kKeyringDataset}) {
    ASSIGN_OR_RETURN(const LiveDataset dataset, registry_.Find(kStateOwner, name));
    state_pieces_[name] = dataset.pieces;
  }
  return OkStatus();
}

Status PlanBinder::MakeKeys(crypto::WriteBatch& batch) {
  for (const PlannedStep& step : plan_.steps) {
    for (const PlannedOutput& output : step.outputs) {
      TRY(keys_.Make(
          output.dataset, PartitionsOf(step, output, plan_.partitions), output.schema, batch));
    }
    if (step.op == "publish") TRY(MakeShownKeys(step, batch));
  }
  for (int partition = -1; partition < plan_.partitions; ++partition) {
    TRY(keys_.Make(kViews, partition, LabelClass::kFacts, batch));
  }
  ASSIGN_OR_RETURN(cell_dek_, CellDek(batch));
  return OkStatus();
}

Result<DekId> PlanBinder::CellDek(crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<DekId> there, CellKeyOf(state_));
  return there ? Result<DekId>(*there) : NewCellKey(state_, batch);
}

Status PlanBinder::CommitTask(const TaskRef& task, ByteView encoded, crypto::WriteBatch& batch) {
  const PlannedStep* step = plan_.Find(task.step.text());
  CHECK(step != nullptr);
  ASSIGN_OR_RETURN(const TaskResult result, TaskResult::Decode(encoded));
  if (step->op == "publish") TRY(CheckStillAllowed(*step, task));
  TakeResult(*step, task.task, result);
  memory_.PutResult(task, encoded, batch);
  // Of other consents than those of now it is not the answer to the question asked now.
  if (IsCached(*step) && IsBoundAsOfNow(task)) {
    ASSIGN_OR_RETURN(const std::string key, CacheKeyOf(*step, task.task));
    cache_.Put(step->id, task.task, key, encoded, batch);
  }
  // What outlives the run must be on disk before the log says so; one sync serves many blobs. What
  // can fail comes before the log's entries, which cannot be taken back from it.
  if (step->op == "resolve" || step->op == "publish") TRY(state_.blobs().Sync());
  if (step->op == "resolve") TRY(CommitState(*step, result, batch));
  TRY(CommitModel(*step, result, batch));
  if (step->op == "experiment") TRY(CommitDecision(*step, result, batch));
  if (step->op == "publish") TRY(CommitPublication(*step, task, result, batch));
  notes_.Finished(task, result);
  return OkStatus();
}

/// Remembers what later tasks read of this one.
void PlanBinder::TakeResult(const PlannedStep& step, int task, const TaskResult& result) {
  usage_.Add(result);
  for (const PlannedOutput& output : step.outputs) {
    const auto found = result.outputs.find(output.name);
    if (found == result.outputs.end() || IsStateDataset(output.dataset)) continue;
    pieces_[output.dataset][task] = found->second;
  }
  for (const pipelines::FactDelta& delta : result.facts) {
    facts_[delta.partition].push_back(delta);
    fact_origins_[delta.partition].emplace_back(
        step.outputs.back().dataset, run_.text() + "/" + step.id + "/" + std::to_string(task));
  }
  if (step.op == "resolve") found_signals_ = result.extra["signals"];
  figures_[step.id].push_back(result.figures);
}

/// The new identities and keyring replace the old in the same write.
Status PlanBinder::CommitState(const PlannedStep& step,
                               const TaskResult& result,
                               crypto::WriteBatch& batch) {
  for (const PlannedOutput& output : step.outputs) {
    if (output.kind != DatasetKind::kIdentity) continue;
    LiveDataset dataset;
    dataset.owner = kStateOwner;
    dataset.name = output.dataset;
    dataset.run = run_.text();
    dataset.kind = output.kind;
    dataset.schema = output.schema;
    dataset.pieces = result.outputs.at(output.name);
    TRY(registry_.Put(dataset, batch));
    state_pieces_[output.dataset] = dataset.pieces;
  }
  begun_ = true;
  return OkStatus();
}

Status PlanBinder::RunLocal(const TaskRef& task, crypto::WriteBatch& batch) {
  CHECK(task.step.text() == "consent");
  return CommitLedger(task.task, batch);
}

/// Takes one partition's facts into the ledger: one log entry that commits to the sealed delta.
Status PlanBinder::CommitLedger(int partition, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
  std::vector<policies::Fact> facts;
  uint64_t moved = 0;
  const auto& deltas = facts_[partition];
  for (size_t i = 0; i < deltas.size(); ++i) {
    const auto& [dataset, producer] = fact_origins_[partition][i];
    ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(deltas[i].stream.dek));
    ASSIGN_OR_RETURN(const Bytes body,
                     pipelines::OpenBlob(deltas[i].stream,
                                         pipelines::FactsHeader(dataset, partition, producer),
                                         key,
                                         state_.blobs()));
    if (dataset == pipelines::kAliasesDataset) {
      ASSIGN_OR_RETURN(const std::vector<policies::SubjectAlias> aliases,
                       policies::DecodeAliases(body));
      ASSIGN_OR_RETURN(const uint64_t statements,
                       ledger_.Merge(aliases, plan_.partitions, partition, batch));
      moved += statements;
      continue;
    }
    ASSIGN_OR_RETURN(std::vector<policies::Fact> more, policies::DecodeFacts(body));
    facts.insert(
        facts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  TRY(TakeSignals(partition, facts, batch));
  ASSIGN_OR_RETURN(const policies::ApplyOutcome outcome, ledger->Apply(facts));
  if (outcome.changes == 0 && moved == 0) return OkStatus();
  TRY(ledger_.Store(partition, batch));
  ASSIGN_OR_RETURN(const Json delta, DeltaBook(state_).Put({{partition, outcome.records}}, batch));
  return Audit("consent.changed",
               Json::Of({{"partition", partition},
                         {"changes", outcome.changes},
                         {"ignored", outcome.ignored},
                         {"moved", moved},
                         {"delta", delta["delta"]},
                         {"delta_root", delta["delta_root"]},
                         {"sealed_delta", delta["sealed_delta"]},
                         {"ledger_version", ledger_.version()}}),
               batch);
}

/// Signals of browsers that are somebody's now, before anything of this run is published.
Status PlanBinder::TakeSignals(int partition,
                               std::vector<policies::Fact>& facts,
                               crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::vector<KnownSignal> signals, SignalBook::FromResult(found_signals_));
  for (const KnownSignal& signal : signals) {
    const uint32_t home = PartitionOf(signal.subject, static_cast<uint32_t>(plan_.partitions));
    if (static_cast<int>(home) == partition) facts.push_back(SignalBook::Take(signal, batch));
  }
  return OkStatus();
}

void PlanBinder::RunFinished(const RunId& /*run*/, RunState state, crypto::WriteBatch& batch) {
  const bool succeeded = state == RunState::kSucceeded;
  salvage_ = state == RunState::kFailed;
  Status finished = FinishDatasets(succeeded, batch);
  Json digests{Json::Array()};
  for (const pipelines::SnapshotManifest& manifest : snapshots_) {
    digests.Push(
        Json::Of({{"snapshot", manifest.name}, {"content_digest", manifest.content_digest}}));
  }
  if (finished.ok()) finished = memory_.Finish(Report(), batch);
  notes_.RunEnded();
  if (finished.ok()) finished = LogNotes(batch);
  if (finished.ok()) {
    finished = Audit(
        "run.finished", Json::Of({{"state", RunStateName(state)}, {"snapshots", digests}}), batch);
  }
  if (!finished.ok()) {
    Log(LogLevel::kError,
        "run not tidied",
        Json::Of({{"run", run_.text()}, {"why", finished.ToString()}}));
  }
}

Json PlanBinder::Report() const {
  Json figures{Json::Object()};
  for (const auto& [step, all] : figures_) figures.Set(step, Json(all));
  Json manifests{Json::Array()};
  for (const pipelines::SnapshotManifest& manifest : snapshots_) manifests.Push(manifest.ToJson());
  return Json::Of({{"figures", figures}, {"snapshots", manifests}});
}

/// Puts an output among the pipeline's live datasets; its keys are kept.
Status PlanBinder::PutLive(const PlannedOutput& output,
                           std::set<DekId>& kept,
                           crypto::WriteBatch& batch) {
  LiveDataset dataset{plan_.pipeline, output.dataset, run_.text(), output.kind, output.schema, {}};
  for (const auto& [task, pieces] : pieces_[output.dataset]) {
    dataset.pieces.insert(dataset.pieces.end(), pieces.begin(), pieces.end());
  }
  InsertKeys(dataset.pieces, kept);
  return registry_.Put(dataset, batch);
}

/// All outputs that outlive the run; returns the names of those that are live now.
Result<std::vector<std::string>> PlanBinder::PutAllLive(std::set<DekId>& kept,
                                                        crypto::WriteBatch& batch) {
  std::vector<std::string> names;
  for (const PlannedStep& step : plan_.steps) {
    for (const PlannedOutput& output : step.outputs) {
      if (IsStateDataset(output.dataset) || output.ephemeral) continue;
      if (output.kind == DatasetKind::kSnapshot) {
        for (const auto& [key, id] : keys_.Of(output.dataset)) kept.insert(id);
        continue;
      }
      TRY(PutLive(output, kept, batch));
      names.push_back(output.dataset);
    }
  }
  return names;
}

/// A successful run's datasets become the pipeline's live ones; all other keys die.
Status PlanBinder::FinishDatasets(bool succeeded, crypto::WriteBatch& batch) {
  std::set<DekId> kept;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all_live, registry_.All());
  for (const auto& [name, pieces] : state_pieces_) InsertKeys(pieces, kept);
  InsertKeys(shown_, kept);
  for (const LiveDataset& dataset : all_live) {
    const bool outlives = dataset.owner == ModelRegistry::kOwner || dataset.owner == kShownOwner;
    if (outlives) InsertKeys(dataset.pieces, kept);
  }
  if (!succeeded) {
    if (salvage_) TRY(KeepFinished(kept, batch));
    return keys_.DestroyAllBut(kept, batch);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, PutAllLive(kept, batch));
  TRY(state_.blobs().Sync());
  TRY(SettleKept(kept, names, batch));
  if (!partial_) TRY(registry_.DropOthers(plan_.pipeline, names, batch));
  return keys_.DestroyAllBut(kept, batch);
}

int64_t PlanBinder::RowsOf(const TaskRef& /*task*/, ByteView result) {
  const Result<TaskResult> decoded = TaskResult::Decode(result);
  return decoded.ok() ? static_cast<int64_t>(decoded->rows) : 0;
}

void PlanBinder::BatchWritten(bool durable) {
  // Also for entries of others in the same batch: what follows may append again.
  const Status told =
      state_.audit().Committed(durable ? OkStatus() : Unavailable("batch not written"));
  if (!told.ok()) {
    Log(LogLevel::kError, "audit log lost its place", Json::Of({{"why", told.ToString()}}));
  }
  audited_ = false;
  if (!durable) {
    views_.clear();  // their ledger's version may be given again
    return ledger_.Drop();
  }
  registry_.Sweep();
  if (snapshots_.empty()) return;
  const Status delivered = publisher_.Deliver();
  if (!delivered.ok() && delivery_.ok()) delivery_ = delivered;
}

}  // namespace signet::coordinator
