#include "pipelines/snapshots/members.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace signet::pipelines {

namespace {

constexpr std::string_view kMagic = "SGNTMEM1";

}  // namespace

Bytes EncodeMembers(std::vector<Member>& members) {
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return a.token < b.token;
  });
  Bytes bytes;
  bytes.reserve(16 + members.size() * 40);
  Append(bytes, AsBytes(kMagic));
  AppendU64(bytes, members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    CHECK_FACTS(i == 0 || members[i - 1].token < member.token, "two members have one token");
    CHECK(member.released.size() <= kReleasedBytesMax);
    Append(bytes, member.token);
    AppendU64(bytes, member.segments);
    AppendU16(bytes, static_cast<uint16_t>(member.released.size()));
    Append(bytes, AsBytes(member.released));
  }
  return bytes;
}

Status ScanMembers(ByteView bytes, const std::function<Status(const MemberView&)>& visit) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const ByteView magic, reader.Take(kMagic.size()));
  if (AsText(magic) != kMagic) return Corrupt("these are not encoded members");
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  MemberView view;
  Uuid before{};
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const ByteView token, reader.Take(view.token.size()));
    std::memcpy(view.token.data(), token.data(), token.size());
    ASSIGN_OR_RETURN(view.segments, reader.U64());
    ASSIGN_OR_RETURN(const uint16_t length, reader.U16());
    ASSIGN_OR_RETURN(const ByteView released, reader.Take(length));
    view.released = AsText(released);
    if (length > kReleasedBytesMax || (i > 0 && !(before < view.token))) {
      return Corrupt("encoded members are out of order");
    }
    before = view.token;
    TRY(visit(view));
  }
  return reader.empty() ? OkStatus() : Corrupt("bytes follow the encoded members");
}

Result<std::vector<Member>> DecodeMembers(ByteView bytes) {
  std::vector<Member> members;
  TRY(ScanMembers(bytes, [&](const MemberView& view) {
    members.push_back({view.token, view.segments, std::string(view.released)});
    return OkStatus();
  }));
  return members;
}

MemberDiff DiffMembers(std::span<const Member> before,
                       uint64_t before_bits,
                       std::span<const Member> after,
                       uint64_t after_bits) {
  MemberDiff diff;
  size_t b = 0;
  size_t a = 0;
  while (b < before.size() || a < after.size()) {
    const bool only_before =
        a == after.size() || (b < before.size() && before[b].token < after[a].token);
    const bool only_after =
        b == before.size() || (a < after.size() && after[a].token < before[b].token);
    const bool was = !only_after && (before[b].segments & before_bits) != 0;
    const bool is = !only_before && (after[a].segments & after_bits) != 0;
    if (was && !is) diff.left.push_back(before[b].token);
    if (is && !was) diff.joined.push_back(after[a].token);
    if (!only_after) ++b;
    if (!only_before) ++a;
  }
  return diff;
}

}  // namespace signet::pipelines
