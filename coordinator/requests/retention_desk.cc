#include "coordinator/requests/retention_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/binding/model_flags.h"
#include "coordinator/requests/receipt_writer.h"
#include "coordinator/requests/run_names.h"
#include "crypto/audit/audit_event.h"
#include "crypto/base/text.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

bool IsOfState(const LiveDataset& dataset) {
  return dataset.owner == "@state";
}

std::vector<std::string> NamesOf(const std::vector<LiveDataset>& datasets) {
  std::vector<std::string> names;
  names.reserve(datasets.size());
  for (const LiveDataset& dataset : datasets) names.push_back(dataset.owner + "/" + dataset.name);
  return names;
}

bool HasBlobs(const LiveDataset& dataset, const std::vector<std::string>& blobs) {
  for (const pipelines::Piece& piece : dataset.pieces) {
    for (const pipelines::Stream& stream : piece.streams) {
      if (std::find(blobs.begin(), blobs.end(), stream.blob_digest) != blobs.end()) return true;
    }
  }
  return false;
}

}  // namespace

Json RetentionDue::ToJson() const {
  return Json::Of({{"datasets", Json::Strings(NamesOf(datasets))},
                   {"models", Json::Strings(NamesOf(models))},
                   {"snapshots", Json::Strings(snapshots)},
                   {"held", Json::Strings(held)}});
}

Result<std::vector<std::string>> RetentionDesk::DueSnapshots() {
  const Timestamp now = state_.clock().Now();
  const std::optional<int64_t> keep = policy_.RetentionOf("snapshot");
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder.Snapshots());
  std::vector<std::string> due;
  for (const pipelines::SnapshotName& name : names) {
    ASSIGN_OR_RETURN(const std::string current, folder.CurrentVersion(name));
    ASSIGN_OR_RETURN(const std::vector<std::string> versions, folder.Versions(name));
    for (const std::string& version : versions) {
      if (version == current) continue;
      ASSIGN_OR_RETURN(const pipelines::SnapshotManifest manifest,
                       folder.ReadManifest(name, version));
      const bool expired = manifest.expires.has_value() && *manifest.expires <= now;
      const bool old =
          keep.has_value() && manifest.created.micros + *keep * kMicrosPerSecond <= now.micros;
      if (expired || old) due.push_back(name.recipient + "/" + name.snapshot + "/" + version);
    }
  }
  return due;
}

Result<RetentionDue> RetentionDesk::Due() {
  RetentionDue due;
  const Timestamp now = state_.clock().Now();
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry_.All());
  ASSIGN_OR_RETURN(const std::vector<ModelFlag> flags, ModelFlags(state_).All());
  for (const LiveDataset& dataset : all) {
    if (IsOfState(dataset)) continue;
    const bool barred = std::any_of(flags.begin(), flags.end(), [&](const ModelFlag& flag) {
      return flag.barred <= now && HasBlobs(dataset, flag.blobs);
    });
    const std::optional<int64_t> keep =
        policy_.RetentionOf(pipelines::DatasetKindName(dataset.kind));
    const Result<Timestamp> made = TimeOfRun(dataset.run);
    const bool old =
        keep.has_value() && made.ok() && made->micros + *keep * kMicrosPerSecond <= now.micros;
    if (!barred && !old) continue;
    ASSIGN_OR_RETURN(const std::optional<LegalHold> hold, holds_.On(dataset.owner, dataset.name));
    if (hold.has_value()) {
      due.held.push_back(dataset.owner + "/" + dataset.name);
    } else {
      (barred ? due.models : due.datasets).push_back(dataset);
    }
  }
  ASSIGN_OR_RETURN(due.snapshots, DueSnapshots());
  return due;
}

Status RetentionDesk::RemoveSnapshots(const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(
      pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  for (const std::string& name : names) {
    const std::vector<std::string> parts = Split(name, '/');
    TRY(folder.Remove({parts.at(0), parts.at(1)}, parts.at(2)));
  }
  return OkStatus();
}

Result<Json> RetentionDesk::Sweep() {
  ASSIGN_OR_RETURN(const RetentionDue due, Due());
  Json result = due.ToJson();
  const bool nothing = due.datasets.empty() && due.models.empty() && due.snapshots.empty();
  if (nothing && due.held.empty()) return result;
  crypto::WriteBatch batch;
  for (const LiveDataset& dataset : due.datasets) {
    TRY(registry_.Drop(dataset.owner, dataset.name, batch));
  }
  for (const LiveDataset& model : due.models) TRY(registry_.Forget(model.pieces, batch));
  ModelFlags flags(state_);
  ASSIGN_OR_RETURN(const std::vector<ModelFlag> flagged, flags.All());
  for (const ModelFlag& flag : flagged) {
    const bool dropped = std::any_of(due.models.begin(), due.models.end(), [&](const auto& model) {
      return HasBlobs(model, flag.blobs);
    });
    if (dropped) flags.Clear(flag, batch);
  }
  crypto::AuditEvent event;
  event.type = "retention.swept";
  event.actor = "coordinator";
  event.action = "sweep";
  event.policy = policy_.digest();
  event.facts = due.ToJson();
  const bool rotates = !due.datasets.empty() || !due.models.empty();
  if (rotates) {
    // Old copies of the store still hold the wrapped keys: they die with the generation.
    ASSIGN_OR_RETURN(const uint32_t generation, state_.vault().RotateKek(batch));
    event.facts.Set("kek_generation", generation);
    result.Set("kek_generation", generation);
  }
  for (const std::string& name : due.snapshots) {
    const std::vector<std::string> parts = Split(name, '/');
    crypto::AuditEvent expired;
    expired.type = "snapshot.expired";
    expired.actor = "coordinator";
    expired.action = "remove";
    expired.facts =
        Json::Of({{"recipient", parts.at(0)}, {"snapshot", parts.at(1)}, {"version", parts.at(2)}});
    TRY(state_.audit().Append(expired, batch).status());
  }
  Receipt receipt;
  receipt.body = event.facts;
  receipt.body.Set("time", TimestampText(state_.clock().Now()));
  event.facts.Set("digest", ReceiptWriter::DigestOf(receipt.body));
  ASSIGN_OR_RETURN(receipt.audit_index, state_.audit().Record(event, std::move(batch)));
  if (rotates) TRY(state_.vault().DestroyOldKeks(state_.clock().Now()));
  registry_.Sweep();
  TRY(RemoveSnapshots(due.snapshots));
  // Last: it says that all of this is done.
  receipt.name = "retention-" + std::to_string(receipt.audit_index);
  TRY(ReceiptWriter(state_).Write({receipt}));
  result.Set("receipt", receipt.name);
  return result;
}

}  // namespace signet::coordinator
