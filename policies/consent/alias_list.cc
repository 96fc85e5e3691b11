#include "policies/consent/alias_list.h"

#include <algorithm>

namespace signet::policies {
namespace {

constexpr uint32_t kMagic = 0x5347414C;
constexpr uint16_t kVersion = 1;
constexpr size_t kAliasBytes = 2 * sizeof(Uuid);

SubjectId SubjectAt(ByteView bytes) {
  SubjectId subject;
  std::copy_n(bytes.begin(), subject.value.size(), subject.value.begin());
  return subject;
}

}  // namespace

Bytes EncodeAliases(std::span<const SubjectAlias> aliases) {
  Bytes bytes;
  AppendU32(bytes, kMagic);
  AppendU16(bytes, kVersion);
  AppendU64(bytes, aliases.size());
  for (const SubjectAlias& alias : aliases) {
    Append(bytes, alias.from.value);
    Append(bytes, alias.to.value);
  }
  return bytes;
}

Result<std::vector<SubjectAlias>> DecodeAliases(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint32_t magic, reader.U32());
  ASSIGN_OR_RETURN(const uint16_t version, reader.U16());
  if (magic != kMagic || version != kVersion) return Corrupt("not a list of aliases of version 1");
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  const ByteView rest = reader.rest();
  if (rest.size() % kAliasBytes != 0 || rest.size() / kAliasBytes != count) {
    return Corrupt("the aliases' length does not fit their number");
  }
  std::vector<SubjectAlias> aliases;
  aliases.reserve(count);
  for (size_t at = 0; at < rest.size(); at += kAliasBytes) {
    aliases.push_back({SubjectAt(rest.subspan(at)), SubjectAt(rest.subspan(at + sizeof(Uuid)))});
    if (aliases.back().from == aliases.back().to) return Corrupt("a subject is its own alias");
  }
  return aliases;
}

}  // namespace signet::policies
