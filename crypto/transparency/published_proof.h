/// Proofs of what Signet publishes: that a snapshot, or a plan, is the one that the log announces.
/// What they say is checked without any other part of Signet.
#pragma once

#include <string>
#include <string_view>

#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/log_policy.h"

namespace signet::crypto {

/// The files beside a served snapshot.
struct SnapshotProof {
  std::string manifest;  ///< manifest.json: canonical JSON
  std::string note;      ///< manifest.note
  std::string receipt;   ///< receipt.tlog-proof
  std::string entry;     ///< entry.json: the log's entry
};

/// Checks that the note is signed by a log of the policy and is about this manifest ("signet
/// snapshot v1", name, recipient, version, hex SHA-256 of the manifest, one a line). kCorrupt, or
/// kInvalid for what cannot be read.
Status VerifyManifestNote(std::string_view manifest,
                          std::string_view note,
                          const LogPolicy& policy);

/// VerifyManifestNote, and that the entry announces exactly this manifest (snapshot, recipient,
/// version, members, content, sealed members, plan; at the index that the manifest names) and lies
/// under a checkpoint that the policy accepts. kDenied when its quorum is not reached. Returns the
/// checkpoint.
Result<Checkpoint> VerifySnapshotProof(const SnapshotProof& proof, const LogPolicy& policy);

/// Checks that the SHA-256 of the plan's canonical JSON is the one that the entry (type plan.bound)
/// names, and the receipt as above. `plan` may be indented: what counts is its canonical form.
Result<Checkpoint> VerifyPlanProof(std::string_view plan,
                                   std::string_view receipt,
                                   std::string_view entry,
                                   const LogPolicy& policy);

/// The checkpoint under which the receipt shows the entry, when the policy accepts it.
Result<Checkpoint> VerifyReceiptUnder(std::string_view receipt,
                                      std::string_view entry,
                                      const LogPolicy& policy);

}  // namespace signet::crypto
