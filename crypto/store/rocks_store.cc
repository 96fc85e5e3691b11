#include <array>
#include <cstdarg>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "crypto/base/file.h"
#include "crypto/store/kv_store.h"
#include "crypto/store/rocks_status.h"
#include "crypto/store/value_seal.h"

namespace signet::crypto {
namespace {

/// Sealed when the store is made: tells a wrong store key from a damaged value. Hidden from scans.
constexpr std::string_view kKeyCheck = "\x01signet-store";
constexpr std::string_view kKeyCheckValue = "signet store v1";

constexpr size_t kWriteBufferBytes = size_t{32} << 20;
constexpr int kOpenFilesMax = 256;

rocksdb::Slice SliceOf(std::string_view text) {
  return {text.data(), text.size()};
}
rocksdb::Slice SliceOf(const Bytes& bytes) {
  const std::string_view text = AsText(bytes);
  return {text.data(), text.size()};
}
std::string_view ViewOf(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

/// Drops RocksDB's own log. A file writer that failed aborts at its next use where RocksDB has its
/// assertions on (Debian's), and RocksDB logs to its LOG file right after a full disk failed it.
class NoInfoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

/// Stops RocksDB from going on by itself after a failed write, with the writer that failed.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            rocksdb::Status /*failed*/,
                            bool* recover) override {
    *recover = false;
  }
};

rocksdb::Options OpenOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  // A record cut short at the end is a power cut; damage before it must not pass for one.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.compression = rocksdb::kNoCompression;  // sealed values do not shrink
  options.write_buffer_size = kWriteBufferBytes;
  options.max_open_files = kOpenFilesMax;
  options.info_log = std::make_shared<NoInfoLog>();
  options.listeners.push_back(std::make_shared<NoRecovery>());
  options.max_bgerror_resume_count = 0;
  options.avoid_flush_during_shutdown = true;  // the log holds it; a flush may fail as a write did
  return options;
}

/// The first key after all keys that start with `prefix`; empty = none.
std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

class RocksStore final : public KvStore {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, std::string path, ValueSeal seal, bool read_only)
      : db_(std::move(db)), path_(std::move(path)), seal_(std::move(seal)), read_only_(read_only) {}

  Result<std::optional<Bytes>> Get(std::string_view key) override {
    rocksdb::PinnableSlice sealed;
    const rocksdb::Status read =
        db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), SliceOf(key), &sealed);
    if (read.IsNotFound()) return std::optional<Bytes>();
    if (!read.ok()) return RocksReadStatus(read, path_);
    ASSIGN_OR_RETURN(Bytes value, seal_.Open(key, AsBytes(ViewOf(sealed))));
    return std::optional<Bytes>(std::move(value));
  }

  Status Write(const WriteBatch& batch, Durability durability) override {
    if (read_only_) return Invalid("the state " + path_ + " is open for reading only");
    rocksdb::WriteBatch sealed;
    const std::vector<Bytes> values = seal_.SealAll(batch);
    for (size_t i = 0; i < values.size(); ++i) {
      const WriteBatch::Operation& operation = batch.operations()[i];
      const rocksdb::Status added = operation.value.has_value()
                                        ? sealed.Put(SliceOf(operation.key), SliceOf(values[i]))
                                        : sealed.Delete(SliceOf(operation.key));
      if (!added.ok()) return RocksWriteStatus(added, path_);
    }
    TRY(CheckNoWriteFailed());
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::kSync;
    const rocksdb::Status written = db_->Write(options, &sealed);
    if (written.ok()) return OkStatus();
    Status failed = RocksWriteStatus(written, path_);
    const std::scoped_lock lock(mutex_);
    if (first_failure_.ok()) first_failure_ = failed;
    return failed;
  }

  using KvStore::Scan;
  Status Scan(std::string_view prefix, std::string_view from, const ScanVisitor& visit) override {
    const std::string end = EndOfPrefix(prefix);
    const rocksdb::Slice bound(end);
    rocksdb::ReadOptions options;
    if (!end.empty()) options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(SliceOf(from > prefix ? from : prefix)); it->Valid(); it->Next()) {
      const std::string_view key = ViewOf(it->key());
      if (key == kKeyCheck) continue;
      ASSIGN_OR_RETURN(const Bytes value, seal_.Open(key, AsBytes(ViewOf(it->value()))));
      TRY(visit(key, value));
    }
    return it->status().ok() ? OkStatus() : RocksReadStatus(it->status(), path_);
  }

 private:
  /// A RocksDB that failed to write must not be written again (see NoInfoLog): only opening the
  /// store anew, which replays the log, tells what is in it.
  Status CheckNoWriteFailed() {
    const std::scoped_lock lock(mutex_);
    if (first_failure_.ok()) return OkStatus();
    return Unavailable("the state " + path_ +
                       " takes no more writes, for one failed: " + first_failure_.message())
        .WithRemedy(first_failure_.remedy().empty() ? "run again" : first_failure_.remedy());
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::string path_;
  ValueSeal seal_;
  bool read_only_;
  std::mutex mutex_;
  Status first_failure_;  ///< of a write
};

/// Writes the key check into a new store, verifies it in an old one.
Status CheckStoreKey(KvStore& store, const std::string& path, bool read_only) {
  const Result<std::optional<Bytes>> found = store.Get(kKeyCheck);
  if (found.status().code() == StatusCode::kCorrupt) {
    return Corrupt("the state " + path + " is sealed under another key")
        .WithRemedy("use the custody folder that belongs to this state");
  }
  if (!found.ok()) return found.status();
  if (found->has_value()) return OkStatus();
  bool empty = true;
  Status scanned = store.Scan("", [&empty](std::string_view /*key*/, ByteView /*value*/) {
    empty = false;
    return Cancelled("one is enough");
  });
  if (!scanned.ok() && scanned.code() != StatusCode::kCancelled) return scanned;
  if (!empty) return Corrupt("the state " + path + " has lost its key check");
  if (read_only) return NotFound("the state " + path + " is empty");
  return store.Put(std::string(kKeyCheck), ToBytes(kKeyCheckValue), Durability::kSync);
}

}  // namespace

Result<std::unique_ptr<KvStore>> OpenRocksStore(const std::filesystem::path& path,
                                                SecretBytes store_key,
                                                Entropy& entropy) {
  TRY(MakeFolders(path));
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(OpenOptions(), path.string(), &raw);
  std::unique_ptr<rocksdb::DB> db(raw);
  if (!opened.ok()) return RocksOpenStatus(opened, path.string());
  std::unique_ptr<KvStore> store = std::make_unique<RocksStore>(
      std::move(db), path.string(), ValueSeal(store_key, &entropy), /*read_only=*/false);
  TRY(CheckStoreKey(*store, path.string(), /*read_only=*/false));
  return store;
}

Result<std::unique_ptr<KvStore>> OpenRocksStoreReadOnly(const std::filesystem::path& path,
                                                        SecretBytes store_key) {
  std::error_code ignored;
  if (!std::filesystem::exists(path / "CURRENT", ignored)) {
    return NotFound("there is no state in " + path.string())
        .WithRemedy("give the folder that `signet run --state` wrote");
  }
  rocksdb::Options options = OpenOptions();
  options.create_if_missing = false;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(options, path.string(), &raw);
  std::unique_ptr<rocksdb::DB> db(raw);
  if (!opened.ok()) return RocksOpenStatus(opened, path.string());
  std::unique_ptr<KvStore> store = std::make_unique<RocksStore>(
      std::move(db), path.string(), ValueSeal(store_key, nullptr), /*read_only=*/true);
  TRY(CheckStoreKey(*store, path.string(), /*read_only=*/true));
  return store;
}

}  // namespace signet::crypto
