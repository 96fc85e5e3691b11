/// KeyVault: the state's keys. Derived keys for what lasts, random DEKs for what erasure destroys.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody.h"
#include "crypto/keys/dek_record.h"
#include "crypto/keys/key_derivation.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// DEKs (32 random bytes) rest in the store, wrapped by AES-KWP under a key derived from (KEK
/// generation, DEK id, scope): a record that was changed, or moved to another id or scope, does not
/// unwrap. The KEK itself is in custody alone, so the store and every old copy of it die with it.
///
/// Rotation (erasure's second stage), in this order:
///   1. RotateKek(batch): a new generation in custody; all DEKs that live once `batch` is written
///      are wrapped anew in it
///   2. the caller writes `batch` durably, with its own state change
///   3. DestroyOldKeks(now): the new generation becomes current, the older ones are destroyed
/// A crash between the steps loses nothing; repeat from 1 or 3. Batches of NewDek and DestroyDek
/// must be written before the next RotateKek or appended to its batch.
///
/// Functions may be called from several threads. KEKs are read from custody for each use and wiped
/// after it, or never leave it (a token): a destroyed one is not in memory either.
class KeyVault {
 public:
  /// `custody`, `store`, `entropy` and `clock` must outlive the vault. A new state gets its first
  /// generation. kCorrupt, naming both generations, when the store is an older copy whose current
  /// KEK generation is below custody's, and when custody belongs to another state.
  static Result<std::unique_ptr<KeyVault>> Open(Custody& custody,
                                                KvStore& store,
                                                Entropy& entropy,
                                                Clock& clock);

  /// 32 bytes; see key_derivation.h. A key that was carried over from an earlier root is that one.
  [[nodiscard]] SecretBytes Derive(KeyUse use, std::string_view context) const;
  /// What LinkHasher and SuppressionHasher take: the derived key, and behind it the covers that an
  /// emergency re-key has made (32 and 64 bytes; crypto/pseudonym/cover.h).
  [[nodiscard]] SecretBytes LinkKey() const;
  [[nodiscard]] SecretBytes SuppressionKey() const;

  /// What CoverChange takes, for link values and for the suppression list.
  struct NewCovers {
    SecretBytes links;
    SecretBytes suppression;
  };
  /// Random covers in place of those there are. The caller puts every value that is kept under them
  /// in the same batch, and calls TakeCovers once it is written.
  Result<NewCovers> MakeCovers(WriteBatch& batch);
  /// From here on keys are those of the covers in the store.
  Status TakeCovers();

  // For a state that gets a new root: the vault of the new one takes over what must go on.
  /// Puts a data key of another vault under this one's KEK, id and scope as they are. Where there
  /// is one of that id: kConflict.
  Status AdoptDek(const DekId& id,
                  const DekScope& scope,
                  const SecretBytes& dek,
                  WriteBatch& batch);
  /// From the next Open on, Derive(use, "") gives `key`: values that it made (links, the
  /// suppression list) stay comparable, for nobody can make them again. Covers protect them.
  Status CarryOver(KeyUse use, const SecretBytes& key, WriteBatch& batch);
  /// Visits each live data key's id and scope.
  Status ForEachDek(
      const std::function<Status(const DekId& id, const DekScope& scope)>& visit) const;

  /// Makes a DEK; its record goes into `batch`. It can be opened at once, and for good when the
  /// batch is written. kInvalid for an empty dataset or label class, or a text over 1,024 bytes.
  Result<DekId> NewDek(const DekScope& scope, WriteBatch& batch);
  /// kNotFound when there is none (or no longer); kCorrupt with the day when its KEK generation was
  /// destroyed, and when its record was changed.
  [[nodiscard]] Result<SecretBytes> OpenDek(const DekId& id) const;
  /// As above for a caller that knows what it opens: kCorrupt when the DEK is for another scope.
  [[nodiscard]] Result<SecretBytes> OpenDek(const DekId& id, const DekScope& expected) const;
  [[nodiscard]] Result<DekScope> ScopeOf(const DekId& id) const;
  /// Takes the record out of the store. Old copies of the store still hold it until the next
  /// rotation destroys its KEK generation.
  Status DestroyDek(const DekId& id, WriteBatch& batch);

  /// Step 1 above; returns the new generation. Within `batch`, DEKs made are wrapped anew too, and
  /// DEKs deleted stay deleted.
  Result<uint32_t> RotateKek(WriteBatch& batch);
  /// Step 3 above. kConflict when the store still holds a live DEK under an older generation (the
  /// batch was not written): nothing is destroyed then.
  Status DestroyOldKeks(Timestamp now);
  /// The generation under which NewDek wraps.
  [[nodiscard]] uint32_t kek_generation() const;

  /// {"current": n, "generations": [{"generation", "state": "current|pending|old|destroyed",
  /// "deks", "destroyed_at"}], "deks": n}: no key material.
  [[nodiscard]] Result<Json> List() const;

 private:
  KeyVault(Custody& custody, KvStore& store, Entropy& entropy, Clock& clock);

  Status Load();
  Status Begin();
  Status LoadCarried();
  [[nodiscard]] Result<std::map<KeyUse, SecretBytes>> ReadCovers() const;
  Status PutDek(const DekId& id, const DekScope& scope, const SecretBytes& dek, WriteBatch& batch);
  [[nodiscard]] Status CheckAge(uint32_t stored) const;
  [[nodiscard]] Result<DekRecord> Read(const DekId& id) const;
  [[nodiscard]] Result<SecretBytes> Unwrap(const DekId& id, const DekRecord& record) const;
  [[nodiscard]] Result<std::map<DekId, DekRecord>> LiveAfter(const WriteBatch& batch) const;

  Custody& custody_;
  KvStore& store_;
  Entropy& entropy_;
  Clock& clock_;
  SecretBytes base_;
  std::map<KeyUse, SecretBytes> carried_;
  std::map<KeyUse, SecretBytes> covers_;  // of kLink and kSuppression, once there are any
  mutable std::mutex mutex_;
  uint32_t generation_ = 0;                   // guarded by mutex_
  mutable std::map<DekId, Bytes> unwritten_;  // guarded by mutex_: made, not seen in the store
};

}  // namespace signet::crypto
