#include "crypto/transparency/published_proof.h"

#include <string>
#include <utility>

#include "crypto/base/json.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/entry_scan.h"
#include "crypto/transparency/proof.h"
#include "crypto/transparency/receipt.h"

namespace signet::crypto {
namespace {

std::string HexDigest(std::string_view text) {
  return ToHex(Sha256::Of(AsBytes(text)));
}

Result<Json> ReadManifest(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  if (!json.ok() || !json->is_object()) return Invalid("the manifest is not JSON");
  if (json->Dump() != text) return Corrupt("the manifest is not in canonical form");
  return json;
}

/// The entry, when it is of that type.
Result<Json> ReadEntry(std::string_view text, std::string_view type) {
  TRY(IndexOfEntry(AsBytes(text)).status().WithContext("the entry"));
  Result<Json> json = Json::Parse(text);
  if (!json.ok()) return Corrupt("the entry is not JSON");
  if ((*json)["type"].AsString() != type) {
    return Corrupt("the entry is not of type " + std::string(type));
  }
  return json;
}

/// Whether the entry's facts are those of the manifest; the first that differs is named.
Status CheckAnnounced(const Json& manifest, const Json& entry) {
  const Json& facts = entry["facts"];
  constexpr std::pair<const char*, const char*> kPairs[] = {{"name", "snapshot"},
                                                            {"recipient", "recipient"},
                                                            {"version", "version"},
                                                            {"members", "members"},
                                                            {"content_digest", "content_digest"},
                                                            {"members_blob", "members_blob"},
                                                            {"plan_digest", "plan_digest"}};
  for (const auto& [of_manifest, of_entry] : kPairs) {
    if (!manifest.Has(of_manifest) || manifest[of_manifest] != facts[of_entry]) {
      return Corrupt(std::string("the log announces another snapshot: its ") + of_entry +
                     " is not the manifest's");
    }
  }
  if (manifest["audit_index"].AsInt(-1) != entry["index"].AsInt(-2)) {
    return Corrupt("the manifest names another entry of the log");
  }
  return OkStatus();
}

}  // namespace

Status VerifyManifestNote(std::string_view manifest,
                          std::string_view note,
                          const LogPolicy& policy) {
  ASSIGN_OR_RETURN(const Json json, ReadManifest(manifest));
  ASSIGN_OR_RETURN(const SignedNote parsed, SignedNote::FromText(note));
  const std::string text = "signet snapshot v1\n" + json["name"].AsString() + "\n" +
                           json["recipient"].AsString() + "\n" + json["version"].AsString() + "\n" +
                           HexDigest(manifest) + "\n";
  if (parsed.text != text) return Corrupt("the note is not about this manifest");
  Status last = Corrupt("no log is trusted");
  for (const LogPolicy::Log& log : policy.logs()) {
    last = VerifyNote(parsed, log.key);
    if (last.ok()) break;
  }
  return last;
}

Result<Checkpoint> VerifyReceiptUnder(std::string_view receipt,
                                      std::string_view entry,
                                      const LogPolicy& policy) {
  ASSIGN_OR_RETURN(const Receipt parsed, Receipt::FromText(receipt));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, policy.Open(parsed.checkpoint));
  TreeHasher hasher;
  TRY(VerifyInclusion(
      parsed.index, checkpoint.size, hasher.Leaf(AsBytes(entry)), parsed.hashes, checkpoint.root));
  const Result<uint64_t> own = IndexOfEntry(AsBytes(entry));
  if (!own.ok() || *own != parsed.index) return Corrupt("the entry does not carry its own index");
  return checkpoint;
}

Result<Checkpoint> VerifySnapshotProof(const SnapshotProof& proof, const LogPolicy& policy) {
  TRY(VerifyManifestNote(proof.manifest, proof.note, policy));
  ASSIGN_OR_RETURN(const Json manifest, ReadManifest(proof.manifest));
  ASSIGN_OR_RETURN(const Json entry, ReadEntry(proof.entry, "snapshot.published"));
  TRY(CheckAnnounced(manifest, entry));
  return VerifyReceiptUnder(proof.receipt, proof.entry, policy);
}

Result<Checkpoint> VerifyPlanProof(std::string_view plan,
                                   std::string_view receipt,
                                   std::string_view entry,
                                   const LogPolicy& policy) {
  const Result<Json> json = Json::Parse(plan);
  if (!json.ok()) return Invalid("the plan is not JSON");
  ASSIGN_OR_RETURN(const Json bound, ReadEntry(entry, "plan.bound"));
  if (bound["facts"]["plan_digest"].AsString() != HexDigest(json->Dump())) {
    return Corrupt("the log's entry is about another plan");
  }
  return VerifyReceiptUnder(receipt, entry, policy);
}

}  // namespace signet::crypto
