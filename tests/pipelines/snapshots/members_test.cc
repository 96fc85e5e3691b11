#include "pipelines/snapshots/members.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

Member M(uint8_t token, uint64_t bits, std::string released = {}) {
  Member member{{}, bits, std::move(released)};
  member.token[15] = token;
  return member;
}

TEST(Members, AreWrittenSortedByteByByte) {
  std::vector<Member> members = {M(2, 1), M(1, 5, "C1")};
  const Bytes bytes = EncodeMembers(members);
  EXPECT_EQ(ToHex(bytes),
            "53474e544d454d31"
            "0000000000000002"
            "00000000000000000000000000000001"
            "0000000000000005"
            "0002"
            "4331"
            "00000000000000000000000000000002"
            "0000000000000001"
            "0000");
  EXPECT_EQ(DecodeMembers(bytes).value(), (std::vector<Member>{M(1, 5, "C1"), M(2, 1)}));
}

TEST(Members, AnyCutOrDisorderIsCorruptAndNeverRead) {
  std::vector<Member> members = {M(1, 1, "abc"), M(2, 1), M(3, 7)};
  const Bytes bytes = EncodeMembers(members);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeMembers(ByteView(bytes).first(cut)).ok()) << cut;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(DecodeMembers(longer).status().code(), StatusCode::kCorrupt);
  Bytes twice = bytes;
  twice[16 + 29 + 15] = 1;  // the second token becomes the first
  EXPECT_EQ(DecodeMembers(twice).status().code(), StatusCode::kCorrupt);
}

TEST(Members, DifferenceAgreesWithSetsOnRandomLists) {
  SeededEntropy entropy(3);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    std::vector<Member> before;
    std::vector<Member> after;
    std::vector<Uuid> joined;
    std::vector<Uuid> left;
    for (uint8_t token = 0; token < 12; ++token) {
      const uint64_t bits = entropy.Next();
      const uint64_t was = bits & 3U;
      const uint64_t is = bits >> 2U & 3U;
      if ((bits >> 4U & 1U) != 0) before.push_back(M(token, was));
      if ((bits >> 5U & 1U) != 0) after.push_back(M(token, is));
      const bool in_before = (bits >> 4U & 1U) != 0 && (was & 1U) != 0;
      const bool in_after = (bits >> 5U & 1U) != 0 && (is & 2U) != 0;
      if (in_after && !in_before) joined.push_back(M(token, 0).token);
      if (in_before && !in_after) left.push_back(M(token, 0).token);
    }
    const MemberDiff diff = DiffMembers(before, 1, after, 2);
    EXPECT_EQ(diff.joined, joined);
    EXPECT_EQ(diff.left, left);
  }
}

}  // namespace
}  // namespace signet::pipelines
