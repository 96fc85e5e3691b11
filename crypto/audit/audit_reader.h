/// AuditReader: entries, proofs and exports of a log that lies in a KvStore.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/json.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/compact_range.h"
#include "crypto/transparency/log_verifier.h"
#include "crypto/transparency/proof.h"

namespace signet::crypto {

/// Reads what AuditLog wrote, with the public key alone. Sees the log as it was when opened (or
/// refreshed). For one thread at a time.
class AuditReader final : private LogSource {
 public:
  /// `store` must outlive the reader. kCorrupt when the stored state contradicts itself, or the
  /// last signed checkpoint.
  static Result<std::unique_ptr<AuditReader>> Open(KvStore& store, VerifierKey key);

  /// Entries in the log.
  [[nodiscard]] uint64_t size() const { return range_.size(); }
  [[nodiscard]] const VerifierKey& key() const { return key_; }
  [[nodiscard]] const CompactRange& range() const { return range_; }
  /// Entries below this index were removed by retention (a multiple of 256; 0 = none): they are
  /// kNotFound, their hashes stay.
  [[nodiscard]] uint64_t pruned_below() const { return pruned_below_; }
  /// Looks at the store again.
  Status Refresh();

  /// The entry's bytes; kNotFound beyond the end.
  Result<Bytes> EntryBytes(uint64_t index);
  Result<Json> Entry(uint64_t index);
  /// Visits entries [from, size()) in order, those that were not pruned.
  Status Scan(uint64_t from, const std::function<Status(uint64_t index, ByteView entry)>& visit);

  /// The last signed checkpoint (a note); kNotFound before the first.
  Result<std::string> LastCheckpoint();
  /// The root of the first `size` entries; kInvalid beyond the end.
  Result<Digest> RootAt(uint64_t size);
  /// A receipt (.tlog-proof text) for the entry under the last signed checkpoint; kUnavailable
  /// while no checkpoint covers it yet.
  Result<std::string> ProveInclusion(uint64_t index);
  /// Shows that the last checkpoint's tree extends that of `old_size` entries.
  Result<std::vector<Digest>> ProveConsistencyFrom(uint64_t old_size);

  /// Writes the log under the last signed checkpoint as C2SP tlog-tiles files: `checkpoint`,
  /// `tile/...`. Safe to repeat into the same folder: older partial tiles stay.
  Status Export(const std::filesystem::path& folder);
  /// Hashes every entry and compares every stored tile, the tree's state and the last checkpoint.
  /// Returns the number of entries.
  Result<uint64_t> VerifyAll();
  /// kCorrupt unless this log extends `checkpoint`.
  Status CheckExtends(const Checkpoint& checkpoint);

 private:
  friend class AuditLog;

  AuditReader(KvStore& store, VerifierKey key) : store_(store), key_(std::move(key)) {}

  // LogSource, over the store.
  Result<std::string> CheckpointNote() override { return LastCheckpoint(); }
  Result<Bytes> EntryBundle(uint64_t index, uint64_t width) override;
  Result<std::optional<Bytes>> HashTile(const TileId& id) override;

  /// The tree under one checkpoint, with its last tiles: receipts of one batch share them.
  struct Prover {
    std::string note;
    uint64_t size = 0;
    TileTree tree;
  };

  /// Makes the prover that of the last checkpoint.
  Status LoadProver();
  /// Any tile, level 0 hashed from its entries.
  Result<Bytes> AnyTile(const TileId& id);
  Status LoadPruned();
  /// What must be in the store: kCorrupt when it is not.
  Result<Bytes> RequirePart(const std::string& key);
  /// The last checkpoint, opened.
  Result<Checkpoint> OpenLast(std::string& note);

  KvStore& store_;
  VerifierKey key_;
  CompactRange range_;
  uint64_t pruned_below_ = 0;
  std::optional<Prover> prover_;
};

}  // namespace signet::crypto
