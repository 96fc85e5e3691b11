/// AuditLog: the writer of the tamper-evident log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/audit/audit_event.h"
#include "crypto/audit/audit_keys.h"
#include "crypto/audit/audit_reader.h"
#include "crypto/base/clock.h"
#include "crypto/primitives/ed25519.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// Puts entries and the tree's new state into the caller's batch, so that a state change and its
/// record are one write. One log per store, one owner, one thread at a time.
///
/// Protocol: Append any number of times into one batch, write that batch (with sync), then
/// Committed(status of the write). A batch that will not be written: Committed(its error).
/// Appending to another batch before that is a CHECK: it would leave a hole in the log.
class AuditLog {
 public:
  /// Opens the log in `store`, or begins one. `origin` names it (schemaless, no spaces, no '+').
  /// `remembered` is a file outside the store that keeps the last signed checkpoint (empty = none):
  /// a store that was rolled back behind it, or that disagrees with it, is refused with kCorrupt,
  /// as is a stored state that contradicts itself. `evidence` is a folder in which such a finding
  /// is kept (evidence.h; empty = nowhere). `store` and `clock` must outlive the log.
  static Result<std::unique_ptr<AuditLog>> Open(KvStore& store,
                                                Ed25519PrivateKey key,
                                                std::string origin,
                                                Clock& clock,
                                                std::filesystem::path remembered = {},
                                                std::filesystem::path evidence = {});

  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  /// Brings the remembered file up to date.
  ~AuditLog();

  /// Returns the entry's index, which holds once `batch` is written. An event without a reason gets
  /// that of its type (event_catalog.h). kInvalid (nothing was appended) for an event that
  /// AuditEntryText refuses.
  Result<uint64_t> Append(const AuditEvent& event, WriteBatch& batch);
  /// Tells what became of the batch. After a failure the log reads its state from the store again,
  /// so that an unknown outcome becomes known; not ok means that this failed: reopen the log.
  Status Committed(const Status& written);
  /// Append, write with sync, Committed: for a single event, with what else is in `batch`.
  Result<uint64_t> Record(const AuditEvent& event, WriteBatch batch = {});

  /// Committed entries.
  [[nodiscard]] uint64_t size() const { return reader_->size(); }
  [[nodiscard]] const VerifierKey& key() const { return reader_->key(); }

  /// Signs the committed state, keeps the note in the store (synced) and in the remembered file,
  /// and returns it. The same note again when nothing was appended since.
  Result<std::string> SignCheckpoint();

  /// Signs the state with what is pending and puts the note into `batch`, the one that the pending
  /// entries are in: with that write it becomes the last checkpoint. It must not be shown before.
  /// The remembered file is brought up to date at most once a second, so it may lag behind.
  Status SignPending(WriteBatch& batch);

  /// Adds witnesses' lines to the last checkpoint, whose text they must cosign, durably. Lines of a
  /// key that is there already are replaced. kInvalid when the last checkpoint is another one.
  Status AddCosignatures(const SignedNote& cosigned);

  /// Removes entries below `minimum` (a multiple of 256, not above the last signed checkpoint's
  /// size): their bundles go, all hashes stay, and a `log.pruned` entry with `facts` says so, in
  /// one write. Nothing above the minimum can vanish. kInvalid for another minimum, or one that is
  /// not above the last.
  Status Prune(uint64_t minimum, const AuditEvent& event);

  // What a reader can do, on the committed entries.
  Result<Json> Entry(uint64_t index) { return reader_->Entry(index); }
  Result<std::string> ProveInclusion(uint64_t index) { return reader_->ProveInclusion(index); }
  Status Export(const std::filesystem::path& folder) { return reader_->Export(folder); }
  /// Also compares the remembered checkpoint. A finding is kept as evidence.
  Status VerifyAll();
  /// `found` (kCorrupt; others pass) with the evidence written and its path in the remedy.
  /// `witnessed` is what a witness said.
  Status Convict(const Status& found, const std::string& witnessed = {});
  [[nodiscard]] AuditReader& reader() { return *reader_; }

 private:
  /// The unfilled tile of one level from 1 upwards.
  struct OpenTile {
    uint64_t index = 0;
    Bytes hashes;
  };

  AuditLog(KvStore& store, Ed25519PrivateKey key, Clock& clock, std::filesystem::path remembered)
      : store_(store), key_(std::move(key)), clock_(clock), remembered_(std::move(remembered)) {}

  Status Start(const VerifierKey& verifier);

  /// Reads the writer's state from the store, forgetting what is pending.
  Status Load();
  Status LoadOpenBundle();
  Status LoadOpenTiles();
  Status CheckRemembered();
  /// Writes the note into the remembered file unless it is there.
  Status Remember(const std::string& note);
  void PutEntry(ByteView entry, WriteBatch& batch);
  void CloseBundle(WriteBatch& batch);
  void PutTree(ByteView entry, WriteBatch& batch);
  void PutState(WriteBatch& batch);

  KvStore& store_;
  Ed25519PrivateKey key_;
  Clock& clock_;
  std::filesystem::path remembered_;
  std::filesystem::path evidence_;
  std::string verifier_text_;
  std::unique_ptr<AuditReader> reader_;  ///< sees what is committed
  TreeHasher hasher_;

  // With what is pending:
  AuditState state_;
  Bytes open_bundle_;                ///< entries since the last multiple of 256
  std::vector<uint64_t> fragments_;  ///< first indexes of the open bundle's pieces in the store
  std::vector<OpenTile> open_tiles_;

  // Where in the caller's batch the pending values lie, to grow them in place:
  bool has_pending_ = false;
  bool fragment_is_open_ = false;
  std::string fragment_key_;
  size_t fragment_operation_ = 0;
  size_t state_operation_ = 0;

  std::string unremembered_;          ///< a note that the remembered file does not have yet
  int64_t remembered_at_micros_ = 0;  ///< monotonic
};

}  // namespace signet::crypto
