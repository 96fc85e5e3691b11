#include "crypto/audit/audit_keys.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace signet::crypto {
namespace {

constexpr uint8_t kStateVersion = 1;
constexpr size_t kIndexBytes = 8;

std::string IndexHex(uint64_t index) {
  Bytes bytes;
  AppendU64(bytes, index);
  return ToHex(bytes);
}

}  // namespace

std::string AuditEntriesKey(uint64_t first_index) {
  return std::string(kAuditEntriesPrefix) + IndexHex(first_index);
}

Result<uint64_t> FirstIndexOfKey(std::string_view key) {
  const std::string_view hex = key.substr(std::min(key.size(), kAuditEntriesPrefix.size()));
  const Result<Bytes> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != kIndexBytes) {
    return Corrupt("the log holds an entry under a wrong name");
  }
  return ByteReader(*bytes).U64();
}

std::string AuditTileKey(unsigned level, uint64_t index) {
  return "audit/tile/" + std::to_string(level) + "/" + IndexHex(index);
}

void AuditState::EncodeTo(Bytes& out) const {
  out.clear();
  out.reserve(1 + 2 * kIndexBytes + range.hashes().size() * Digest().size());
  out.push_back(kStateVersion);
  AppendU64(out, range.size());
  AppendU64(out, static_cast<uint64_t>(last_time.micros));
  for (const Digest& hash : range.hashes()) out.insert(out.end(), hash.begin(), hash.end());
}

Result<AuditState> AuditState::Decode(ByteView bytes) {
  const Status malformed = Corrupt("the log's state is malformed");
  ByteReader reader(bytes);
  const Result<uint8_t> version = reader.U8();
  const Result<uint64_t> size = reader.U64();
  const Result<uint64_t> time = reader.U64();
  if (!version.ok() || *version != kStateVersion || !size.ok() || !time.ok()) return malformed;
  std::vector<Digest> hashes;
  while (!reader.empty()) {
    Digest hash{};
    const Result<ByteView> taken = reader.Take(hash.size());
    if (!taken.ok()) return malformed;
    std::copy(taken->begin(), taken->end(), hash.begin());
    hashes.push_back(hash);
  }
  AuditState state;
  ASSIGN_OR_RETURN(state.range, CompactRange::FromHashes(*size, std::move(hashes)));
  state.last_time = Timestamp{static_cast<int64_t>(*time)};
  return state;
}

}  // namespace signet::crypto
