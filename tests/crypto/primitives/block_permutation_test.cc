#include "crypto/primitives/block_permutation.h"

#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto {
namespace {

TEST(BlockPermutation, GoesBackWhereItCameFromUnderItsKeyAlone) {
  SeededEntropy entropy(3);
  const BlockPermutation mine(entropy.RandomSecret(32));
  const BlockPermutation other(entropy.RandomSecret(32));
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid value = entropy.RandomUuid();
    const Uuid covered = mine.Forward(value);
    EXPECT_TRUE(seen.insert(covered).second) << "two values never become one";
    EXPECT_EQ(mine.Back(covered), value);
    EXPECT_NE(other.Back(covered), value);
  }
}

TEST(BlockPermutation, ThreadsShareOneKey) {
  SeededEntropy entropy(4);
  const BlockPermutation cipher(entropy.RandomSecret(32));
  const Uuid value = entropy.RandomUuid();
  const Uuid covered = cipher.Forward(value);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(cipher.Forward(value), covered);
        EXPECT_EQ(cipher.Back(covered), value);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(BlockPermutation, AnotherKeySizeIsABug) {
  EXPECT_DEATH(BlockPermutation(SecretBytes(16)), "kKeyBytes");
}

}  // namespace
}  // namespace signet::crypto
