/// Tiles (C2SP tlog-tiles): where the hashes and entries of a log lie, and the tree over them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/transparency/tree_hasher.h"

namespace signet::crypto {

/// Hashes in a full tile, and entries in a full bundle.
constexpr uint64_t kTileWidth = 256;
constexpr unsigned kTileHeight = 8;
/// The longest entry: its length must fit two bytes.
constexpr size_t kEntryBytesMax = 65535;

/// Tile `index` of tile level `level`: hash i is the root of the perfect subtree of tree level
/// 8 * level and index 256 * index + i.
struct TileId {
  unsigned level = 0;
  uint64_t index = 0;
  uint64_t width = kTileWidth;  ///< 1..256; below 256 = partial

  /// "tile/L/x001/x234/067" and, partial, ".p/W" behind.
  [[nodiscard]] std::string Path() const;
  friend auto operator<=>(const TileId&, const TileId&) = default;
};

/// "tile/entries/x001/x234/067[.p/W]".
std::string EntryBundlePath(uint64_t index, uint64_t width);
/// The width of tile `index` at `level` in a tree of `size` leaves: 256, less for the last one, 0
/// beyond it.
uint64_t TileWidthAt(unsigned level, uint64_t index, uint64_t size);
/// Every tile (full and partial) of a tree of `size` leaves, lowest level first.
std::vector<TileId> TilesOf(uint64_t size);

/// Appends a 2-byte big-endian length and the entry. A CHECK when it is too long.
void AppendBundleEntry(Bytes& bundle, ByteView entry);
/// The entries of a bundle, as views into it; kCorrupt when it does not end with an entry.
Result<std::vector<ByteView>> SplitBundle(ByteView bundle);

/// Gives at least `id.width` hashes of a tile, 32 bytes each.
using TileSource = std::function<Result<Bytes>(const TileId& id)>;

/// The nodes of a tree of `size` leaves, computed from its tiles; keeps the last tiles read.
class TileTree {
 public:
  TileTree(uint64_t size, TileSource source) : size_(size), source_(std::move(source)) {}

  /// A NodeSource (proof.h). kInvalid beyond the tree, kCorrupt for a tile that is too short.
  Result<Digest> Node(unsigned level, uint64_t index);

 private:
  Result<const Bytes*> Tile(const TileId& id);

  uint64_t size_;
  TileSource source_;
  std::map<TileId, Bytes> cache_;
  TreeHasher hasher_;
};

}  // namespace signet::crypto
