// PlanBinder's half that takes a run up again after a restart.

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "coordinator/binding/plan_binder.h"

namespace signet::coordinator {

using pipelines::Piece;
using pipelines::PlannedStep;
using pipelines::TaskResult;

namespace {

bool AllThere(const Piece& piece, const std::filesystem::path& blobs) {
  return std::all_of(
      piece.streams.begin(), piece.streams.end(), [&blobs](const pipelines::Stream& stream) {
        const std::string& digest = stream.blob_digest;
        std::error_code ignored;
        return std::filesystem::is_regular_file(blobs / digest.substr(0, 2) / digest.substr(2),
                                                ignored);
      });
}

}  // namespace

/// Blobs are synced at the end of a run only: a power cut may have lost what a result names.
Status PlanBinder::CheckBlobs(const TaskResult& result) const {
  for (const auto& [name, pieces] : result.outputs) {
    for (const Piece& piece : pieces) {
      if (!AllThere(piece, state_.blobs_path())) {
        return Corrupt("a stream of dataset '" + piece.dataset + "' was lost with the power");
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
  size_t done = 0;
  const auto take = [this, &done](const std::string& id, int task, ByteView encoded) -> Status {
    const PlannedStep* step = plan_.Find(id);
    if (step == nullptr) return Corrupt("a kept result names the unknown step '" + id + "'");
    ASSIGN_OR_RETURN(const TaskResult result, TaskResult::Decode(encoded));
    TRY(CheckBlobs(result));
    TakeResult(*step, task, result);
    ++done;
    return OkStatus();
  };
  TRY(memory_.ForEachResult(take));
  notes_.Resumed(plan_.pipeline, done);
  return memory_.ForEachManifest([this](const Json& json) -> Status {
    ASSIGN_OR_RETURN(pipelines::SnapshotManifest manifest,
                     pipelines::SnapshotManifest::FromJson(json));
    snapshots_.push_back(std::move(manifest));
    return OkStatus();
  });
}

}  // namespace signet::coordinator
