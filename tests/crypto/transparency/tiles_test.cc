#include "crypto/transparency/tiles.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/transparency/proof.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

TEST(Tiles, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ((TileId{0, 1234067}.Path()), "tile/0/x001/x234/067");
  EXPECT_EQ((TileId{3, 5, 17}.Path()), "tile/3/005.p/17");
  EXPECT_EQ((TileId{1, 1000}.Path()), "tile/1/x001/000");
  EXPECT_EQ(EntryBundlePath(273, 112), "tile/entries/273.p/112");
  EXPECT_EQ(EntryBundlePath(0, 256), "tile/entries/000");
}

TEST(Tiles, SeventyThousandEntriesHaveTheTilesOfTheSpecification) {
  const std::vector<TileId> tiles = TilesOf(70000);
  const auto count = [&tiles](unsigned level, bool full) {
    return std::count_if(tiles.begin(), tiles.end(), [=](const TileId& id) {
      return id.level == level && (id.width == kTileWidth) == full;
    });
  };
  EXPECT_EQ(count(0, true), 273);
  EXPECT_EQ(TileWidthAt(0, 273, 70000), 112U);
  EXPECT_EQ(TileWidthAt(0, 274, 70000), 0U);
  EXPECT_EQ(count(1, true), 1);
  EXPECT_EQ(TileWidthAt(1, 1, 70000), 17U);
  EXPECT_EQ(TileWidthAt(2, 0, 70000), 1U);
  EXPECT_EQ(tiles.size(), 273U + 1 + 1 + 1 + 1);
}

TEST(Tiles, ExactlyOneFullTileHasAPartialOneAboveIt) {
  EXPECT_EQ(TilesOf(256), (std::vector<TileId>{{0, 0, 256}, {1, 0, 1}}));
  EXPECT_EQ(TilesOf(255), (std::vector<TileId>{{0, 0, 255}}));
  EXPECT_TRUE(TilesOf(0).empty());
}

TEST(Tiles, GiveTheRootOfEveryPrefix) {
  constexpr uint64_t kSize = 700;
  const testing_tree::ReferenceTree tree(kSize);
  TileTree tiles(kSize, [&tree](const TileId& id) -> Result<Bytes> {
    Bytes hashes;
    for (uint64_t i = 0; i < id.width; ++i) {
      ASSIGN_OR_RETURN(const Digest hash,
                       tree.Nodes()(id.level * kTileHeight, id.index * kTileWidth + i));
      Append(hashes, hash);
    }
    return hashes;
  });
  const NodeSource nodes = [&tiles](unsigned level, uint64_t index) {
    return tiles.Node(level, index);
  };
  for (uint64_t size = 0; size <= kSize; size += 7) {
    const auto root = RootAt(size, nodes);
    ASSERT_TRUE(root.ok()) << root.status().ToString();
    ASSERT_EQ(*root, tree.Root(size));
  }
  EXPECT_EQ(nodes(0, kSize).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(nodes(9, 1).status().code(), StatusCode::kInvalid);
}

TEST(Tiles, ATileThatIsTooShortIsCorrupt) {
  TileTree tiles(300, [](const TileId& /*id*/) { return Result<Bytes>(Bytes(size_t{32} * 5)); });
  EXPECT_EQ(tiles.Node(0, 1).status().code(), StatusCode::kCorrupt);
}

TEST(EntryBundle, IsSplitAsItWasMade) {
  Bytes bundle;
  const Bytes longest(kEntryBytesMax, 'x');
  AppendBundleEntry(bundle, AsBytes("a"));
  AppendBundleEntry(bundle, {});
  AppendBundleEntry(bundle, longest);
  const auto entries = SplitBundle(bundle);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ(AsText((*entries)[0]), "a");
  EXPECT_TRUE((*entries)[1].empty());
  EXPECT_EQ((*entries)[2].size(), kEntryBytesMax);
}

TEST(EntryBundle, CutShortIsCorrupt) {
  Bytes bundle;
  AppendBundleEntry(bundle, AsBytes("abc"));
  for (size_t n = 1; n < bundle.size(); ++n) {
    EXPECT_EQ(SplitBundle(ByteView(bundle).first(n)).status().code(), StatusCode::kCorrupt);
  }
}

}  // namespace
}  // namespace signet::crypto
