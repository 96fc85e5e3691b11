#include "crypto/store/faulting_store.h"

#include <memory>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

class FaultingStoreTest : public testing::Test {
 protected:
  std::unique_ptr<KvStore> under_ = NewMemoryStore();
  FaultingStore store_{*under_};
};

TEST_F(FaultingStoreTest, ARefusedWriteHappensNotAndOnlyOnce) {
  store_.FailWrite(WriteFault::kRefused, 1);
  EXPECT_TRUE(store_.Put("a", ToBytes("1")).ok());
  EXPECT_EQ(store_.Put("b", ToBytes("1")).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(store_.Put("c", ToBytes("1")).ok());
  EXPECT_FALSE(store_.Get("b")->has_value());
  EXPECT_EQ(store_.writes(), 2U);
}

TEST_F(FaultingStoreTest, AnUnknownOutcomeMayHaveHappenedOrNot) {
  store_.FailWrite(WriteFault::kApplied);
  EXPECT_EQ(store_.Put("a", ToBytes("1")).code(), StatusCode::kUnknownOutcome);
  store_.FailWrite(WriteFault::kLost);
  EXPECT_EQ(store_.Put("b", ToBytes("1")).code(), StatusCode::kUnknownOutcome);
  EXPECT_TRUE(store_.Get("a")->has_value());
  EXPECT_FALSE(store_.Get("b")->has_value());
}

TEST_F(FaultingStoreTest, AFailedReadIsUnavailable) {
  store_.FailRead(1);
  EXPECT_TRUE(store_.Get("a").ok());
  EXPECT_EQ(store_.Get("a").status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(store_.Get("a").ok());
}

TEST_F(FaultingStoreTest, APowerCutLosesWhatWasNotSyncedAndNothingElse) {
  ASSERT_TRUE(store_.Put("a", ToBytes("1"), Durability::kNoSync).ok());
  ASSERT_TRUE(store_.Put("b", ToBytes("1"), Durability::kSync).ok());
  ASSERT_TRUE(store_.Put("a", ToBytes("2"), Durability::kNoSync).ok());
  ASSERT_TRUE(store_.Put("a", ToBytes("3"), Durability::kNoSync).ok());
  ASSERT_TRUE(store_.Put("c", ToBytes("1"), Durability::kNoSync).ok());
  ASSERT_TRUE(store_.LosePower().ok());
  EXPECT_EQ(AsText(*store_.Require("a")), "1");
  EXPECT_EQ(AsText(*store_.Require("b")), "1");
  EXPECT_FALSE(store_.Get("c")->has_value());
}

}  // namespace
}  // namespace signet::crypto
