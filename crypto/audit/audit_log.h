/// AuditLog: the writer of the tamper-evident log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/audit/audit_event.h"
#include "crypto/audit/audit_reader.h"
#include "crypto/base/clock.h"
#include "crypto/primitives/ed25519.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/compact_range.h"

namespace signet::crypto {

/// Puts entries and the tree's new state into the caller's batch, so that a state change and its
/// record are one write. One log per store; one owner.
///
/// Protocol: Append (any number of times, into one batch), write the batch, Committed(status).
/// Entries appended since the last Committed belong to that one batch.
class AuditLog {
 public:
  /// Opens the log in `store` (or begins one). `remembered` is a file outside the store that keeps
  /// the last signed checkpoint (empty = none): a store that was rolled back behind it, or that
  /// disagrees with it, is refused with kCorrupt, as is a stored state that contradicts itself.
  /// `store` and `clock` must outlive the log.
  static Result<std::unique_ptr<AuditLog>> Open(KvStore& store,
                                                Ed25519PrivateKey key,
                                                std::string origin,
                                                Clock& clock,
                                                std::filesystem::path remembered = {});

  /// Returns the entry's index, which holds once `batch` is written. kInvalid (the batch stays
  /// usable) for an event that AuditEntryText refuses.
  Result<uint64_t> Append(const AuditEvent& event, WriteBatch& batch);
  /// Tells what became of the batch. After a failure the log reads its state from the store again;
  /// a status that is not ok means that this failed, and that the log must be reopened.
  Status Committed(const Status& written);
  /// Append, write with sync and Committed for a single event.
  Result<uint64_t> Record(const AuditEvent& event, WriteBatch batch = {});

  /// Committed entries.
  [[nodiscard]] uint64_t size() const { return committed_; }
  [[nodiscard]] const VerifierKey& key() const { return reader_->key(); }

  /// Signs the committed state, stores the note in the store (synced) and in the remembered file,
  /// and returns it. The same note again when nothing was appended since.
  Result<std::string> SignCheckpoint();

  // What a reader can do, on the committed entries.
  Result<Json> Entry(uint64_t index);
  Result<std::string> ProveInclusion(uint64_t index);
  Status Export(const std::filesystem::path& folder);
  Status VerifyAll();
  Result<AuditReader*> Reader();

 private:
  AuditLog(KvStore& store, Ed25519PrivateKey key, Clock& clock, std::filesystem::path remembered)
      : store_(store), key_(std::move(key)), clock_(clock), remembered_(std::move(remembered)) {}

  Status Load();
  Status CheckRemembered();
  void PutFragment(ByteView entry, WriteBatch& batch);
  void PutTree(const Digest& leaf, WriteBatch& batch);

  KvStore& store_;
  Ed25519PrivateKey key_;
  Clock& clock_;
  std::filesystem::path remembered_;
  std::unique_ptr<AuditReader> reader_;
  TreeHasher hasher_;
  CompactRange range_;             ///< with pending entries
  uint64_t committed_ = 0;
  Bytes open_bundle_;              ///< entries since the last multiple of 256
  std::vector<uint64_t> fragments_;  ///< first indexes of the open bundle's stored fragments
  std::vector<Bytes> open_tiles_;  ///< hashes of the unfilled tile of tile level 1, 2, ...
  size_t fragment_operation_ = 0;  ///< where in the batch the growing fragment lies
  size_t state_operation_ = 0;
  bool has_pending_ = false;
};

}  // namespace signet::crypto
