#include "coordinator/api/segment_index.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/snapshots/members.h"

namespace signet::coordinator {

namespace {

namespace fs = std::filesystem;

constexpr size_t kKeyBytes = 16;
constexpr size_t kValueBytesMax = 16;
constexpr size_t kTagBytes = crypto::Aes256Gcm::kTagBytes;
constexpr size_t kNonceBytes = crypto::Aes256Gcm::kNonceBytes;
constexpr size_t kBlockCacheBytes = size_t{512} << 20U;
constexpr size_t kMultiGetMax = 256;

/// One row before it is sealed; kept small, as millions are sorted.
struct Row {
  std::array<uint8_t, kKeyBytes> key;
  std::array<uint8_t, kValueBytesMax> value;
  uint8_t value_bytes;
};

rocksdb::Slice SliceOf(ByteView bytes) {
  const std::string_view text = AsText(bytes);
  return {text.data(), text.size()};
}

Status FromRocks(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return OkStatus();
  if (status.IsCorruption()) return Corrupt(std::string(what) + ": the lookup index is damaged");
  return Unavailable(std::string(what) + ": the lookup index could not be written or read")
      .WithRemedy("is there space where --index points, and may signet-serve write there?");
}

rocksdb::Options IndexOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.data_block_hash_table_util_ratio = 0.75;
  table.format_version = 5;
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

void PutU64(uint64_t value, ByteSpan out) {
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(value >> (56 - 8 * i));
}

uint64_t GetU64(ByteView bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8U | bytes[i];
  return value;
}

}  // namespace

struct SegmentIndex::Impl {
  Impl(fs::path folder, Entropy& entropy)
      : path(std::move(folder)),
        names(entropy.RandomSecret(32)),
        values(entropy.RandomSecret(32)) {}

  [[nodiscard]] Uuid NameOf(char kind, ByteView what) const {
    std::array<uint8_t, 17> small;
    if (what.size() < small.size()) {
      small[0] = static_cast<uint8_t>(kind);
      std::copy(what.begin(), what.end(), small.begin() + 1);
      return names.MacUuid(ByteView(small.data(), what.size() + 1));
    }
    Bytes message{static_cast<uint8_t>(kind)};
    Append(message, what);
    return names.MacUuid(message);
  }

  [[nodiscard]] Status Open(const Uuid& name, ByteView sealed, ByteSpan out) const {
    if (sealed.size() != out.size() + kTagBytes) return Corrupt("a row of the lookup index is damaged");
    return values.OpenInto(ByteView(name).first(kNonceBytes), name, sealed, out);
  }

  Status Write(std::vector<Row>& rows) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
    const rocksdb::Options options = IndexOptions();
    const std::string file = (path / "members.sst").string();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
    TRY(FromRocks(writer.Open(file), "opening"));
    std::array<uint8_t, kValueBytesMax + kTagBytes> sealed;
    for (size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      // Equal keys: an identifier released for two tokens. Neither can be resolved to one.
      if (i > 0 && rows[i - 1].key == row.key) continue;
      const ByteSpan out(sealed.data(), row.value_bytes + kTagBytes);
      values.SealInto(ByteView(row.key).first(kNonceBytes), row.key,
                      ByteView(row.value).first(row.value_bytes), out);
      TRY(FromRocks(writer.Put(SliceOf(row.key), SliceOf(out)), "writing"));
    }
    rocksdb::DB* opened = nullptr;
    TRY(FromRocks(rocksdb::DB::Open(options, (path / "db").string(), &opened), "opening"));
    db.reset(opened);
    if (rows.empty()) return OkStatus();
    TRY(FromRocks(writer.Finish(), "writing"));
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    return FromRocks(db->IngestExternalFile({file}, ingest), "ingesting");
  }

  fs::path path;
  crypto::HmacKey names;
  crypto::Aes256Gcm values;
  std::unique_ptr<rocksdb::DB> db;
};

SegmentIndex::SegmentIndex(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

SegmentIndex::~SegmentIndex() {
  impl_->db.reset();
  std::error_code ignored;
  fs::remove_all(impl_->path, ignored);
}

Result<std::unique_ptr<SegmentIndex>> SegmentIndex::Build(const fs::path& path, ByteView members,
                                                          Entropy& entropy) {
  if (fs::exists(path)) return Conflict("the index folder " + path.string() + " is there already");
  TRY(MakeFolders(path));
  std::unique_ptr<SegmentIndex> index(new SegmentIndex(std::make_unique<Impl>(path, entropy)));
  std::vector<Row> rows;
  TRY(pipelines::ScanMembers(members, [&](const pipelines::MemberView& member) {
    Row row{index->impl_->NameOf('T', member.token), {}, 8};
    PutU64(member.segments, row.value);
    rows.push_back(row);
    if (!member.released.empty()) {
      rows.push_back({index->impl_->NameOf('I', AsBytes(member.released)), member.token, 16});
    }
    return OkStatus();
  }));
  const Status written = index->impl_->Write(rows);
  Wipe(rows.data(), rows.size() * sizeof(Row));
  TRY(written);
  return index;
}

Result<uint64_t> SegmentIndex::SegmentsOf(const Uuid& token) const {
  const Uuid name = impl_->NameOf('T', token);
  rocksdb::PinnableSlice sealed;
  const rocksdb::Status status = impl_->db->Get(
      rocksdb::ReadOptions(), impl_->db->DefaultColumnFamily(), SliceOf(name), &sealed);
  if (status.IsNotFound()) return uint64_t{0};
  TRY(FromRocks(status, "reading"));
  std::array<uint8_t, 8> bits;
  TRY(impl_->Open(name, AsBytes({sealed.data(), sealed.size()}), bits));
  return GetU64(bits);
}

Status SegmentIndex::SegmentsOf(std::span<const Uuid> tokens, std::span<uint64_t> bits) const {
  CHECK(tokens.size() == bits.size());
  std::vector<Uuid> names(std::min(tokens.size(), kMultiGetMax));
  std::vector<rocksdb::Slice> keys(names.size());
  std::vector<rocksdb::PinnableSlice> sealed(names.size());
  std::vector<rocksdb::Status> statuses(names.size());
  for (size_t begin = 0; begin < tokens.size(); begin += kMultiGetMax) {
    const size_t n = std::min(kMultiGetMax, tokens.size() - begin);
    for (size_t i = 0; i < n; ++i) {
      names[i] = impl_->NameOf('T', tokens[begin + i]);
      keys[i] = SliceOf(names[i]);
      sealed[i].Reset();
    }
    impl_->db->MultiGet(rocksdb::ReadOptions(), impl_->db->DefaultColumnFamily(), n, keys.data(),
                        sealed.data(), statuses.data());
    for (size_t i = 0; i < n; ++i) {
      bits[begin + i] = 0;
      if (statuses[i].IsNotFound()) continue;
      TRY(FromRocks(statuses[i], "reading"));
      std::array<uint8_t, 8> plain;
      TRY(impl_->Open(names[i], AsBytes({sealed[i].data(), sealed[i].size()}), plain));
      bits[begin + i] = GetU64(plain);
    }
  }
  return OkStatus();
}

Result<std::optional<Uuid>> SegmentIndex::TokenOf(std::string_view identifier) const {
  const Uuid name = impl_->NameOf('I', AsBytes(identifier));
  std::string sealed;
  const rocksdb::Status status = impl_->db->Get(rocksdb::ReadOptions(), SliceOf(name), &sealed);
  if (status.IsNotFound()) return std::optional<Uuid>();
  TRY(FromRocks(status, "reading"));
  Uuid token;
  TRY(impl_->Open(name, AsBytes(sealed), token));
  return std::optional<Uuid>(token);
}

}  // namespace signet::coordinator
