#include <algorithm>
#include <span>
#include <vector>

#include "policies/consent/ledger.h"

namespace signet::policies {
namespace {

// view = "SGVW" version(2) count(8) subject(16)*, strictly ascending
constexpr uint32_t kMagic = 0x53475657;
constexpr uint16_t kVersion = 1;

}  // namespace

Bytes EncodeView(std::span<const SubjectId> subjects) {
  Bytes bytes;
  bytes.reserve(14 + subjects.size() * 16);
  AppendU32(bytes, kMagic);
  AppendU16(bytes, kVersion);
  AppendU64(bytes, subjects.size());
  for (size_t i = 0; i < subjects.size(); ++i) {
    CHECK(i == 0 || subjects[i - 1] < subjects[i]);
    Append(bytes, subjects[i].value);
  }
  return bytes;
}

Result<std::vector<SubjectId>> DecodeView(ByteView bytes) {
  ByteReader reader(bytes);
  const Result<uint32_t> magic = reader.U32();
  const Result<uint16_t> version = reader.U16();
  const Result<uint64_t> count = reader.U64();
  if (!magic.ok() || !version.ok() || !count.ok() || *magic != kMagic || *version != kVersion) {
    return Corrupt("not a consent view of version 1");
  }
  const ByteView body = reader.rest();
  if (body.size() % 16 != 0 || body.size() / 16 != *count) {
    return Corrupt("the consent view's length does not fit its count");
  }
  std::vector<SubjectId> subjects(*count);
  for (size_t i = 0; i < subjects.size(); ++i) {
    std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(i * 16), 16, subjects[i].value.begin());
    if (i > 0 && !(subjects[i - 1] < subjects[i])) {
      return Corrupt("the consent view's subjects do not ascend");
    }
  }
  return subjects;
}

}  // namespace signet::policies
