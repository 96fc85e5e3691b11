#include "coordinator/binding/publication.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/cosigning/cosigner.h"
#include "coordinator/web/http_client.h"
#include "crypto/base/text.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::coordinator {
namespace {

using pipelines::SnapshotManifest;

constexpr char kOutbox[] = "outbox/publish/";
constexpr int64_t kMicrosPerSecond = 1'000'000;
/// Publication waits for witnesses; tasks must not be taken for dead meanwhile.
constexpr int kWitnessSecondsMax = 1;

/// "20260101T000000Z-<run>": sorts by time.
std::string VersionOf(Timestamp created, const std::string& run) {
  std::string text = TimestampText(Timestamp{created.micros / kMicrosPerSecond * kMicrosPerSecond});
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }),
             text.end());
  return text + "-" + run;
}

crypto::AuditEvent DeliveredEvent(const SnapshotManifest& manifest) {
  crypto::AuditEvent event;
  event.type = "snapshot.delivered";
  event.actor = "coordinator";
  event.action = "deliver";
  event.run = manifest.run;
  event.policy = manifest.policy_digest;
  event.facts = Json::Of({{"snapshot", manifest.name},
                          {"recipient", manifest.recipient},
                          {"destination", "serving"},
                          {"version", manifest.version},
                          {"members", manifest.members},
                          {"state", "delivered"}});
  return event;
}

std::optional<Timestamp> HeldUntil(const Json& extra, const std::string& segment) {
  for (const Json& item : extra["held"].items()) {
    const Result<Timestamp> until = TimestampFromText(item["until"].AsString());
    if (item["name"].AsString() == segment && until.ok()) return *until;
  }
  return std::nullopt;
}

SnapshotManifest ManifestOf(const Json& extra, const PublicationFacts& facts, Timestamp now) {
  SnapshotManifest manifest;
  manifest.name = extra["snapshot"].AsString();
  manifest.recipient = extra["recipient"].AsString();
  manifest.version = VersionOf(now, facts.run);
  manifest.run = facts.run;
  manifest.purpose = facts.purpose;
  manifest.as_of = facts.as_of;
  manifest.created = now;
  if (const int64_t expires_s = extra["expires_s"].AsInt(); expires_s > 0) {
    manifest.expires = Timestamp{now.micros + expires_s * kMicrosPerSecond};
  }
  manifest.token_epoch = static_cast<uint32_t>(extra["token_epoch"].AsInt(1));
  manifest.released = extra["released"].AsString();
  for (const Json& item : extra["segments"].items()) {
    pipelines::SegmentEntry segment;
    segment.name = item["name"].AsString();
    segment.members = static_cast<uint64_t>(item["members"].AsInt());
    segment.definition = facts.segment_definitions[segment.name];
    segment.additions_held_until = HeldUntil(extra, segment.name);
    manifest.segments.push_back(std::move(segment));
  }
  for (const Json& item : extra["withheld"].items()) {
    manifest.withheld.push_back({item["name"].AsString(), item["reason"].AsString()});
  }
  manifest.members = static_cast<uint64_t>(extra["members"].AsInt());
  manifest.model_cards = facts.model_cards;
  manifest.policy_digest = facts.policy_digest;
  manifest.plan_digest = facts.plan_digest;
  manifest.inputs = facts.inputs;
  manifest.shown_before = facts.shown_before;
  manifest.content_digest = extra["content"].AsString();
  return manifest;
}

}  // namespace

Result<SnapshotManifest> Publisher::Prepare(const pipelines::TaskResult& result,
                                            const PublicationFacts& facts,
                                            uint64_t fence,
                                            crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const pipelines::Stream stream,
                   pipelines::Stream::FromJson(result.extra["stream"]));
  SnapshotManifest manifest = ManifestOf(result.extra, facts, state_.clock().Now());
  manifest.members_context = stream.header_digest;
  manifest.members_blob = stream.blob_digest;
  crypto::AuditEvent event;
  event.type = "snapshot.published";
  event.actor = "coordinator";
  event.action = "publish";
  event.run = facts.run;
  event.policy = facts.policy_digest;
  event.why = "purpose " + facts.purpose;
  event.facts = Json::Of({{"snapshot", manifest.name},
                          {"recipient", manifest.recipient},
                          {"version", manifest.version},
                          {"members", manifest.members},
                          {"content_digest", manifest.content_digest},
                          {"members_blob", manifest.members_blob},
                          {"plan_digest", facts.plan_digest}});
  ASSIGN_OR_RETURN(manifest.audit_index, state_.audit().Append(event, batch));
  const Json intent = Json::Of({{"manifest", manifest.ToJson()},
                                {"stream", stream.ToJson()},
                                {"fence", static_cast<int64_t>(fence)}});
  const std::string name = manifest.recipient + "/" + manifest.name + "/" + manifest.version;
  batch.Put(kOutbox + name, intent.Dump());
  batch.Put("snapshot/" + name, intent.Dump());
  return manifest;
}

Status Publisher::Checkpoint() {
  ASSIGN_OR_RETURN(const std::optional<crypto::LogPolicy> policy, state_.ReadLogPolicy());
  if (!policy || !policy->needs_witnesses()) return state_.audit().SignCheckpoint().status();
  Cosigner cosigner(
      state_.audit(), state_.store(), *policy, [](const std::string& url, const std::string& body) {
        return HttpPost(url, body, "text/plain", kWitnessSecondsMax);
      });
  ASSIGN_OR_RETURN(const Cosigning asked, cosigner.Cosign());
  if (asked.quorum.ok()) return OkStatus();
  return Unavailable("no quorum of witnesses cosigned the log, so the snapshots are not delivered" +
                     std::string(asked.failed.empty() ? "" : ": ") + Join(asked.failed, "; "))
      .WithRemedy("start the witnesses named in log-policy, then: signet audit cosign");
}

Status Publisher::Deliver() {
  std::vector<std::pair<std::string, Json>> intents;
  TRY(state_.store().Scan(kOutbox, [&intents](std::string_view key, ByteView value) -> Status {
    ASSIGN_OR_RETURN(Json json, Json::Parse(AsText(value)));
    intents.emplace_back(std::string(key), std::move(json));
    return OkStatus();
  }));
  if (intents.empty()) return OkStatus();
  // A snapshot is served only once its entry lies under a checkpoint (and a quorum of witnesses).
  TRY(Checkpoint());
  ASSIGN_OR_RETURN(
      pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  crypto::WriteBatch done;
  std::vector<crypto::AuditEvent> delivered;
  for (const auto& [key, intent] : intents) {
    pipelines::SnapshotFiles files;
    ASSIGN_OR_RETURN(files.manifest, SnapshotManifest::FromJson(intent["manifest"]));
    ASSIGN_OR_RETURN(const pipelines::Stream stream, pipelines::Stream::FromJson(intent["stream"]));
    ASSIGN_OR_RETURN(files.note, state_.SignNote(pipelines::ManifestNoteText(files.manifest)));
    ASSIGN_OR_RETURN(files.receipt, state_.audit().ProveInclusion(files.manifest.audit_index));
    ASSIGN_OR_RETURN(const Bytes entry,
                     state_.audit().reader().EntryBytes(files.manifest.audit_index));
    files.entry = std::string(AsText(entry));
    ASSIGN_OR_RETURN(files.members, state_.blobs().Get(stream.blob_digest));
    ASSIGN_OR_RETURN(files.key, state_.vault().OpenDek(stream.dek));
    TRY(folder.Publish(files, static_cast<uint64_t>(intent["fence"].AsInt())));
    // The serving folder has its own copy of the key.
    TRY(state_.vault().DestroyDek(stream.dek, done));
    done.Delete(key);
    delivered.push_back(DeliveredEvent(files.manifest));
  }
  // Last: what was appended must be written, or the log be told that it was not.
  for (const crypto::AuditEvent& event : delivered) {
    TRY(state_.audit().Append(event, done).status());
  }
  Status written = state_.store().Write(done, crypto::Durability::kSync);
  TRY(state_.audit().Committed(written));
  return written;
}

}  // namespace signet::coordinator
