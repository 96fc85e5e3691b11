#include "coordinator/binding/model_flags.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "modelflag/";

std::string KeyOf(const std::string& owner, const std::string& name) {
  return kPrefix + owner + "/" + name;
}

std::vector<std::string> BlobsOf(const LiveDataset& dataset) {
  std::vector<std::string> blobs;
  for (const pipelines::Piece& piece : dataset.pieces) {
    for (const pipelines::Stream& stream : piece.streams) blobs.push_back(stream.blob_digest);
  }
  std::sort(blobs.begin(), blobs.end());
  return blobs;
}

}  // namespace

Json ModelFlag::ToJson() const {
  return Json::Of({{"owner", owner},
                   {"name", name},
                   {"run", run},
                   {"since", since.micros},
                   {"barred", barred.micros},
                   {"persons", persons},
                   {"blobs", Json::Strings(blobs)}});
}

ModelFlag ModelFlag::FromJson(const Json& json) {
  ModelFlag flag;
  flag.owner = json["owner"].AsString();
  flag.name = json["name"].AsString();
  flag.run = json["run"].AsString();
  flag.since.micros = json["since"].AsInt();
  flag.barred.micros = json["barred"].AsInt();
  flag.persons = static_cast<uint64_t>(json["persons"].AsInt());
  flag.blobs = json["blobs"].AsStrings();
  return flag;
}

Status ModelFlags::Flag(const LiveDataset& model,
                        uint64_t persons,
                        Timestamp barred,
                        crypto::WriteBatch& batch) {
  ModelFlag flag;
  flag.owner = model.owner;
  flag.name = model.name;
  flag.run = model.run;
  flag.since = state_.clock().Now();
  flag.barred = barred;
  flag.blobs = BlobsOf(model);
  const std::string key = KeyOf(model.owner, model.name);
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(key));
  if (stored) {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(*stored)));
    const ModelFlag before = ModelFlag::FromJson(json);
    if (before.blobs == flag.blobs) {
      flag.since = before.since;
      flag.barred = std::min(before.barred, barred);
      flag.persons = before.persons;
    }
  }
  flag.persons += persons;
  batch.Put(key, flag.ToJson().Dump());
  return OkStatus();
}

Result<std::vector<ModelFlag>> ModelFlags::All() {
  std::vector<ModelFlag> flags;
  TRY(state_.store().Scan(kPrefix, [&flags](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    flags.push_back(ModelFlag::FromJson(json));
    return OkStatus();
  }));
  return flags;
}

Result<std::set<std::string>> ModelFlags::BarredBlobs(Timestamp now) {
  std::set<std::string> blobs;
  ASSIGN_OR_RETURN(const std::vector<ModelFlag> flags, All());
  for (const ModelFlag& flag : flags) {
    if (flag.barred <= now) blobs.insert(flag.blobs.begin(), flag.blobs.end());
  }
  return blobs;
}

Result<std::optional<ModelFlag>> ModelFlags::BarredBy(const LiveDataset& model, Timestamp now) {
  const std::vector<std::string> blobs = BlobsOf(model);
  ASSIGN_OR_RETURN(const std::vector<ModelFlag> flags, All());
  for (const ModelFlag& flag : flags) {
    const bool same =
        std::find_first_of(blobs.begin(), blobs.end(), flag.blobs.begin(), flag.blobs.end()) !=
        blobs.end();
    if (same && flag.barred <= now) return std::optional<ModelFlag>(flag);
  }
  return std::optional<ModelFlag>();
}

void ModelFlags::Clear(const ModelFlag& flag, crypto::WriteBatch& batch) const {
  batch.Delete(KeyOf(flag.owner, flag.name));
}

}  // namespace signet::coordinator
