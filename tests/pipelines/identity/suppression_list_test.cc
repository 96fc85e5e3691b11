#include "pipelines/identity/suppression_list.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

std::vector<Uuid> RandomUuids(uint64_t seed, size_t count) {
  SeededEntropy random(seed);
  std::vector<Uuid> uuids;
  uuids.reserve(count);
  for (size_t i = 0; i < count; ++i) uuids.push_back(random.RandomUuid());
  return uuids;
}

TEST(SuppressionList, SurvivesEncodingAndAnswersMembership) {
  const std::vector<Uuid> values = RandomUuids(1, 100);
  SuppressionList list(values);
  list.Add(RandomUuids(1, 50));  // again: no change
  EXPECT_EQ(list.size(), 100U);
  const auto back = SuppressionList::Decode(list.Encode());
  ASSERT_TRUE(back.ok());
  for (const Uuid& value : values) EXPECT_TRUE(back->Contains(value));
  EXPECT_FALSE(back->Contains(RandomUuids(2, 1)[0]));
  EXPECT_TRUE(SuppressionList::Decode({})->empty());
}

TEST(SuppressionList, RefusesWhatItDidNotWrite) {
  const Bytes good = SuppressionList(RandomUuids(1, 3)).Encode();
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(SuppressionList::Decode(ByteView(good).first(size)).ok()) << size;
  }
  Bytes swapped = good;
  std::swap_ranges(swapped.begin() + 16, swapped.begin() + 32, swapped.begin() + 32);
  EXPECT_EQ(SuppressionList::Decode(swapped).status().code(), StatusCode::kCorrupt);
  Bytes other = good;
  other[0] ^= 1;
  EXPECT_EQ(SuppressionList::Decode(other).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::pipelines
