#include "crypto/transparency/tree_hasher.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/transparency/compact_range.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

TEST(TreeHasher, AgreesWithTheReferenceTreeOfRfc6962) {
  const auto path = testing_support::SharedPath("vectors/rfc6962/rfc6962_reference_tree.json");
  if (!path.has_value()) GTEST_SKIP() << "../shared/vectors/rfc6962 is absent";
  const Json vectors = *Json::Parse(AsText(*ReadFile(*path)));
  TreeHasher hasher;
  CompactRange range;
  const auto& roots = vectors["root_hash_hex_by_tree_size"].items();
  const auto& nodes = vectors["node_hashes_hex_by_level"].items();
  ASSERT_EQ(roots.size(), 9U);
  int compared = 0;
  for (size_t size = 0; size < 9; ++size) {
    EXPECT_EQ(ToHex(range.Root(hasher)), roots[size].AsString()) << "size " << size;
    if (size == 8) break;
    const Bytes entry = *FromHex(vectors["leaf_inputs_hex"].items()[size].AsString());
    range.Append(
        hasher.Leaf(entry), hasher, [&](unsigned level, uint64_t index, const Digest& hash) {
          EXPECT_EQ(ToHex(hash), nodes[level].items()[index].AsString());
          ++compared;
        });
  }
  EXPECT_EQ(compared, 8 + 4 + 2 + 1);
}

TEST(TreeHasher, ALeafIsNeverANode) {
  TreeHasher hasher;
  const Digest left = hasher.Leaf(AsBytes("a"));
  const Digest right = hasher.Leaf(AsBytes("b"));
  Bytes both(left.begin(), left.end());
  Append(both, right);
  EXPECT_NE(hasher.Leaf(both), hasher.Node(left, right));
}

}  // namespace
}  // namespace signet::crypto
