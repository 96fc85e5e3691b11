#include "crypto/transparency/compact_range.h"

#include <bit>
#include <string>
#include <utility>

namespace signet::crypto {

Result<CompactRange> CompactRange::FromHashes(uint64_t size, std::vector<Digest> hashes) {
  if (hashes.size() != static_cast<size_t>(std::popcount(size))) {
    return Corrupt("a tree of " + std::to_string(size) + " entries cannot have " +
                   std::to_string(hashes.size()) + " subtree hashes");
  }
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

void CompactRange::Append(const Digest& leaf, TreeHasher& hasher) {
  Append(leaf, hasher, Visitor());
}

void CompactRange::Append(const Digest& leaf, TreeHasher& hasher, const Visitor& visit) {
  Digest hash = leaf;
  if (visit) visit(0, size_, hash);
  // Each trailing one bit of the size is a perfect subtree that this leaf completes to a larger
  // one.
  unsigned level = 0;
  for (uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = hasher.Node(hashes_.back(), hash);
    hashes_.pop_back();
    ++level;
    if (visit) visit(level, size_ >> level, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

Digest CompactRange::Root(TreeHasher& hasher) const {
  if (hashes_.empty()) return TreeHasher::EmptyRoot();
  Digest root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i > 0; --i) root = hasher.Node(hashes_[i - 1], root);
  return root;
}

}  // namespace signet::crypto
