#include "crypto/transparency/compact_range.h"

#include <gtest/gtest.h>

#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::ReferenceTree;

TEST(CompactRange, HasTheRootOfEveryPrefix) {
  constexpr uint64_t kSize = 300;
  const ReferenceTree tree(kSize);
  TreeHasher hasher;
  CompactRange range;
  for (uint64_t size = 0; size < kSize; ++size) {
    ASSERT_EQ(range.Root(hasher), tree.Root(size)) << "size " << size;
    range.Append(tree.leaf(size), hasher);
  }
  EXPECT_EQ(range.size(), kSize);
}

TEST(CompactRange, ShowsEachPerfectSubtreeOnceAsItCompletes) {
  constexpr uint64_t kSize = 64;
  const ReferenceTree tree(kSize);
  TreeHasher hasher;
  CompactRange range;
  size_t seen = 0;
  for (uint64_t i = 0; i < kSize; ++i) {
    range.Append(tree.leaf(i), hasher, [&](unsigned level, uint64_t index, const Digest& hash) {
      EXPECT_EQ(hash, tree.Root(index << level, (index + 1) << level));
      EXPECT_EQ((index + 1) << level, i + 1);
      ++seen;
    });
  }
  EXPECT_EQ(seen, 2 * kSize - 1);
}

TEST(CompactRange, ContinuesFromItsHashes) {
  const ReferenceTree tree(40);
  TreeHasher hasher;
  CompactRange range;
  for (uint64_t i = 0; i < 27; ++i) range.Append(tree.leaf(i), hasher);
  CompactRange copy = *CompactRange::FromHashes(27, range.hashes());
  EXPECT_EQ(copy, range);
  for (uint64_t i = 27; i < 40; ++i) copy.Append(tree.leaf(i), hasher);
  EXPECT_EQ(copy.Root(hasher), tree.Root(40));
}

TEST(CompactRange, RefusesAWrongNumberOfHashes) {
  EXPECT_EQ(CompactRange::FromHashes(27, std::vector<Digest>(3)).status().code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(CompactRange::FromHashes(0, std::vector<Digest>(1)).status().code(),
            StatusCode::kCorrupt);
  EXPECT_TRUE(CompactRange::FromHashes(0, {}).ok());
}

}  // namespace
}  // namespace signet::crypto
