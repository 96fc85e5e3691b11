#include <gtest/gtest.h>

#include "crypto/store/kv_store.h"

namespace signet::crypto {
namespace {

TEST(WriteBatch, FindsThePendingValueOfAKey) {
  WriteBatch batch;
  batch.Put("a", ToBytes("1"));
  batch.Delete("b");
  batch.Put("a", ToBytes("2"));
  ASSERT_NE(batch.Find("a"), nullptr);
  EXPECT_EQ(AsText(*batch.Find("a")->value), "2");
  EXPECT_FALSE(batch.Find("b")->value.has_value());
  EXPECT_EQ(batch.Find("c"), nullptr);
}

TEST(WriteBatch, GrowsAPendingValueInPlaceOnlyWhereItLies) {
  WriteBatch batch;
  batch.Put("a", ToBytes("1"));
  batch.Delete("b");
  ASSERT_NE(batch.ValueAt(0, "a"), nullptr);
  batch.ValueAt(0, "a")->push_back('2');
  EXPECT_EQ(AsText(*batch.Find("a")->value), "12");
  EXPECT_EQ(batch.ValueAt(0, "b"), nullptr);
  EXPECT_EQ(batch.ValueAt(1, "b"), nullptr);
  EXPECT_EQ(batch.ValueAt(2, "a"), nullptr);
}

TEST(WriteBatch, AppendsAnotherBehindItself) {
  WriteBatch first;
  WriteBatch second;
  first.Put("a", ToBytes("1"));
  second.Put("a", ToBytes("2"));
  first.Append(second);
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(AsText(*first.Find("a")->value), "2");
  first.Clear();
  EXPECT_TRUE(first.empty());
}

}  // namespace
}  // namespace signet::crypto
