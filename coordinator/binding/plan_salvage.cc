// PlanBinder's half that keeps what a failed run has finished, for `signet rerun --failed`, and
// lets go of it when the pipeline succeeds. Ephemeral data (tokenised rows) are never kept.

#include <algorithm>
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

/// The outputs of tasks whose results can be known again become datasets of their own: erasure,
/// retention and rotation see them as any other, and the cache may hand them out. `kept`: keys that
/// outlive the run.
Status PlanBinder::KeepFinished(std::set<DekId>& kept, crypto::WriteBatch& batch) {
  const std::string owner = KeptOwner(plan_.pipeline);
  bool any = false;
  for (const PlannedStep& step : plan_.steps) {
    if (!IsCached(step)) continue;
    for (const PlannedOutput& output : step.outputs) {
      if (output.kind == DatasetKind::kModel) continue;  // the registry of models keeps those
      ASSIGN_OR_RETURN(const LiveDataset before, registry_.Find(owner, output.dataset));
      // Pieces of other datasets (a result that was known) are theirs to keep.
      std::set<DekId> own;
      for (const auto& [key, id] : keys_.Of(output.dataset)) own.insert(id);
      for (const Piece& piece : before.pieces) {
        for (const pipelines::Stream& stream : piece.streams) own.insert(stream.dek);
      }
      LiveDataset dataset{owner, output.dataset, run_.text(), output.kind, output.schema, {}};
      for (const auto& [task, pieces] : pieces_[output.dataset]) {
        for (const Piece& piece : pieces) {
          const bool ours = std::all_of(
              piece.streams.begin(), piece.streams.end(), [&own](const pipelines::Stream& stream) {
                return own.count(stream.dek) != 0;
              });
          if (ours) dataset.pieces.push_back(piece);
        }
      }
      if (dataset.pieces.empty()) continue;
      for (const Piece& piece : dataset.pieces) {
        for (const pipelines::Stream& stream : piece.streams) kept.insert(stream.dek);
      }
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
