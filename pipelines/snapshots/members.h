/// The members of a snapshot: recipient tokens with the segments that each is in, as bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// A released identifier is at most so long.
inline constexpr size_t kReleasedBytesMax = 1'024;

struct Member {
  Uuid token{};
  uint64_t segments = 0;  ///< bit i: segment i of the manifest
  std::string released;   ///< the recipient's own identifier, or empty
  friend bool operator==(const Member&, const Member&) = default;
};

/// Encodes members sorted by token (sorts `members` in place). Tokens must be distinct (CHECK).
///
///   offset  size  field (integers big-endian)
///        0     8  "SGNTMEM1"
///        8     8  number of members
///   then per member, ascending by token:
///        0    16  token
///       16     8  segment bits
///       24     2  length of the released identifier (0 = none), at most 1,024
///       26     n  the identifier, UTF-8
Bytes EncodeMembers(std::vector<Member>& members);

/// Reads members in order without copying: `released` points into `bytes`.
struct MemberView {
  Uuid token{};
  uint64_t segments = 0;
  std::string_view released;
};
/// kCorrupt for a wrong magic, order, count or length. A status of `visit` ends the scan.
Status ScanMembers(ByteView bytes, const std::function<Status(const MemberView&)>& visit);
Result<std::vector<Member>> DecodeMembers(ByteView bytes);

/// Who came and who went between two versions, in one segment or (empty name) in any.
struct MemberDiff {
  std::vector<Uuid> joined;  ///< sorted
  std::vector<Uuid> left;    ///< sorted
};
/// Both lists sorted by token; `before_bits`/`after_bits` select the segments compared.
MemberDiff DiffMembers(std::span<const Member> before,
                       uint64_t before_bits,
                       std::span<const Member> after,
                       uint64_t after_bits);

}  // namespace signet::pipelines
