#include "coordinator/binding/result_cache.h"

#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/model_flags.h"
#include "coordinator/binding/plan_binder.h"
#include "crypto/keys/key_vault.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "cache/";

bool AllLive(const pipelines::TaskResult& result, const std::set<std::string>& live) {
  for (const auto& output : result.outputs) {
    for (const pipelines::Piece& piece : output.second) {
      for (const pipelines::Stream& stream : piece.streams) {
        if (live.count(stream.blob_digest) == 0) return false;
      }
    }
  }
  return true;
}

}  // namespace

std::string ResultCache::PlaceOf(const std::string& step, int task) const {
  return kPrefix + pipeline_ + "/" + step + "/" + std::to_string(task);
}

std::string ResultCache::KeyOf(const Json& facts) const {
  const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kDigest, "");
  return ToHex(crypto::HmacKey(key).Mac(AsBytes(facts.Dump())));
}

Status ResultCache::LoadLive() {
  std::set<std::string> live;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  for (const LiveDataset& dataset : all) {
    if (dataset.owner != pipeline_ && dataset.owner != KeptOwner(pipeline_)) continue;
    for (const pipelines::Piece& piece : dataset.pieces) {
      for (const pipelines::Stream& stream : piece.streams) live.insert(stream.blob_digest);
    }
  }
  // A model that learnt from the erased is used until its term is over, and not after it.
  ASSIGN_OR_RETURN(const std::set<std::string> barred,
                   ModelFlags(state_).BarredBlobs(state_.clock().Now()));
  for (const std::string& blob : barred) live.erase(blob);
  live_ = std::move(live);
  return OkStatus();
}

Result<std::optional<Bytes>> ResultCache::Find(const std::string& step,
                                               int task,
                                               const std::string& key) {
  const std::optional<Bytes> nothing;
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(PlaceOf(step, task)));
  if (!stored) return nothing;
  ByteReader from(*stored);
  ASSIGN_OR_RETURN(const ByteView its_key, from.Field());
  if (AsText(its_key) != key) return nothing;
  if (!live_) TRY(LoadLive());
  Bytes encoded(from.rest().begin(), from.rest().end());
  ASSIGN_OR_RETURN(const pipelines::TaskResult result, pipelines::TaskResult::Decode(encoded));
  if (!AllLive(result, *live_)) return nothing;
  return std::optional<Bytes>(std::move(encoded));
}

void ResultCache::Put(const std::string& step,
                      int task,
                      const std::string& key,
                      ByteView result,
                      crypto::WriteBatch& batch) const {
  Bytes value;
  AppendField(value, key);
  Append(value, result);
  batch.Put(PlaceOf(step, task), std::move(value));
}

}  // namespace signet::coordinator
