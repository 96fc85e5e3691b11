#include "pipelines/identity/pair_set.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(PairSet, HoldsEachUnorderedPairOnce) {
  SeededEntropy random(8);
  std::set<uint64_t> want;
  PairSet pairs;
  for (int i = 0; i < 20'000; ++i) {
    const auto a = static_cast<uint32_t>(random.Next() % 200);
    const auto b = static_cast<uint32_t>(200 + random.Next() % 200);
    pairs.Add(b, a);
    want.insert(uint64_t{a} << 32 | b);
  }
  EXPECT_EQ(pairs.Add(1, 2), want.insert(uint64_t{1} << 32 | 2).second);
  EXPECT_FALSE(pairs.Add(2, 1));
  std::set<uint64_t> have(pairs.pairs().begin(), pairs.pairs().end());
  EXPECT_EQ(have, want);
  EXPECT_EQ(pairs.size(), want.size());
}

}  // namespace
}  // namespace signet::pipelines
