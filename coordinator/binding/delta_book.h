/// DeltaBook: the sealed changes of the consent ledger that one entry of the log commits to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// One change, shown to lie under the Merkle root of an entry of the log.
struct DeltaProof {
  std::string delta;   ///< its name: facts.delta of the entry
  Bytes record;        ///< the leaf (policies/consent/ledger.h)
  uint64_t index = 0;  ///< among the leaves
  uint64_t leaves = 0;
  std::string root;                 ///< hex
  std::vector<std::string> hashes;  ///< hex: RFC 6962 inclusion proof
  /// With the leaf's hash in place of the record, which names the person's id.
  [[nodiscard]] Json ToJson() const;
};

/// Values under "delta/<name>/<partition>": field(DEK id) | sealed stream over
///   count(8) first(8) total(8) { kind(1) field }*    kind 1 = a record, 0 = the leaf's hash
/// One tree lies over all partitions of a delta, in their order. When a person is erased their
/// records give way to the leaves' hashes, so that what others can prove stays provable. Belongs to
/// one thread.
class DeltaBook {
 public:
  explicit DeltaBook(StateFolder& state) : state_(state) {}

  /// Puts the delta into `batch`; returns {delta, delta_root, sealed_delta} for the entry's facts.
  Result<Json> Put(const std::map<int, std::vector<Bytes>>& by_partition,
                   crypto::WriteBatch& batch);
  /// Every change about one of `subjects`, of all deltas, with proof.
  Result<std::vector<DeltaProof>> ChangesOf(const std::set<SubjectId>& subjects, int partition);
  /// Forgets the records of `subjects`, all of whom lie in `partition`.
  Status Forget(const std::set<SubjectId>& subjects, int partition, crypto::WriteBatch& batch);

  /// Seals every part under a new key; each is one write, for together they may be large.
  Status Reseal();

  /// Checks a proof by itself: kCorrupt.
  static Status Verify(const DeltaProof& proof);

 private:
  struct Part;
  Result<Part> ReadPart(const std::string& key);
  Status WritePart(const std::string& key, const Part& part, crypto::WriteBatch& batch);
  Result<std::vector<Bytes>> LeafHashes(const std::string& delta);
  /// The records of one part that are about `subjects`, each with its proof.
  Status AddChanges(const std::string& delta,
                    const std::string& key,
                    const std::set<SubjectId>& subjects,
                    std::vector<DeltaProof>& proofs);
  Status ForParts(
      int partition,
      const std::function<Status(const std::string& delta, const std::string& key)>& use);

  StateFolder& state_;
};

}  // namespace signet::coordinator
