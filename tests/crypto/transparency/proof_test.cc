#include "crypto/transparency/proof.h"

#include <gtest/gtest.h>

#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::ReferenceTree;

constexpr uint64_t kSize = 40;

TEST(InclusionProof, IsThePathOfTheRfcForEveryEntryOfEveryTree) {
  const ReferenceTree tree(kSize);
  for (uint64_t size = 1; size <= kSize; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = ProveInclusion(index, size, tree.Nodes());
      ASSERT_TRUE(proof.ok());
      ASSERT_EQ(*proof, tree.Path(index, 0, size)) << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(index, size, tree.leaf(index), *proof, tree.Root(size)).ok());
    }
  }
}

TEST(InclusionProof, HoldsForNoOtherIndexSizeLeafOrRoot) {
  const ReferenceTree tree(kSize);
  for (uint64_t size = 1; size <= 20; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = *ProveInclusion(index, size, tree.Nodes());
      for (uint64_t other = 0; other < size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(other, size, tree.leaf(index), proof, tree.Root(size)).ok());
        EXPECT_FALSE(VerifyInclusion(index, size, tree.leaf(other), proof, tree.Root(size)).ok());
      }
      EXPECT_FALSE(VerifyInclusion(index, size, tree.leaf(index), proof, tree.Root(size + 1)).ok());
      EXPECT_FALSE(VerifyInclusion(size, size, tree.leaf(index), proof, tree.Root(size)).ok());
    }
  }
}

TEST(InclusionProof, HoldsNotWhenChangedShortenedOrLengthened) {
  const ReferenceTree tree(kSize);
  for (uint64_t index = 0; index < 13; ++index) {
    const std::vector<Digest> proof = *ProveInclusion(index, 13, tree.Nodes());
    for (size_t i = 0; i < proof.size(); ++i) {
      std::vector<Digest> bad = proof;
      bad[i][31] ^= 1;
      EXPECT_FALSE(VerifyInclusion(index, 13, tree.leaf(index), bad, tree.Root(13)).ok());
      bad = proof;
      bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_FALSE(VerifyInclusion(index, 13, tree.leaf(index), bad, tree.Root(13)).ok());
    }
    std::vector<Digest> longer = proof;
    longer.push_back(tree.leaf(0));
    EXPECT_EQ(VerifyInclusion(index, 13, tree.leaf(index), longer, tree.Root(13)).code(),
              StatusCode::kCorrupt);
  }
}

TEST(InclusionProof, OfAnEntryBeyondTheTreeIsInvalid) {
  const ReferenceTree tree(kSize);
  EXPECT_EQ(ProveInclusion(5, 5, tree.Nodes()).status().code(), StatusCode::kInvalid);
}

TEST(ConsistencyProof, JoinsEveryPairOfSizes) {
  const ReferenceTree tree(kSize);
  for (uint64_t to = 0; to <= kSize; ++to) {
    for (uint64_t from = 0; from <= to; ++from) {
      const auto proof = ProveConsistency(from, to, tree.Nodes());
      ASSERT_TRUE(proof.ok());
      ASSERT_TRUE(VerifyConsistency(from, to, tree.Root(from), tree.Root(to), *proof).ok())
          << from << " to " << to;
    }
  }
}

TEST(ConsistencyProof, HoldsForNoOtherRootsAndNotWhenChanged) {
  const ReferenceTree tree(kSize);
  for (uint64_t to = 2; to <= 20; ++to) {
    for (uint64_t from = 1; from < to; ++from) {
      const std::vector<Digest> proof = *ProveConsistency(from, to, tree.Nodes());
      EXPECT_FALSE(VerifyConsistency(from, to, tree.Root(from - 1), tree.Root(to), proof).ok());
      EXPECT_FALSE(VerifyConsistency(from, to, tree.Root(from), tree.Root(to + 1), proof).ok());
      for (size_t i = 0; i < proof.size(); ++i) {
        std::vector<Digest> bad = proof;
        bad[i][0] ^= 0x80;
        EXPECT_FALSE(VerifyConsistency(from, to, tree.Root(from), tree.Root(to), bad).ok());
        bad = proof;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(VerifyConsistency(from, to, tree.Root(from), tree.Root(to), bad).ok());
      }
      std::vector<Digest> longer = proof;
      longer.push_back(tree.leaf(0));
      EXPECT_FALSE(VerifyConsistency(from, to, tree.Root(from), tree.Root(to), longer).ok());
    }
  }
}

TEST(ConsistencyProof, OfAShrunkenTreeIsRefused) {
  const ReferenceTree tree(kSize);
  EXPECT_EQ(ProveConsistency(6, 5, tree.Nodes()).status().code(), StatusCode::kInvalid);
  EXPECT_FALSE(VerifyConsistency(6, 5, tree.Root(6), tree.Root(5), {}).ok());
  EXPECT_FALSE(VerifyConsistency(5, 5, tree.Root(5), tree.Root(6), {}).ok());
}

TEST(RootAt, IsTheRootOfEveryPrefix) {
  const ReferenceTree tree(kSize);
  for (uint64_t size = 0; size <= kSize; ++size) {
    EXPECT_EQ(*RootAt(size, tree.Nodes()), tree.Root(size));
  }
}

}  // namespace
}  // namespace signet::crypto
