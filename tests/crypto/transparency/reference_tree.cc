#include "tests/crypto/transparency/reference_tree.h"

#include <fstream>
#include <utility>

namespace signet::crypto::testing_tree {
namespace {

uint64_t SplitOf(uint64_t n) {
  uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

Digest HashOf(uint8_t prefix, ByteView a, ByteView b) {
  Bytes message = {prefix};
  Append(message, a);
  Append(message, b);
  return Sha256::Of(message);
}

}  // namespace

Ed25519PrivateKey KeyOf(uint8_t fill) {
  return Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, fill)));
}

std::string EntryAt(uint64_t index) {
  return "{\"index\":" + std::to_string(index) + ",\"type\":\"test\"}";
}

ReferenceTree::ReferenceTree(uint64_t size) {
  for (uint64_t i = 0; i < size; ++i) leaves_.push_back(HashOf(0, AsBytes(EntryAt(i)), {}));
}

Digest ReferenceTree::Root(uint64_t begin, uint64_t end) const {
  if (begin == end) return Sha256::Of({});
  if (end - begin == 1) return leaves_[begin];
  const uint64_t k = SplitOf(end - begin);
  return HashOf(1, Root(begin, begin + k), Root(begin + k, end));
}

std::vector<Digest> ReferenceTree::Path(uint64_t index, uint64_t begin, uint64_t end) const {
  if (end - begin == 1) return {};
  const uint64_t k = SplitOf(end - begin);
  const bool left = index < k;
  std::vector<Digest> path = left ? Path(index, begin, begin + k) : Path(index - k, begin + k, end);
  path.push_back(left ? Root(begin + k, end) : Root(begin, begin + k));
  return path;
}

NodeSource ReferenceTree::Nodes() const {
  return [this](unsigned level, uint64_t index) -> Result<Digest> {
    const uint64_t end = (index + 1) << level;
    if (end > leaves_.size()) return Invalid("asked for a node outside the tree");
    return Root(index << level, end);
  };
}

std::string NoteAt(uint64_t size, const Ed25519PrivateKey& key, const std::string& origin) {
  const Checkpoint checkpoint{origin, size, ReferenceTree(size).Root(size)};
  return SignNote(checkpoint.Text(), origin, key)->Text();
}

std::map<std::string, Bytes> LogFiles(uint64_t size,
                                      const Ed25519PrivateKey& key,
                                      const std::string& origin) {
  std::map<std::string, Bytes> files;
  const ReferenceTree tree(size);
  for (const TileId& id : TilesOf(size)) {
    Bytes& hashes = files[id.Path()];
    const unsigned level = id.level * kTileHeight;
    for (uint64_t i = 0; i < id.width; ++i) {
      Append(hashes, *tree.Nodes()(level, id.index * kTileWidth + i));
    }
    if (id.level > 0) continue;
    Bytes& bundle = files[EntryBundlePath(id.index, id.width)];
    for (uint64_t i = 0; i < id.width; ++i) {
      AppendBundleEntry(bundle, AsBytes(EntryAt(id.index * kTileWidth + i)));
    }
  }
  files["checkpoint"] = ToBytes(NoteAt(size, key, origin));
  return files;
}

void WriteLog(const std::map<std::string, Bytes>& files, const std::filesystem::path& folder) {
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary | std::ios::trunc) << std::string(AsText(bytes));
  }
}

}  // namespace signet::crypto::testing_tree
