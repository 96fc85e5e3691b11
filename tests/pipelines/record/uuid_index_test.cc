#include "pipelines/record/uuid_index.h"

#include <map>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(UuidIndex, NumbersEachDifferentUuidOnce) {
  SeededEntropy random(7);
  std::map<Uuid, uint32_t> want;
  std::vector<Uuid> seen;
  UuidIndex index;
  for (int i = 0; i < 20'000; ++i) {
    const bool again = !seen.empty() && random.Next() % 2 == 0;
    const Uuid uuid = again ? seen[random.Next() % seen.size()] : random.RandomUuid();
    if (!again) {
      want.emplace(uuid, static_cast<uint32_t>(seen.size()));
      seen.push_back(uuid);
    }
    ASSERT_EQ(index.Add(uuid), want.at(uuid));
  }
  EXPECT_EQ(index.size(), seen.size());
  EXPECT_EQ(index.Find(seen[3]), 3U);
  EXPECT_FALSE(index.Find(random.RandomUuid()).has_value());
}

TEST(UuidIndex, CollidingHashesStayApart) {
  UuidIndex index;
  for (uint8_t i = 0; i < 100; ++i) EXPECT_EQ(index.Add(Uuid{i}), i);  // the hash bytes are all 0
  EXPECT_EQ(index.Find(Uuid{42}), 42U);
}

}  // namespace
}  // namespace signet::pipelines
