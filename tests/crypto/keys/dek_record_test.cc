#include "crypto/keys/dek_record.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto {
namespace {

DekRecord Example() {
  DekRecord record;
  record.generation = 7;
  record.made_at.micros = 1795348800000000;
  record.scope = {"features", "12", 3, "ordinary"};
  return record;
}

TEST(DekRecord, RoundTripsItsBytes) {
  DekRecord record = Example();
  record.wrapped = Bytes(40, 9);
  record.scope.partition = -1;
  const DekRecord read = *DecodeDekRecord(EncodeDekRecord(record));
  EXPECT_EQ(read.generation, 7U);
  EXPECT_EQ(read.made_at, record.made_at);
  EXPECT_EQ(read.scope, record.scope);
  EXPECT_EQ(read.wrapped, record.wrapped);
}

TEST(DekRecord, CutOrExtendedBytesAreCorrupt) {
  Bytes bytes = EncodeDekRecord(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeDekRecord(ByteView(bytes).first(size)).status().code(), StatusCode::kCorrupt);
  }
  bytes.push_back(0);
  EXPECT_EQ(DecodeDekRecord(bytes).status().code(), StatusCode::kCorrupt);
}

TEST(DekRecord, UnwrapsOnlyUnderItsKekIdAndScope) {
  SeededEntropy entropy(3);
  const SoftKey kek(entropy.RandomSecret(32));
  const SecretBytes dek = entropy.RandomSecret(32);
  const DekId id("dek-1");
  DekRecord record = Example();
  ASSERT_TRUE(WrapInto(record, kek, id, dek).ok());
  EXPECT_TRUE(ConstantTimeEqual(UnwrapFrom(record, kek, id)->ExposeSecret(), dek.ExposeSecret()));
  EXPECT_EQ(UnwrapFrom(record, kek, DekId("dek-2")).status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(UnwrapFrom(record, SoftKey(entropy.RandomSecret(32)), id).ok());
  for (const DekScope& scope : {DekScope{"features2", "12", 3, "ordinary"},
                                DekScope{"features", "13", 3, "ordinary"},
                                DekScope{"features", "12", 4, "ordinary"},
                                DekScope{"features", "12", 3, "sensitive"},
                                DekScope{"feature", "s12", 3, "ordinary"}}) {
    DekRecord moved = record;
    moved.scope = scope;
    EXPECT_EQ(UnwrapFrom(moved, kek, id).status().code(), StatusCode::kCorrupt) << ScopeText(scope);
  }
}

TEST(DekRecord, TheSameDekWrapsDifferentlyUnderTwoIds) {
  SeededEntropy entropy(3);
  const SoftKey kek(entropy.RandomSecret(32));
  const SecretBytes dek = entropy.RandomSecret(32);
  DekRecord one = Example();
  DekRecord two = Example();
  ASSERT_TRUE(WrapInto(one, kek, DekId("dek-1"), dek).ok());
  ASSERT_TRUE(WrapInto(two, kek, DekId("dek-2"), dek).ok());
  EXPECT_NE(one.wrapped, two.wrapped);
}

TEST(ScopeText, ReadsLikeASentence) {
  EXPECT_EQ(ScopeText({"features", "12", 3, "ordinary"}),
            "features version 12, partition 3, ordinary");
  EXPECT_EQ(ScopeText({"identity", "1", -1, "links"}), "identity version 1, links");
}

}  // namespace
}  // namespace signet::crypto
