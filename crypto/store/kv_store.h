/// KvStore: an ordered map from text keys to bytes, changed only by atomic batches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// Changes that happen together or not at all; the last one on a key wins.
class WriteBatch {
 public:
  struct Operation {
    std::string key;
    std::optional<Bytes> value;  ///< none = delete
  };

  void Put(std::string key, Bytes value);
  /// Text values, for convenience.
  void Put(std::string key, std::string_view value);
  /// Deleting what is not there is fine.
  void Delete(std::string key);
  /// Appends the operations of `later`, in order.
  void Append(const WriteBatch& later);
  void Clear();

  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] bool empty() const { return operations_.empty(); }
  [[nodiscard]] size_t size() const { return operations_.size(); }
  /// The pending value of `key`: nullptr when this batch does not touch it, else the operation.
  [[nodiscard]] const Operation* Find(std::string_view key) const;
  /// The value that operation number `operation` puts under `key`, to grow it in place; nullptr
  /// when that operation is not there, deletes, or is about another key.
  [[nodiscard]] Bytes* ValueAt(size_t operation, std::string_view key);

 private:
  std::vector<Operation> operations_;
};

enum class Durability {
  kSync,    ///< survives a power cut once Write returns
  kNoSync,  ///< survives the process; a power cut may lose it (and all later batches), never tear
            ///< it
};

/// Receives one entry of a scan; a status that is not ok ends the scan and is returned by it.
using ScanVisitor = std::function<Status(std::string_view key, ByteView value)>;

/// Ordered keys (by bytes), atomic batches. All functions may be called from any thread.
///
/// Not guaranteed: isolation between a Get and a later Write; the caller owns its keys' order.
class KvStore {
 public:
  KvStore() = default;
  KvStore(const KvStore&) = delete;
  KvStore& operator=(const KvStore&) = delete;
  virtual ~KvStore() = default;

  /// The value, or none. kCorrupt when the value was changed or belongs to another key.
  virtual Result<std::optional<Bytes>> Get(std::string_view key) = 0;

  /// Applies the whole batch. kUnavailable: nothing happened, a retry can help (disk full, read
  /// only). kUnknownOutcome: it may have happened; reopen the store and look.
  virtual Status Write(const WriteBatch& batch, Durability durability) = 0;

  /// Visits, in ascending order, the entries whose key starts with `prefix` and is not below
  /// `from` (empty = all), as they were when the scan began. `visit` may call this store.
  virtual Status Scan(std::string_view prefix, std::string_view from, const ScanVisitor& visit) = 0;
  Status Scan(std::string_view prefix, const ScanVisitor& visit) {
    return Scan(prefix, std::string_view(), visit);
  }

  /// The value; kNotFound with the key when there is none.
  Result<Bytes> Require(std::string_view key);
  /// One put as a batch of its own.
  Status Put(std::string key, Bytes value, Durability durability = Durability::kSync);
};

/// Opens (and makes, if new) a RocksDB store in folder `path`. Every value is sealed with
/// AES-256-GCM under `store_key` (32 bytes), a random nonce and its key as associated data: a value
/// that was flipped, moved to another key or written under another store key is kCorrupt. Keys are
/// not sealed: put no personal data into them. `entropy` gives the nonces and must outlive the
/// store.
///
/// kUnavailable "another signet uses this state" when a process holds it; kUnavailable with a
/// remedy for a full or read-only disk; kCorrupt for damaged files or the wrong key.
Result<std::unique_ptr<KvStore>> OpenRocksStore(const std::filesystem::path& path,
                                                SecretBytes store_key,
                                                Entropy& entropy);

/// Opens an existing store as it is now, beside a process that may be writing it. Write is
/// kInvalid; kNotFound when there is no store.
Result<std::unique_ptr<KvStore>> OpenRocksStoreReadOnly(const std::filesystem::path& path,
                                                        SecretBytes store_key);

/// A store in memory, for tests, the simulator and programs that keep nothing.
std::unique_ptr<KvStore> NewMemoryStore();

}  // namespace signet::crypto
