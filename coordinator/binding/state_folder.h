/// StateFolder: everything that one Signet keeps, opened together and locked against a second one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "crypto/audit/audit_log.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/primitives/ed25519.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/log_policy.h"
#include "pipelines/artifacts/blob_store.h"

namespace signet::coordinator {

/// STATE/
///   custody.json      where the root key is, unless it is in custody/ (chosen once)
///   custody/          root key and KEK generations (never in backups of the rest)
///   store/            RocksDB: journal, vault, ledger, log, registry; values sealed
///   blobs/            sealed artifacts
///   serving/          snapshots for signet-serve
///   receipts/         signed receipts of rights requests
///   checkpoint.note   the last signed checkpoint, remembered outside the store
///   log-policy        who must cosign the log (C2SP tlog-policy); made by the operator, optional
///   evidence/         what was found when the log was forked, rolled back or damaged
///   audit.vkey        the log's verifier key
class StateFolder {
 public:
  /// Opens, or makes, the state. kUnavailable when another signet holds it or the disk refuses;
  /// kCorrupt when custody, store and log do not belong together (a restored older copy, a fork).
  static Result<std::unique_ptr<StateFolder>> Open(const std::filesystem::path& path,
                                                   Clock& clock,
                                                   Entropy& entropy);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path serving() const { return path_ / "serving"; }
  [[nodiscard]] std::filesystem::path blobs_path() const { return path_ / "blobs"; }
  [[nodiscard]] crypto::Custody& custody() { return *custody_; }
  [[nodiscard]] crypto::KvStore& store() { return *store_; }
  [[nodiscard]] crypto::KeyVault& vault() { return *vault_; }
  [[nodiscard]] crypto::AuditLog& audit() { return *audit_; }
  [[nodiscard]] pipelines::BlobStore& blobs() { return *blobs_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] Entropy& entropy() { return entropy_; }

  /// The number of partitions, fixed when the state is first used: kInvalid when it differs.
  Status FixPartitions(int partitions);
  /// 0 before the first run.
  [[nodiscard]] Result<int> Partitions();
  /// STATE/log-policy, if there is one; kInvalid when it cannot be read or does not name this log.
  [[nodiscard]] Result<std::optional<crypto::LogPolicy>> ReadLogPolicy();
  /// Tells the log of settings that an operator changed since the last look (log-policy,
  /// custody.json); done when the state is opened, too.
  Status NoteSettings();
  /// The first entry of a new state's log: where its root is kept. Nothing for another log.
  Status NoteCustody(crypto::WriteBatch& batch);
  /// Takes what servers reported about reads into the log; done when the state is opened, too.
  Status FoldAccess();
  /// Signs `text` as a note with the log's key (manifests, receipts).
  [[nodiscard]] Result<std::string> SignNote(const std::string& text);
  /// Whether the folder is marked as a test state (file `test-state`): lower group sizes are
  /// allowed.
  [[nodiscard]] bool is_test_state() const;

 private:
  StateFolder(std::filesystem::path path, Clock& clock, Entropy& entropy)
      : path_(std::move(path)), clock_(clock), entropy_(entropy) {}

  std::filesystem::path path_;
  Clock& clock_;
  Entropy& entropy_;
  std::unique_ptr<crypto::Custody> custody_;
  std::unique_ptr<crypto::KvStore> store_;
  std::unique_ptr<crypto::KeyVault> vault_;
  std::unique_ptr<crypto::AuditLog> audit_;
  std::unique_ptr<pipelines::BlobStore> blobs_;
};

}  // namespace signet::coordinator
