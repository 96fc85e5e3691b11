/// The publish stage: segments of subjects become members under a recipient's own tokens.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/primitives/hmac.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"
#include "pipelines/snapshots/manifest.h"
#include "pipelines/snapshots/members.h"
#include "pipelines/snapshots/shown_members.h"
#include "policies/model/purpose.h"

namespace signet::pipelines {

/// Keys of the step: segments, recipients, identify_by, snapshot, expires.
struct PublishOptions {
  std::vector<std::string> segments;    ///< segment steps; each is an input view (subject, ...)
  std::vector<std::string> recipients;  ///< one snapshot per recipient
  std::string identify_by;              ///< "crm.customer_id" or empty
  std::string snapshot;                 ///< name; empty: the step's
  int64_t expires_s = 0;                ///< 0: never

  static Result<PublishOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Docs();
};

/// What the publication must respect, decided by policy and the lease.
struct PublishGate {
  /// Segments below min_group are withheld; fewer additions than that are held, at most hold_max_s.
  policies::PublicationRule publication;
  /// Subjects that the recipient's purpose may use now, sorted; nothing = the views are filtered.
  std::optional<std::span<const SubjectId>> allowed;
  /// View (subject, value TEXT) of identifiers released to the recipient; empty = none.
  std::string identifiers_view;
  /// What the recipient was shown before; null: nothing ever.
  const ShownMembers* shown_before = nullptr;
};

/// Additions to a published segment that wait to be shown; no count.
struct HeldAdditions {
  std::string segment;
  Timestamp until;  ///< when they go through at the latest, by the runs' as_of
  friend bool operator==(const HeldAdditions&, const HeldAdditions&) = default;
};

/// Members of one snapshot, before sealing.
struct PublishedMembers {
  std::vector<Member> members;         ///< sorted by token; only those in a published segment
  std::vector<SegmentEntry> segments;  ///< published, in the options' order; `definition` is null
  std::vector<WithheldSegment> withheld;
  std::vector<HeldAdditions> held;      ///< of published segments
  std::vector<std::string> let_by_age;  ///< segments whose few additions had waited long enough
  /// Pairs of published segments each of which holds fewer people than a group that the other does
  /// not: the difference of their counts is about those few, so they may not both be told.
  std::vector<std::pair<std::string, std::string>> close;
  ShownMembers shown;               ///< what the recipient knows from now on, and who waits
  MultisetDigest content;           ///< over (token, segment): see MemberRowDigest
  uint64_t not_allowed = 0;         ///< memberships that the consent view removed
  uint64_t without_identifier = 0;  ///< members for whom identify_by had no value
  /// {members, segments: {name: members}, withheld: {name: reason}, held: {name: until},
  /// not_allowed,
  /// ...}.
  [[nodiscard]] Json Figures() const;
};

/// The digest of one membership: HMAC(digest key, field(segment) || token).
crypto::Digest MemberRowDigest(const crypto::HmacKey& digest_key,
                               std::string_view segment,
                               const Uuid& token);

/// Reads the views named in `options.segments` (first column `subject` UUID, distinct or not),
/// applies the gate, makes tokens. Who is added to what was shown before waits until they are a
/// group (policies::ReleaseMembers, by context.as_of); who left is gone at once. Deterministic:
/// members sorted by token, digest order-free.
/// Memory: about 50 bytes a member. kInvalid for more than kSegmentsMax segments.
Result<PublishedMembers> CollectMembers(query::Connection& sql,
                                        const PublishOptions& options,
                                        const PublishGate& gate,
                                        const crypto::RecipientTokens& tokens,
                                        const crypto::HmacKey& digest_key,
                                        const StageContext& context);

}  // namespace signet::pipelines
