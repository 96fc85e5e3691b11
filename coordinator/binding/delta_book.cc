#include "coordinator/binding/delta_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/compact_range.h"
#include "crypto/transparency/proof.h"
#include "crypto/transparency/tree_hasher.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "delta/";
constexpr uint8_t kHash = 0;
constexpr uint8_t kRecord = 1;
/// A change's record begins with its version and the subject (policies/consent/ledger.h).
constexpr size_t kSubjectAt = 1;
constexpr int kNameBytes = 8;

std::string KeyOf(const std::string& delta, int partition) {
  return kPrefix + delta + "/" + std::to_string(partition);
}

crypto::DekScope ScopeOf(const std::string& key) {
  return {"@deltas", key, -1, "facts"};
}

bool IsAbout(const Bytes& record, const std::set<SubjectId>& subjects) {
  SubjectId id;
  if (record.size() < kSubjectAt + id.value.size()) return false;
  std::copy_n(
      record.begin() + static_cast<std::ptrdiff_t>(kSubjectAt), id.value.size(), id.value.begin());
  return subjects.count(id) != 0;
}

crypto::Digest DigestFrom(const Bytes& bytes) {
  crypto::Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

/// The hash of a perfect subtree over the leaves.
Result<crypto::Digest> NodeOver(const std::vector<Bytes>& leaves, unsigned level, uint64_t index) {
  crypto::TreeHasher hasher;
  if (level == 0) {
    if (index >= leaves.size()) return Internal("a leaf beyond the tree");
    return DigestFrom(leaves[index]);
  }
  ASSIGN_OR_RETURN(const crypto::Digest left, NodeOver(leaves, level - 1, index * 2));
  ASSIGN_OR_RETURN(const crypto::Digest right, NodeOver(leaves, level - 1, index * 2 + 1));
  return hasher.Node(left, right);
}

}  // namespace

/// One partition's share of a delta.
struct DeltaBook::Part {
  DekId dek;
  uint64_t first = 0;  ///< the number of its first leaf
  uint64_t total = 0;  ///< leaves of the whole delta
  std::vector<std::pair<uint8_t, Bytes>> items;
};

Json DeltaProof::ToJson() const {
  crypto::TreeHasher hasher;
  return Json::Of({{"delta", delta},
                   {"leaf", ToHex(hasher.Leaf(record))},
                   {"index", index},
                   {"leaves", leaves},
                   {"root", root},
                   {"hashes", Json::Strings(hashes)}});
}

Result<DeltaBook::Part> DeltaBook::ReadPart(const std::string& key) {
  ASSIGN_OR_RETURN(const Bytes stored, state_.store().Require(key));
  ByteReader outer(stored);
  ASSIGN_OR_RETURN(const ByteView id, outer.Field());
  Part part;
  part.dek = DekId(std::string(AsText(id)));
  ASSIGN_OR_RETURN(const SecretBytes dek, state_.vault().OpenDek(part.dek, ScopeOf(key)));
  ASSIGN_OR_RETURN(const Bytes plain, crypto::OpenStream(dek, AsBytes(key), outer.rest()));
  ByteReader reader(plain);
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  ASSIGN_OR_RETURN(part.first, reader.U64());
  ASSIGN_OR_RETURN(part.total, reader.U64());
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
    ASSIGN_OR_RETURN(const ByteView field, reader.Field());
    if (kind > kRecord) return Corrupt("a delta of the ledger is damaged");
    part.items.emplace_back(kind, Bytes(field.begin(), field.end()));
  }
  if (!reader.empty()) return Corrupt("a delta of the ledger is damaged");
  return part;
}

Status DeltaBook::WritePart(const std::string& key, const Part& part, crypto::WriteBatch& batch) {
  Bytes plain;
  AppendU64(plain, part.items.size());
  AppendU64(plain, part.first);
  AppendU64(plain, part.total);
  for (const auto& item : part.items) {
    plain.push_back(item.first);
    AppendField(plain, ByteView(item.second));
  }
  ASSIGN_OR_RETURN(const DekId id, state_.vault().NewDek(ScopeOf(key), batch));
  ASSIGN_OR_RETURN(const SecretBytes dek, state_.vault().OpenDek(id));
  ASSIGN_OR_RETURN(const Bytes sealed,
                   crypto::SealStream(dek, state_.entropy(), AsBytes(key), plain));
  Wipe(plain.data(), plain.size());
  Bytes value;
  AppendField(value, id.text());
  Append(value, sealed);
  batch.Put(key, std::move(value));
  return OkStatus();
}

Result<Json> DeltaBook::Put(const std::map<int, std::vector<Bytes>>& by_partition,
                            crypto::WriteBatch& batch) {
  uint64_t total = 0;
  for (const auto& entry : by_partition) total += entry.second.size();
  std::string name = TimestampText(state_.clock().Now()).substr(0, 19) + "-";
  std::replace(name.begin(), name.end(), ':', '-');
  name += ToHex(ByteView(state_.entropy().RandomUuid()).first(kNameBytes));
  crypto::TreeHasher hasher;
  crypto::CompactRange range;
  crypto::Sha256 sealed;
  for (const auto& entry : by_partition) {
    if (entry.second.empty()) continue;
    Part part;
    part.first = range.size();
    part.total = total;
    for (const Bytes& record : entry.second) {
      range.Append(hasher.Leaf(record), hasher);
      part.items.emplace_back(kRecord, record);
    }
    const std::string key = KeyOf(name, entry.first);
    TRY(WritePart(key, part, batch));
    sealed.Update(*batch.Find(key)->value);
  }
  return Json::Of({{"delta", name},
                   {"delta_root", ToHex(range.Root(hasher))},
                   {"sealed_delta", ToHex(sealed.Finish())}});
}

Status DeltaBook::ForParts(
    int partition,
    const std::function<Status(const std::string& delta, const std::string& key)>& use) {
  std::vector<std::pair<std::string, std::string>> found;
  const std::string ending = "/" + std::to_string(partition);
  TRY(state_.store().Scan(kPrefix, [&](std::string_view key, ByteView) -> Status {
    if (key.ends_with(ending)) {
      const std::string_view name = key.substr(sizeof kPrefix - 1);
      found.emplace_back(std::string(name.substr(0, name.size() - ending.size())),
                         std::string(key));
    }
    return OkStatus();
  }));
  for (const auto& part : found) TRY(use(part.first, part.second));
  return OkStatus();
}

/// The leaves of a whole delta, as hashes.
Result<std::vector<Bytes>> DeltaBook::LeafHashes(const std::string& delta) {
  std::vector<std::string> keys;
  TRY(state_.store().Scan(kPrefix + delta + "/", [&keys](std::string_view key, ByteView) -> Status {
    keys.emplace_back(key);
    return OkStatus();
  }));
  std::vector<Bytes> leaves;
  crypto::TreeHasher hasher;
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(const Part part, ReadPart(key));
    leaves.resize(std::max<size_t>(leaves.size(), part.total));
    if (part.first + part.items.size() > leaves.size()) {
      return Corrupt("a delta of the ledger is damaged");
    }
    for (size_t i = 0; i < part.items.size(); ++i) {
      const auto& item = part.items[i];
      const crypto::Digest leaf =
          item.first == kRecord ? hasher.Leaf(item.second) : DigestFrom(item.second);
      leaves[part.first + i] = Bytes(leaf.begin(), leaf.end());
    }
  }
  return leaves;
}

namespace {

/// The proof of one leaf among `leaves`.
Result<DeltaProof> ProofOf(const std::vector<Bytes>& leaves, uint64_t index, const Bytes& record) {
  const auto nodes = [&leaves](unsigned level, uint64_t at) { return NodeOver(leaves, level, at); };
  DeltaProof proof;
  proof.record = record;
  proof.index = index;
  proof.leaves = leaves.size();
  ASSIGN_OR_RETURN(const crypto::Digest root, crypto::RootAt(leaves.size(), nodes));
  proof.root = ToHex(root);
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> hashes,
                   crypto::ProveInclusion(index, leaves.size(), nodes));
  proof.hashes.reserve(hashes.size());
  for (const crypto::Digest& hash : hashes) proof.hashes.push_back(ToHex(hash));
  return proof;
}

}  // namespace

Status DeltaBook::AddChanges(const std::string& delta,
                             const std::string& key,
                             const std::set<SubjectId>& subjects,
                             std::vector<DeltaProof>& proofs) {
  ASSIGN_OR_RETURN(const Part part, ReadPart(key));
  std::vector<Bytes> leaves;
  for (size_t i = 0; i < part.items.size(); ++i) {
    const auto& item = part.items[i];
    if (item.first != kRecord || !IsAbout(item.second, subjects)) continue;
    if (leaves.empty()) {
      ASSIGN_OR_RETURN(leaves, LeafHashes(delta));
    }
    ASSIGN_OR_RETURN(DeltaProof proof, ProofOf(leaves, part.first + i, item.second));
    proof.delta = delta;
    proofs.push_back(std::move(proof));
  }
  return OkStatus();
}

Result<std::vector<DeltaProof>> DeltaBook::ChangesOf(const std::set<SubjectId>& subjects,
                                                     int partition) {
  std::vector<DeltaProof> proofs;
  TRY(ForParts(partition, [&](const std::string& delta, const std::string& key) {
    return AddChanges(delta, key, subjects, proofs);
  }));
  return proofs;
}

Status DeltaBook::Forget(const std::set<SubjectId>& subjects,
                         int partition,
                         crypto::WriteBatch& batch) {
  return ForParts(partition, [&](const std::string&, const std::string& key) -> Status {
    ASSIGN_OR_RETURN(Part part, ReadPart(key));
    crypto::TreeHasher hasher;
    bool changed = false;
    for (auto& item : part.items) {
      if (item.first != kRecord || !IsAbout(item.second, subjects)) continue;
      const crypto::Digest leaf = hasher.Leaf(item.second);
      item = {kHash, Bytes(leaf.begin(), leaf.end())};
      changed = true;
    }
    if (!changed) return OkStatus();
    TRY(state_.vault().DestroyDek(part.dek, batch));
    return WritePart(key, part, batch);
  });
}

Status DeltaBook::Reseal() {
  std::vector<std::string> keys;
  TRY(state_.store().Scan(kPrefix, [&keys](std::string_view key, ByteView) -> Status {
    keys.emplace_back(key);
    return OkStatus();
  }));
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(const Part part, ReadPart(key));
    crypto::WriteBatch batch;
    TRY(state_.vault().DestroyDek(part.dek, batch));
    TRY(WritePart(key, part, batch));
    TRY(state_.store().Write(batch, crypto::Durability::kNoSync));
  }
  return OkStatus();
}

Status DeltaBook::Verify(const DeltaProof& proof) {
  std::vector<crypto::Digest> hashes;
  hashes.reserve(proof.hashes.size());
  for (const std::string& hex : proof.hashes) {
    ASSIGN_OR_RETURN(const Bytes hash, FromHex(hex));
    hashes.push_back(DigestFrom(hash));
  }
  ASSIGN_OR_RETURN(const Bytes root, FromHex(proof.root));
  crypto::TreeHasher hasher;
  return crypto::VerifyInclusion(
      proof.index, proof.leaves, hasher.Leaf(proof.record), hashes, DigestFrom(root));
}

}  // namespace signet::coordinator
