#include "crypto/store/lookup_table.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include "crypto/base/file.h"
#include "crypto/store/rocks_status.h"

namespace signet::crypto {
namespace {

constexpr size_t kBlockCacheBytes = size_t{512} << 20;
constexpr double kBloomBitsPerKey = 10;
constexpr double kHashIndexFill = 0.75;
constexpr unsigned kTableFormat = 5;

rocksdb::Slice SliceOf(ByteView bytes) {
  const std::string_view text = AsText(bytes);
  return {text.data(), text.size()};
}

rocksdb::Options TableOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.data_block_hash_table_util_ratio = kHashIndexFill;
  table.format_version = kTableFormat;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  options.keep_log_file_num = 1;
  options.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

class LookupTable::Impl {
 public:
  explicit Impl(std::filesystem::path folder) : path_(std::move(folder)) {}

  Status Build(const std::function<Status(const RowSink&)>& rows) {
    const std::string name = path_.string();
    const std::string file = (path_ / "rows.sst").string();
    const rocksdb::Options options = TableOptions();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
    TRY(Written(writer.Open(file)));
    uint64_t count = 0;
    TRY(rows([&](ByteView key, ByteView value) -> Status {
      const rocksdb::Status put = writer.Put(SliceOf(key), SliceOf(value));
      if (put.IsInvalidArgument()) return Invalid("rows of a lookup table must ascend");
      ++count;
      return Written(put);
    }));
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status open = rocksdb::DB::Open(options, (path_ / "db").string(), &opened);
    if (!open.ok()) return RocksOpenStatus(open, name);
    db_.reset(opened);
    if (count == 0) return OkStatus();  // RocksDB writes no empty table
    TRY(Written(writer.Finish()));
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    return Written(db_->IngestExternalFile({file}, ingest));
  }

  Status Find(std::span<const ByteView> keys, size_t offset, const ValueVisitor& visit) const {
    std::array<rocksdb::Slice, kBatchMax> slices;
    std::array<rocksdb::PinnableSlice, kBatchMax> values;
    std::array<rocksdb::Status, kBatchMax> statuses;
    std::transform(keys.begin(), keys.end(), slices.begin(), SliceOf);
    db_->MultiGet(rocksdb::ReadOptions(),
                  db_->DefaultColumnFamily(),
                  keys.size(),
                  slices.data(),
                  values.data(),
                  statuses.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      TRY(Visit(statuses[i], values[i], offset + i, visit));
    }
    return OkStatus();
  }

  Status FindOne(ByteView key, size_t index, const ValueVisitor& visit) const {
    rocksdb::PinnableSlice value;
    const rocksdb::Status read =
        db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), SliceOf(key), &value);
    return Visit(read, value, index, visit);
  }

 private:
  [[nodiscard]] Status Visit(const rocksdb::Status& read,
                             const rocksdb::PinnableSlice& value,
                             size_t index,
                             const ValueVisitor& visit) const {
    if (read.IsNotFound()) return OkStatus();
    if (!read.ok()) return RocksReadStatus(read, path_.string());
    return visit(index, AsBytes({value.data(), value.size()}));
  }

  [[nodiscard]] Status Written(const rocksdb::Status& status) const {
    return status.ok() ? OkStatus() : RocksWriteStatus(status, path_.string());
  }

  std::filesystem::path path_;
  std::unique_ptr<rocksdb::DB> db_;
};

LookupTable::LookupTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LookupTable::~LookupTable() = default;

Result<std::unique_ptr<LookupTable>> LookupTable::Build(
    const std::filesystem::path& path, const std::function<Status(const RowSink&)>& rows) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return Conflict("the folder " + path.string() + " is there already");
  }
  TRY(MakeFolders(path));
  std::unique_ptr<LookupTable> table(new LookupTable(std::make_unique<Impl>(path)));
  TRY(table->impl_->Build(rows));
  return table;
}

Status LookupTable::Find(std::span<const ByteView> keys, const ValueVisitor& visit) const {
  if (keys.size() == 1) return impl_->FindOne(keys.front(), 0, visit);
  for (size_t begin = 0; begin < keys.size(); begin += kBatchMax) {
    const size_t n = std::min(kBatchMax, keys.size() - begin);
    TRY(impl_->Find(keys.subspan(begin, n), begin, visit));
  }
  return OkStatus();
}

}  // namespace signet::crypto
