#include "coordinator/api/segment_index.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/hmac.h"
#include "crypto/store/lookup_table.h"
#include "pipelines/snapshots/members.h"

namespace signet::coordinator {

namespace {

namespace fs = std::filesystem;

constexpr size_t kKeyBytes = 16;
constexpr size_t kValueBytesMax = 16;
constexpr size_t kTagBytes = crypto::Aes256Gcm::kTagBytes;
constexpr size_t kNonceBytes = crypto::Aes256Gcm::kNonceBytes;
constexpr size_t kBatchMax = crypto::LookupTable::kBatchMax;

/// One row before it is sealed; kept small, as millions are sorted.
struct Row {
  std::array<uint8_t, kKeyBytes> key;
  std::array<uint8_t, kValueBytesMax> value;
  uint8_t value_bytes;
};

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
    std::array<uint8_t, 17> small{};
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
    if (sealed.size() != out.size() + kTagBytes) {
      return Corrupt("a row of the lookup index is damaged");
    }
    return values.OpenInto(ByteView(name).first(kNonceBytes), name, sealed, out);
  }

  /// Seals the rows and stores them in the table.
  Status Write(std::vector<Row>& rows) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
    const auto give = [&](const crypto::LookupTable::RowSink& sink) -> Status {
      std::array<uint8_t, kValueBytesMax + kTagBytes> sealed{};
      for (size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        // Equal keys: an identifier released for two tokens; the first one stands for both.
        if (i > 0 && rows[i - 1].key == row.key) continue;
        const ByteSpan out(sealed.data(), row.value_bytes + kTagBytes);
        values.SealInto(ByteView(row.key).first(kNonceBytes),
                        row.key,
                        ByteView(row.value).first(row.value_bytes),
                        out);
        TRY(sink(row.key, out));
      }
      return OkStatus();
    };
    ASSIGN_OR_RETURN(table, crypto::LookupTable::Build(path, give));
    return OkStatus();
  }

  fs::path path;
  crypto::HmacKey names;
  crypto::Aes256Gcm values;
  std::unique_ptr<crypto::LookupTable> table;
};

SegmentIndex::SegmentIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SegmentIndex::~SegmentIndex() {
  impl_->table.reset();
  std::error_code ignored;
  fs::remove_all(impl_->path, ignored);
}

Result<std::unique_ptr<SegmentIndex>> SegmentIndex::Build(const fs::path& path,
                                                          ByteView members,
                                                          Entropy& entropy) {
  if (fs::exists(path)) return Conflict("the index folder " + path.string() + " is there already");
  TRY(MakeFolders(path.parent_path()));
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
  uint64_t bits = 0;
  TRY(SegmentsOf(std::span(&token, 1), std::span(&bits, 1)));
  return bits;
}

Status SegmentIndex::SegmentsOf(std::span<const Uuid> tokens, std::span<uint64_t> bits) const {
  CHECK(tokens.size() == bits.size());
  std::array<Uuid, kBatchMax> names{};
  std::array<ByteView, kBatchMax> keys;
  for (size_t begin = 0; begin < tokens.size(); begin += kBatchMax) {
    const size_t n = std::min(kBatchMax, tokens.size() - begin);
    for (size_t i = 0; i < n; ++i) {
      names[i] = impl_->NameOf('T', tokens[begin + i]);
      keys[i] = names[i];
      bits[begin + i] = 0;
    }
    const auto visit = [&](size_t i, ByteView sealed) -> Status {
      std::array<uint8_t, 8> plain{};
      TRY(impl_->Open(names[i], sealed, plain));
      bits[begin + i] = GetU64(plain);
      return OkStatus();
    };
    TRY(impl_->table->Find(std::span(keys.data(), n), visit));
  }
  return OkStatus();
}

Result<std::optional<Uuid>> SegmentIndex::TokenOf(std::string_view identifier) const {
  const Uuid name = impl_->NameOf('I', AsBytes(identifier));
  const ByteView key = name;
  std::optional<Uuid> token;
  TRY(impl_->table->Find(std::span(&key, 1), [&](size_t, ByteView sealed) {
    token.emplace();
    return impl_->Open(name, sealed, *token);
  }));
  return token;
}

}  // namespace signet::coordinator
