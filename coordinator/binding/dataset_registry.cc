#include "coordinator/binding/dataset_registry.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "live/";

std::string KeyOf(const std::string& owner, const std::string& name) {
  return kPrefix + owner + "/" + name;
}

std::set<std::string> BlobsOf(const std::vector<pipelines::Piece>& pieces) {
  std::set<std::string> blobs;
  for (const pipelines::Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) blobs.insert(stream.blob_digest);
  }
  return blobs;
}

std::set<DekId> DeksOf(const std::vector<pipelines::Piece>& pieces) {
  std::set<DekId> deks;
  for (const pipelines::Piece& piece : pieces) {
    for (const pipelines::Stream& stream : piece.streams) deks.insert(stream.dek);
  }
  return deks;
}

/// Those of `pieces` with no stream among `blobs`.
std::vector<pipelines::Piece> WithoutBlobs(const std::vector<pipelines::Piece>& pieces,
                                           const std::set<std::string>& blobs) {
  std::vector<pipelines::Piece> others;
  for (const pipelines::Piece& piece : pieces) {
    const bool named = std::any_of(
        piece.streams.begin(), piece.streams.end(), [&blobs](const pipelines::Stream& stream) {
          return blobs.count(stream.blob_digest) != 0;
        });
    if (!named) others.push_back(piece);
  }
  return others;
}

}  // namespace

Json LiveDataset::ToJson() const {
  Json list{Json::Array()};
  for (const pipelines::Piece& piece : pieces) list.Push(piece.ToJson());
  return Json::Of({{"owner", owner},
                   {"name", name},
                   {"run", run},
                   {"kind", pipelines::DatasetKindName(kind)},
                   {"schema", schema.ToJson()},
                   {"pieces", list}});
}

Result<LiveDataset> LiveDataset::FromJson(const Json& json) {
  LiveDataset dataset;
  dataset.owner = json["owner"].AsString();
  dataset.name = json["name"].AsString();
  dataset.run = json["run"].AsString();
  ASSIGN_OR_RETURN(dataset.kind, pipelines::DatasetKindFromName(json["kind"].AsString()));
  ASSIGN_OR_RETURN(dataset.schema, pipelines::Schema::FromJson(json["schema"]));
  for (const Json& item : json["pieces"].items()) {
    ASSIGN_OR_RETURN(pipelines::Piece piece, pipelines::Piece::FromJson(item));
    dataset.pieces.push_back(std::move(piece));
  }
  return dataset;
}

Result<std::vector<LiveDataset>> DatasetRegistry::All() {
  std::vector<LiveDataset> all;
  TRY(state_.store().Scan(kPrefix, [&all](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    ASSIGN_OR_RETURN(LiveDataset dataset, LiveDataset::FromJson(json));
    all.push_back(std::move(dataset));
    return OkStatus();
  }));
  return all;
}

Result<LiveDataset> DatasetRegistry::Find(const std::string& owner, const std::string& name) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(KeyOf(owner, name)));
  if (!stored) {
    LiveDataset none;
    none.owner = owner;
    none.name = name;
    return none;
  }
  ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(*stored)));
  return LiveDataset::FromJson(json);
}

Status DatasetRegistry::Put(const LiveDataset& dataset, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const LiveDataset old, Find(dataset.owner, dataset.name));
  ASSIGN_OR_RETURN(const std::vector<pipelines::Piece> gone, Unshared(old, old.pieces));
  const std::set<DekId> kept_deks = DeksOf(dataset.pieces);
  const std::set<std::string> kept_blobs = BlobsOf(dataset.pieces);
  for (const DekId& dek : DeksOf(gone)) {
    if (kept_deks.count(dek) == 0) TRY(state_.vault().DestroyDek(dek, batch));
  }
  for (const std::string& blob : BlobsOf(gone)) {
    if (kept_blobs.count(blob) == 0) garbage_.insert(blob);
  }
  batch.Put(KeyOf(dataset.owner, dataset.name), dataset.ToJson().Dump());
  return OkStatus();
}

Status DatasetRegistry::Forget(const std::vector<pipelines::Piece>& pieces,
                               crypto::WriteBatch& batch) {
  const std::set<std::string> gone = BlobsOf(pieces);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, All());
  for (LiveDataset dataset : all) {
    if (dataset.kind != pipelines::DatasetKind::kModel) continue;
    std::vector<pipelines::Piece> kept = WithoutBlobs(dataset.pieces, gone);
    if (kept.size() == dataset.pieces.size()) continue;
    dataset.pieces = std::move(kept);
    batch.Put(KeyOf(dataset.owner, dataset.name), dataset.ToJson().Dump());
  }
  return Discard(pieces, batch);
}

Result<std::vector<pipelines::Piece>> DatasetRegistry::Unshared(
    const LiveDataset& dataset, const std::vector<pipelines::Piece>& pieces) {
  if (dataset.kind != pipelines::DatasetKind::kModel) return pieces;
  std::set<std::string> shared;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, All());
  for (const LiveDataset& other : all) {
    if (other.kind != dataset.kind) continue;
    if (other.owner != dataset.owner || other.name != dataset.name) {
      shared.merge(BlobsOf(other.pieces));
    }
  }
  return WithoutBlobs(pieces, shared);
}

Status DatasetRegistry::Drop(const std::string& owner,
                             const std::string& name,
                             crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const LiveDataset dataset, Find(owner, name));
  ASSIGN_OR_RETURN(const std::vector<pipelines::Piece> gone, Unshared(dataset, dataset.pieces));
  TRY(Discard(gone, batch));
  batch.Delete(KeyOf(owner, name));
  return OkStatus();
}

Status DatasetRegistry::Release(const LiveDataset& dataset,
                                const std::set<DekId>& in_use,
                                crypto::WriteBatch& batch) {
  std::vector<pipelines::Piece> gone;
  for (const pipelines::Piece& piece : dataset.pieces) {
    const bool used = std::any_of(
        piece.streams.begin(), piece.streams.end(), [&in_use](const pipelines::Stream& stream) {
          return in_use.count(stream.dek) != 0;
        });
    if (!used) gone.push_back(piece);
  }
  TRY(Discard(gone, batch));
  batch.Delete(KeyOf(dataset.owner, dataset.name));
  return OkStatus();
}

Status DatasetRegistry::DropOthers(const std::string& owner,
                                   const std::vector<std::string>& keep,
                                   crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, All());
  for (const LiveDataset& dataset : all) {
    if (dataset.owner != owner) continue;
    if (std::find(keep.begin(), keep.end(), dataset.name) != keep.end()) continue;
    TRY(Drop(dataset.owner, dataset.name, batch));
  }
  return OkStatus();
}

Status DatasetRegistry::Discard(const std::vector<pipelines::Piece>& pieces,
                                crypto::WriteBatch& batch) {
  for (const DekId& dek : DeksOf(pieces)) TRY(state_.vault().DestroyDek(dek, batch));
  for (const std::string& blob : BlobsOf(pieces)) garbage_.insert(blob);
  return OkStatus();
}

void DatasetRegistry::Sweep() {
  for (const std::string& blob : garbage_) {
    const Status deleted = state_.blobs().Delete(blob);
    if (!deleted.ok()) {
      Log(LogLevel::kWarning, "blob not deleted; its key is destroyed", Json::Of({{"blob", blob}}));
    }
  }
  garbage_.clear();
}

Status DatasetRegistry::CollectGarbage() {
  std::set<std::string> live;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, All());
  for (const LiveDataset& dataset : all) live.merge(BlobsOf(dataset.pieces));
  TRY(state_.store().Scan("outbox/publish/", [&live](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json intent, Json::Parse(AsText(value)));
    ASSIGN_OR_RETURN(const pipelines::Stream stream, pipelines::Stream::FromJson(intent["stream"]));
    live.insert(stream.blob_digest);
    return OkStatus();
  }));
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(state_.blobs_path(), error), end;
       !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    const std::string digest =
        at->path().parent_path().filename().string() + at->path().filename().string();
    if (live.count(digest) == 0) TRY(state_.blobs().Delete(digest));
  }
  if (error) return Unavailable("cannot list " + state_.blobs_path().string());
  return OkStatus();
}

}  // namespace signet::coordinator
