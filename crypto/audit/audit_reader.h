/// AuditReader: entries, proofs and exports of a log that lies in a KvStore.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "crypto/base/json.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/compact_range.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {

/// Reads what AuditLog wrote, with the public key alone. Sees the log as it was when opened (or
/// refreshed). For one thread at a time.
class AuditReader {
 public:
  /// `store` must outlive the reader. kCorrupt when the stored state contradicts itself.
  static Result<std::unique_ptr<AuditReader>> Open(KvStore& store, VerifierKey key);

  /// Entries in the log.
  [[nodiscard]] uint64_t size() const { return range_.size(); }
  [[nodiscard]] const VerifierKey& key() const { return key_; }
  [[nodiscard]] const CompactRange& range() const { return range_; }
  /// Looks at the store again.
  Status Refresh();

  /// The entry's bytes; kNotFound beyond the end.
  Result<Bytes> EntryBytes(uint64_t index);
  Result<Json> Entry(uint64_t index);
  /// Visits entries [from, size()) in order.
  Status Scan(uint64_t from, const std::function<Status(uint64_t index, ByteView entry)>& visit);

  /// The last signed checkpoint (a note); kNotFound before the first.
  Result<std::string> LastCheckpoint();
  /// The root of the first `size` entries.
  Result<Digest> RootAt(uint64_t size);
  /// A receipt (.tlog-proof text) for the entry under the last signed checkpoint; kUnavailable
  /// while no checkpoint covers it yet.
  Result<std::string> ProveInclusion(uint64_t index);

  /// Writes the log under the last signed checkpoint as C2SP tlog-tiles files: `checkpoint`,
  /// `tile/...`. Safe to repeat into the same folder.
  Status Export(const std::filesystem::path& folder);
  /// Hashes every entry, compares every stored tile, the tree's state and the last checkpoint.
  Status VerifyAll();

 private:
  AuditReader(KvStore& store, VerifierKey key) : store_(store), key_(std::move(key)) {}

  Result<Bytes> Bundle(uint64_t index, uint64_t width);
  Result<Bytes> HashTile(const TileId& id);
  Status WriteTiles(const std::filesystem::path& folder, uint64_t size);
  Status CheckCheckpoint(const Checkpoint& checkpoint);

  KvStore& store_;
  VerifierKey key_;
  CompactRange range_;
};

}  // namespace signet::crypto
