/// LedgerBook: the consent ledger of a state, partition by partition, sealed in the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/store/kv_store.h"
#include "policies/consent/alias_list.h"
#include "policies/consent/ledger.h"

namespace signet::coordinator {

/// Each partition is one value: sealed under a DEK of its own, so that old copies die with the KEK
/// generation. Belongs to one thread.
class LedgerBook {
 public:
  explicit LedgerBook(StateFolder& state) : state_(state) {}

  /// The ledger of a partition; empty when nothing was ever said there.
  Result<policies::LedgerPartition*> Partition(int partition);
  /// Puts the partition as it is now into `batch`, under a new DEK; the old one is destroyed there.
  Status Store(int partition, crypto::WriteBatch& batch);
  /// Moves what is known of each alias, wherever it lies among `partitions`, to its older subject
  /// in `partition`, and puts the other partitions that changed into `batch`; the caller stores
  /// `partition` itself. Returns how many statements moved. Once moved, nothing moves again.
  Result<uint64_t> Merge(std::span<const policies::SubjectAlias> aliases,
                         int partitions,
                         int partition,
                         crypto::WriteBatch& batch);
  /// Grows with every stored change: names the ledger's version in plans and manifests.
  [[nodiscard]] uint64_t version() const { return version_; }
  Status LoadVersion();
  /// Forgets what was not written, after a failed batch: partitions and version are again those of
  /// the store.
  void Drop();

 private:
  StateFolder& state_;
  std::map<int, policies::LedgerPartition> partitions_;
  std::map<int, DekId> deks_;
  uint64_t version_ = 0;
};

}  // namespace signet::coordinator
