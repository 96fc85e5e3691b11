#include "crypto/transparency/tiles.h"

#include <algorithm>
#include <string>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

constexpr size_t kDigestBytes = 32;
/// Enough for one path from leaf to root in a tree of 2^64 leaves, twice.
constexpr size_t kCachedTilesMax = 16;

std::string ThreeDigits(uint64_t value) {
  std::string text = std::to_string(value);
  return std::string(3 - text.size(), '0') + text;
}

/// 1234067 becomes "x001/x234/067".
std::string IndexPath(uint64_t index) {
  std::string path = ThreeDigits(index % 1000);
  for (uint64_t rest = index / 1000; rest > 0; rest /= 1000) {
    path.insert(0, "x" + ThreeDigits(rest % 1000) + "/");
  }
  return path;
}

std::string PartialSuffix(uint64_t width) {
  return width == kTileWidth ? std::string() : ".p/" + std::to_string(width);
}

/// Hashes of tile level `level` in a tree of `size` leaves: its full tiles of the level below.
uint64_t HashesAt(unsigned level, uint64_t size) {
  const unsigned shift = level * kTileHeight;
  return shift >= 64 ? 0 : size >> shift;
}

}  // namespace

std::string TileId::Path() const {
  return "tile/" + std::to_string(level) + "/" + IndexPath(index) + PartialSuffix(width);
}

std::string EntryBundlePath(uint64_t index, uint64_t width) {
  return "tile/entries/" + IndexPath(index) + PartialSuffix(width);
}

uint64_t TileWidthAt(unsigned level, uint64_t index, uint64_t size) {
  const uint64_t hashes = HashesAt(level, size);
  const uint64_t full = hashes / kTileWidth;
  if (index < full) return kTileWidth;
  return index == full ? hashes % kTileWidth : 0;
}

std::vector<TileId> TilesOf(uint64_t size) {
  std::vector<TileId> tiles;
  for (unsigned level = 0; HashesAt(level, size) > 0; ++level) {
    for (uint64_t index = 0; TileWidthAt(level, index, size) > 0; ++index) {
      tiles.push_back({level, index, TileWidthAt(level, index, size)});
    }
  }
  return tiles;
}

void AppendBundleEntry(Bytes& bundle, ByteView entry) {
  CHECK(entry.size() <= kEntryBytesMax);
  AppendU16(bundle, static_cast<uint16_t>(entry.size()));
  Append(bundle, entry);
}

Result<std::vector<ByteView>> SplitBundle(ByteView bundle) {
  std::vector<ByteView> entries;
  ByteReader reader(bundle);
  while (!reader.empty()) {
    const Result<uint16_t> length = reader.U16();
    if (!length.ok()) return Corrupt("an entry bundle ends within a length");
    const Result<ByteView> entry = reader.Take(*length);
    if (!entry.ok()) return Corrupt("an entry bundle ends within an entry");
    entries.push_back(*entry);
  }
  return entries;
}

Result<Digest> TileTree::Node(unsigned level, uint64_t index) {
  const unsigned tile_level = level / kTileHeight;
  const unsigned rise = level % kTileHeight;
  const uint64_t first = index << rise;
  const uint64_t count = uint64_t{1} << rise;
  const uint64_t tile_index = first / kTileWidth;
  const uint64_t offset = first % kTileWidth;
  const uint64_t width = TileWidthAt(tile_level, tile_index, size_);
  if (offset + count > width) {
    return Invalid("node " + std::to_string(level) + "/" + std::to_string(index) +
                   " is not in a tree of " + std::to_string(size_) + " entries");
  }
  ASSIGN_OR_RETURN(const Bytes* tile, Tile({tile_level, tile_index, width}));
  std::vector<Digest> hashes(count);
  for (uint64_t i = 0; i < count; ++i) {
    std::copy_n(tile->data() + (offset + i) * kDigestBytes, kDigestBytes, hashes[i].begin());
  }
  for (uint64_t n = count; n > 1; n /= 2) {
    for (uint64_t i = 0; i < n / 2; ++i) hashes[i] = hasher_.Node(hashes[2 * i], hashes[2 * i + 1]);
  }
  return hashes.front();
}

Result<const Bytes*> TileTree::Tile(const TileId& id) {
  const auto found = cache_.find(id);
  if (found != cache_.end()) return &found->second;
  ASSIGN_OR_RETURN(Bytes tile, source_(id));
  if (tile.size() < id.width * kDigestBytes) {
    return Corrupt(id.Path() + " holds " + std::to_string(tile.size() / kDigestBytes) +
                   " hashes, fewer than " + std::to_string(id.width));
  }
  if (cache_.size() >= kCachedTilesMax) cache_.clear();
  return &cache_.emplace(id, std::move(tile)).first->second;
}

}  // namespace signet::crypto
