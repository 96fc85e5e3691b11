#include "pipelines/snapshots/manifest.h"

#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/primitives/sha256.h"

namespace signet::pipelines {

namespace {

constexpr int kFormat = 1;

Json SegmentsJson(const std::vector<SegmentEntry>& segments) {
  Json list{Json::Array{}};
  for (const SegmentEntry& segment : segments) {
    Json json = Json::Of(
        {{"name", segment.name}, {"members", segment.members}, {"definition", segment.definition}});
    if (segment.additions_held_until) {
      json.Set("additions_held_until", TimestampText(*segment.additions_held_until));
    }
    list.Push(std::move(json));
  }
  return list;
}

Json WithheldJson(const std::vector<WithheldSegment>& withheld) {
  Json list{Json::Array{}};
  for (const WithheldSegment& segment : withheld) {
    list.Push(Json::Of({{"name", segment.name}, {"reason", segment.reason}}));
  }
  return list;
}

Result<Timestamp> TimeOf(const Json& json, std::string_view key) {
  Result<Timestamp> time = TimestampFromText(json[key].AsString());
  if (!time.ok()) return Corrupt("the manifest's '" + std::string(key) + "' is not a time");
  return time;
}

Result<SegmentEntry> SegmentFrom(const Json& json) {
  SegmentEntry segment;
  segment.name = json["name"].AsString();
  segment.members = static_cast<uint64_t>(json["members"].AsInt());
  segment.definition = json["definition"];
  if (json.Has("additions_held_until")) {
    ASSIGN_OR_RETURN(segment.additions_held_until, TimeOf(json, "additions_held_until"));
  }
  return segment;
}

bool IsHexDigest(const std::string& text) {
  return text.size() == 64 && FromHex(text).ok();
}

}  // namespace

Json SnapshotManifest::ToJson() const {
  Json inputs_json{Json::Object{}};
  for (const auto& [dataset, digest] : inputs) inputs_json.Set(dataset, digest);
  Json json = Json::Of({{"format", kFormat},
                        {"name", name},
                        {"recipient", recipient},
                        {"version", version},
                        {"run", run},
                        {"purpose", purpose},
                        {"as_of", TimestampText(as_of)},
                        {"created", TimestampText(created)},
                        {"expires", expires ? Json(TimestampText(*expires)) : Json()},
                        {"token_epoch", token_epoch},
                        {"released", released},
                        {"segments", SegmentsJson(segments)},
                        {"withheld", WithheldJson(withheld)},
                        {"members", members},
                        {"model_cards", model_cards},
                        {"policy_digest", policy_digest},
                        {"plan_digest", plan_digest},
                        {"inputs", std::move(inputs_json)},
                        {"content_digest", content_digest},
                        {"audit_index", audit_index},
                        {"members_context", members_context},
                        {"members_blob", members_blob}});
  if (!shown_before.empty()) json.Set("shown_before", shown_before);
  return json;
}

Result<SnapshotManifest> SnapshotManifest::FromJson(const Json& json) {
  if (!json.is_object() || json["format"].AsInt() != kFormat) {
    return Corrupt("not a snapshot manifest of format 1");
  }
  SnapshotManifest manifest;
  manifest.name = json["name"].AsString();
  manifest.recipient = json["recipient"].AsString();
  manifest.version = json["version"].AsString();
  manifest.run = json["run"].AsString();
  manifest.purpose = json["purpose"].AsString();
  ASSIGN_OR_RETURN(manifest.as_of, TimeOf(json, "as_of"));
  ASSIGN_OR_RETURN(manifest.created, TimeOf(json, "created"));
  if (!json["expires"].is_null()) {
    ASSIGN_OR_RETURN(manifest.expires, TimeOf(json, "expires"));
  }
  manifest.token_epoch = static_cast<uint32_t>(json["token_epoch"].AsInt());
  manifest.released = json["released"].AsString();
  for (const Json& segment : json["segments"].items()) {
    ASSIGN_OR_RETURN(SegmentEntry entry, SegmentFrom(segment));
    manifest.segments.push_back(std::move(entry));
  }
  for (const Json& segment : json["withheld"].items()) {
    manifest.withheld.push_back({segment["name"].AsString(), segment["reason"].AsString()});
  }
  manifest.members = static_cast<uint64_t>(json["members"].AsInt());
  manifest.model_cards = json["model_cards"];
  manifest.policy_digest = json["policy_digest"].AsString();
  manifest.plan_digest = json["plan_digest"].AsString();
  for (const auto& [dataset, digest] : json["inputs"].fields()) {
    manifest.inputs[dataset] = digest.AsString();
  }
  manifest.shown_before = json["shown_before"].AsString();
  manifest.content_digest = json["content_digest"].AsString();
  manifest.audit_index = static_cast<uint64_t>(json["audit_index"].AsInt());
  manifest.members_context = json["members_context"].AsString();
  manifest.members_blob = json["members_blob"].AsString();
  if (manifest.name.empty() || manifest.recipient.empty() || manifest.version.empty()) {
    return Corrupt("the manifest lacks name, recipient or version");
  }
  if (manifest.segments.size() > kSegmentsMax || !IsHexDigest(manifest.members_context) ||
      !IsHexDigest(manifest.members_blob)) {
    return Corrupt("the manifest of '" + manifest.name + "' does not describe its members");
  }
  return manifest;
}

std::string SnapshotManifest::Canonical() const {
  return ToJson().Dump();
}

std::string SnapshotManifest::Digest() const {
  return ToHex(crypto::Sha256::Of(AsBytes(Canonical())));
}

std::optional<size_t> SnapshotManifest::BitOf(std::string_view segment) const {
  for (size_t bit = 0; bit < segments.size(); ++bit) {
    if (segments[bit].name == segment) return bit;
  }
  return std::nullopt;
}

std::string ManifestNoteText(const SnapshotManifest& manifest) {
  return "signet snapshot v1\n" + manifest.name + "\n" + manifest.recipient + "\n" +
         manifest.version + "\n" + manifest.Digest() + "\n";
}

Status CheckManifestNote(const SnapshotManifest& manifest, std::string_view note_text) {
  if (note_text == ManifestNoteText(manifest)) return OkStatus();
  return Corrupt("the note of snapshot '" + manifest.name + "' is not about its manifest");
}

}  // namespace signet::pipelines
