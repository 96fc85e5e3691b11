/// The manifest of a snapshot: what was published, from what, under which rules; canonical JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// A snapshot has at most so many segments: a member's memberships are one 64-bit set.
inline constexpr size_t kSegmentsMax = 64;

struct SegmentEntry {
  std::string name;
  uint64_t members = 0;
  Json definition;  ///< the segment step's options: `where`, from, ...
  /// Set while few additions wait to be shown: when they are, at the latest.
  std::optional<Timestamp> additions_held_until = std::nullopt;
  friend bool operator==(const SegmentEntry&, const SegmentEntry&) = default;
};

/// A segment that was not published, and why ("below the minimum group of 50"); no count.
struct WithheldSegment {
  std::string name;
  std::string reason;
  friend bool operator==(const WithheldSegment&, const WithheldSegment&) = default;
};

/// Immutable once signed. Everything but `members` says where it comes from; `members` binds the
/// sealed file beside it.
struct SnapshotManifest {
  std::string name;  ///< of the snapshot: "<pipeline>.<publish step>" or as the step names it
  std::string recipient;
  std::string version;  ///< sorts by time: "20260101T000000Z-<run>"
  std::string run;
  std::string purpose;  ///< of the publish step
  Timestamp as_of;
  Timestamp created;
  std::optional<Timestamp> expires;
  uint32_t token_epoch = 1;
  std::string released;  ///< the source column released beside the token ("crm.customer_id"), or ""
  std::vector<SegmentEntry> segments;  ///< bit i of a member's set is segments[i]
  std::vector<WithheldSegment> withheld;
  uint64_t members = 0;                       ///< in at least one segment
  Json model_cards;                           ///< by model name
  std::string policy_digest;                  ///< hex
  std::string plan_digest;                    ///< hex
  std::map<std::string, std::string> inputs;  ///< dataset to content digest (hex)
  std::string shown_before;  ///< hex: keyed digest of what was shown and held before; "" = nothing
  std::string content_digest;   ///< hex MultisetDigest over (token, segment)
  uint64_t audit_index = 0;     ///< of the log entry that announces this snapshot
  std::string members_context;  ///< hex: context of members.sealed (the stream's header digest)
  std::string members_blob;     ///< hex SHA-256 of members.sealed

  [[nodiscard]] Json ToJson() const;
  /// kCorrupt for missing or ill-typed fields.
  static Result<SnapshotManifest> FromJson(const Json& json);
  /// ToJson().Dump(): the bytes that are digested and signed.
  [[nodiscard]] std::string Canonical() const;
  /// Hex SHA-256 of Canonical().
  [[nodiscard]] std::string Digest() const;
  /// The bit of that segment, or nothing.
  [[nodiscard]] std::optional<size_t> BitOf(std::string_view segment) const;
};

/// The text that is signed as a note (crypto/transparency): "signet snapshot v1", name, recipient,
/// version, manifest digest (hex), one a line, each ended by a line feed.
std::string ManifestNoteText(const SnapshotManifest& manifest);
/// Whether `note_text` is the text for that manifest: kCorrupt if not.
Status CheckManifestNote(const SnapshotManifest& manifest, std::string_view note_text);

}  // namespace signet::pipelines
