#include "crypto/transparency/log_hashing.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/transparency/compact_range.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::EntryAt;

/// A log in memory, its tiles made by a compact range: the second opinion on large trees.
class MemoryLog final : public LogSource {
 public:
  explicit MemoryLog(uint64_t size) : size_(size) {
    TreeHasher hasher;
    CompactRange range;
    for (uint64_t i = 0; i < size; ++i) {
      const Digest leaf = hasher.Leaf(AsBytes(EntryAt(i)));
      range.Append(leaf, hasher, [&](unsigned level, uint64_t index, const Digest& hash) {
        if (level % kTileHeight != 0) return;
        Append(tiles_[{level / kTileHeight, index / kTileWidth}], hash);
      });
      roots.push_back(range.Root(hasher));
    }
  }

  Result<std::string> CheckpointNote() override { return NotFound("none"); }
  Result<Bytes> EntryBundle(uint64_t index, uint64_t width) override {
    if (gone.contains(index)) return Corrupt("bundle " + std::to_string(index) + " is gone");
    Bytes bundle;
    for (uint64_t i = 0; i < width; ++i) {
      AppendBundleEntry(bundle, AsBytes(EntryAt(index * kTileWidth + i)));
    }
    if (index == changed) bundle[20] ^= 1;
    return bundle;
  }
  Result<std::optional<Bytes>> HashTile(const TileId& id) override {
    if (id.level == 0) return std::optional<Bytes>();
    Bytes hashes = tiles_.at({id.level, id.index});
    hashes.resize(id.width * Digest().size());
    return std::optional<Bytes>(std::move(hashes));
  }
  Bytes& Tile(unsigned level, uint64_t index) { return tiles_[{level, index}]; }

  std::vector<Digest> roots;  ///< of sizes 1, 2, ...
  std::map<uint64_t, bool> gone;
  std::optional<uint64_t> changed;

 private:
  uint64_t size_;
  std::map<std::pair<unsigned, uint64_t>, Bytes> tiles_;
};

constexpr uint64_t kSize = 65'536 * 2 + 300;

class LogHashingTest : public testing::Test {
 protected:
  static MemoryLog& Log() {
    static MemoryLog log(kSize);
    return log;
  }
  void SetUp() override {
    Log().gone.clear();
    Log().changed.reset();
  }
};

TEST_F(LogHashingTest, GivesTheRootOfAnySizeWhateverTheThreads) {
  const std::vector<uint64_t> sizes = {
      0, 1, 255, 256, 257, 65'535, 65'536, 65'537, 70'000, 131'072, 131'073, 131'328, kSize};
  for (const unsigned threads : {1U, 2U, 5U}) {
    SCOPED_TRACE(threads);
    const auto hashes = HashLog(Log(), kSize, sizes, 0, threads);
    ASSERT_TRUE(hashes.ok()) << hashes.status().ToString();
    ASSERT_EQ(hashes->roots.size(), sizes.size());
    EXPECT_EQ(hashes->roots[0], TreeHasher::EmptyRoot());
    for (size_t i = 1; i < sizes.size(); ++i) {
      EXPECT_EQ(hashes->roots[i], Log().roots[sizes[i] - 1]) << sizes[i];
    }
    EXPECT_EQ(hashes->tiles, 4U) << "three of level 1, one of level 2";
  }
}

TEST_F(LogHashingTest, NamesTheFirstThingThatIsWrong) {
  Log().changed = 300;
  const auto changed = HashLog(Log(), kSize, {kSize}, 0, 2);
  EXPECT_EQ(changed.status().code(), StatusCode::kCorrupt);
  Log().changed.reset();
  Log().gone[100] = true;
  Log().gone[400] = true;
  const auto gone = HashLog(Log(), kSize, {kSize}, 0, 2);
  EXPECT_EQ(gone.status().message(), "bundle 100 is gone");
}

TEST_F(LogHashingTest, AWrongTileOfAnyLevelIsFound) {
  for (const auto& [level, index] :
       std::vector<std::pair<unsigned, uint64_t>>{{1, 0}, {1, 1}, {1, 2}, {2, 0}}) {
    SCOPED_TRACE(std::to_string(level) + "/" + std::to_string(index));
    Log().Tile(level, index)[5] ^= 1;
    const auto found = HashLog(Log(), kSize, {kSize}, 0, 2);
    EXPECT_EQ(found.status().code(), StatusCode::kCorrupt);
    Log().Tile(level, index)[5] ^= 1;
  }
}

TEST_F(LogHashingTest, APrunedLogStillGivesItsRoot) {
  for (uint64_t bundle = 0; bundle < 300; ++bundle) Log().gone[bundle] = true;
  EXPECT_FALSE(HashLog(Log(), kSize, {kSize}).ok());
  const auto hashes = HashLog(Log(), kSize, {256, 70'000, 76'800, kSize}, 300 * kTileWidth, 2);
  EXPECT_EQ(hashes.status().code(), StatusCode::kInvalid) << "70,000 lies within a pruned bundle";
  const auto whole = HashLog(Log(), kSize, {256, 65'536, 76'800, 77'000, kSize}, 300 * kTileWidth);
  ASSERT_TRUE(whole.ok()) << whole.status().ToString();
  EXPECT_EQ(whole->roots[0], Log().roots[255]);
  EXPECT_EQ(whole->roots[3], Log().roots[76'999]);
  EXPECT_EQ(whole->roots.back(), Log().roots.back());
}

TEST_F(LogHashingTest, AChangeToAPrunedBundlesRootChangesTheRoot) {
  for (uint64_t bundle = 0; bundle < 300; ++bundle) Log().gone[bundle] = true;
  Log().Tile(1, 0)[64] ^= 1;
  const auto hashes = HashLog(Log(), kSize, {kSize}, 300 * kTileWidth);
  EXPECT_TRUE(!hashes.ok() || hashes->roots.back() != Log().roots.back());
  Log().Tile(1, 0)[64] ^= 1;
}

TEST_F(LogHashingTest, PruningIsByWholeBundlesWithinTheLog) {
  EXPECT_EQ(HashLog(Log(), kSize, {kSize}, 100).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(HashLog(Log(), 256, {256}, 512).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
