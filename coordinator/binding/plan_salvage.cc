// PlanBinder's half that keeps what a failed run has finished, for `signet rerun --failed`, and
// lets go of it when the pipeline succeeds. Ephemeral data (tokenised rows) are never kept.

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/plan_binder.h"

namespace signet::coordinator {

using pipelines::DatasetKind;
using pipelines::Piece;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;

std::string KeptOwner(const std::string& pipeline) {
  return "@kept." + pipeline;
}

namespace {

void InsertKeys(const std::vector<Piece>& pieces, std::set<DekId>& keys) {
  for (const Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) keys.insert(stream.dek);
  }
}

/// Whether all of the piece is sealed under `keys`.
bool IsUnder(const Piece& piece, const std::set<DekId>& keys) {
  return std::all_of(
      piece.streams.begin(), piece.streams.end(), [&keys](const pipelines::Stream& stream) {
        return keys.count(stream.dek) != 0;
      });
}

}  // namespace

/// What the run's finished tasks wrote of one output, and what an earlier failed run left of it;
/// pieces of other datasets (a result that was known) are theirs to keep.
Result<LiveDataset> PlanBinder::KeptOf(const PlannedOutput& output) {
  const std::string owner = KeptOwner(plan_.pipeline);
  ASSIGN_OR_RETURN(const LiveDataset before, registry_.Find(owner, output.dataset));
  std::set<DekId> own;
  for (const auto& [key, id] : keys_.Of(output.dataset)) own.insert(id);
  InsertKeys(before.pieces, own);
  LiveDataset dataset{owner, output.dataset, run_.text(), output.kind, output.schema, {}};
  for (const auto& [task, pieces] : pieces_[output.dataset]) {
    std::copy_if(pieces.begin(),
                 pieces.end(),
                 std::back_inserter(dataset.pieces),
                 [&own](const Piece& piece) { return IsUnder(piece, own); });
  }
  return dataset;
}

/// The outputs of tasks whose results can be known again become datasets of their own: erasure,
/// retention and rotation see them as any other, and the cache may hand them out. `kept`: keys that
/// outlive the run.
Status PlanBinder::KeepFinished(std::set<DekId>& kept, crypto::WriteBatch& batch) {
  bool any = false;
  for (const PlannedStep& step : plan_.steps) {
    if (!IsCached(step)) continue;
    for (const PlannedOutput& output : step.outputs) {
      if (output.kind == DatasetKind::kModel) continue;  // the registry of models keeps those
      ASSIGN_OR_RETURN(const LiveDataset dataset, KeptOf(output));
      if (dataset.pieces.empty()) continue;
      InsertKeys(dataset.pieces, kept);
      TRY(registry_.Put(dataset, batch));
      any = true;
    }
  }
  return any ? state_.blobs().Sync() : OkStatus();
}

/// What an earlier, failed run left: taken over by `live`, or gone. A run of a part of the plan
/// settles its own datasets only.
Status PlanBinder::SettleKept(const std::set<DekId>& live,
                              const std::vector<std::string>& names,
                              crypto::WriteBatch& batch) {
  const std::string owner = KeptOwner(plan_.pipeline);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry_.All());
  for (const LiveDataset& dataset : all) {
    if (dataset.owner != owner) continue;
    const bool named = std::find(names.begin(), names.end(), dataset.name) != names.end();
    if (partial_ && !named) continue;
    TRY(registry_.Release(dataset, live, batch));
  }
  return OkStatus();
}

}  // namespace signet::coordinator
