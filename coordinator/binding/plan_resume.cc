// PlanBinder's half that takes a run up again after a restart.

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "coordinator/binding/plan_binder.h"

namespace signet::coordinator {

using pipelines::Piece;
using pipelines::PlannedStep;
using pipelines::TaskResult;

/// Blobs are synced at the end of a run only: a power cut may have lost what a result names.
Status PlanBinder::CheckBlobs(const TaskResult& result) const {
  for (const auto& [name, pieces] : result.outputs) {
    for (const Piece& piece : pieces) {
      for (const pipelines::Stream& stream : piece.streams) {
        const std::string& digest = stream.blob_digest;
        const auto file = state_.blobs_path() / digest.substr(0, 2) / digest.substr(2);
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(file, ignored)) {
          return Corrupt("a stream of dataset '" + piece.dataset + "' was lost with the power");
        }
      }
    }
  }
  return OkStatus();
}

Status PlanBinder::Resume() {
  TRY(keys_.Load());
  crypto::WriteBatch none;
  ASSIGN_OR_RETURN(cell_dek_, CellDek(none));
  if (!none.empty()) return Corrupt("the key of encrypted cells is gone");
  // Loaded at once: what the run itself made of them must be kept, whatever comes next.
  TRY(LoadStatePieces());
  const auto take = [this](const std::string& id, int task, ByteView encoded) -> Status {
    const PlannedStep* step = plan_.Find(id);
    if (step == nullptr) return Corrupt("a kept result names the unknown step '" + id + "'");
    ASSIGN_OR_RETURN(const TaskResult result, TaskResult::Decode(encoded));
    TRY(CheckBlobs(result));
    TakeResult(*step, task, result);
    return OkStatus();
  };
  TRY(memory_.ForEachResult(take));
  return memory_.ForEachManifest([this](const Json& json) -> Status {
    ASSIGN_OR_RETURN(pipelines::SnapshotManifest manifest,
                     pipelines::SnapshotManifest::FromJson(json));
    snapshots_.push_back(std::move(manifest));
    return OkStatus();
  });
}

}  // namespace signet::coordinator
