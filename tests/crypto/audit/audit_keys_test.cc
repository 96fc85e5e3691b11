#include "crypto/audit/audit_keys.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(AuditKeys, EntriesSortByTheirIndex) {
  EXPECT_LT(AuditEntriesKey(255), AuditEntriesKey(256));
  EXPECT_LT(AuditEntriesKey(0xFFFF), AuditEntriesKey(0x10000));
  EXPECT_EQ(*FirstIndexOfKey(AuditEntriesKey(123456789)), 123456789U);
  EXPECT_EQ(FirstIndexOfKey("audit/entries/xyz").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(FirstIndexOfKey("").status().code(), StatusCode::kCorrupt);
}

TEST(AuditState, IsReadBackAsWritten) {
  TreeHasher hasher;
  AuditState state;
  state.last_time = Timestamp{77};
  for (int i = 0; i < 11; ++i) state.range.Append(hasher.Leaf({}), hasher);
  Bytes bytes;
  state.EncodeTo(bytes);
  const auto read = AuditState::Decode(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->range, state.range);
  EXPECT_EQ(read->last_time, state.last_time);
}

TEST(AuditState, CutShortOrOfAnotherVersionIsCorrupt) {
  TreeHasher hasher;
  AuditState state;
  for (int i = 0; i < 3; ++i) state.range.Append(hasher.Leaf({}), hasher);
  Bytes bytes;
  state.EncodeTo(bytes);
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(AuditState::Decode(ByteView(bytes).first(n)).status().code(), StatusCode::kCorrupt);
  }
  bytes[0] = 2;
  EXPECT_EQ(AuditState::Decode(bytes).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
