#include "crypto/transparency/proof.h"

#include <algorithm>
#include <bit>
#include <string>

namespace signet::crypto {
namespace {

/// The largest power of two below `n` (n >= 2): where RFC 6962 splits a tree.
uint64_t SplitPoint(uint64_t n) {
  return std::bit_floor(n - 1);
}

/// The root over leaves [begin, end), where begin is a multiple of the least power of two that is
/// not below end - begin (as all ranges of RFC 6962's recursions are).
Result<Digest> RangeRoot(uint64_t begin,
                         uint64_t end,
                         const NodeSource& nodes,
                         TreeHasher& hasher) {
  const uint64_t size = end - begin;
  if (std::has_single_bit(size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    return nodes(level, begin >> level);
  }
  const uint64_t middle = begin + SplitPoint(size);
  ASSIGN_OR_RETURN(const Digest left, RangeRoot(begin, middle, nodes, hasher));
  ASSIGN_OR_RETURN(const Digest right, RangeRoot(middle, end, nodes, hasher));
  return hasher.Node(left, right);
}

Status BadProof() {
  return Corrupt("the inclusion proof does not lead to the checkpoint's root");
}
Status BadConsistency() {
  return Corrupt("the consistency proof does not join the two roots");
}

}  // namespace

Result<Digest> RootAt(uint64_t size, const NodeSource& nodes) {
  if (size == 0) return TreeHasher::EmptyRoot();
  TreeHasher hasher;
  return RangeRoot(0, size, nodes, hasher);
}

Result<std::vector<Digest>> ProveInclusion(uint64_t index, uint64_t size, const NodeSource& nodes) {
  if (index >= size) {
    return Invalid("entry " + std::to_string(index) + " is not in a tree of " +
                   std::to_string(size) + " entries");
  }
  TreeHasher hasher;
  std::vector<Digest> proof;
  uint64_t begin = 0;
  uint64_t end = size;
  while (end - begin > 1) {
    const uint64_t middle = begin + SplitPoint(end - begin);
    const bool left = index < middle;
    ASSIGN_OR_RETURN(
        const Digest sibling,
        left ? RangeRoot(middle, end, nodes, hasher) : RangeRoot(begin, middle, nodes, hasher));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Digest>> ProveConsistency(uint64_t old_size,
                                             uint64_t new_size,
                                             const NodeSource& nodes) {
  if (old_size > new_size) {
    return Invalid("a tree of " + std::to_string(old_size) +
                   " entries cannot be a prefix of one of " + std::to_string(new_size));
  }
  std::vector<Digest> proof;
  if (old_size == 0 || old_size == new_size) return proof;
  TreeHasher hasher;
  uint64_t begin = 0;
  uint64_t end = new_size;
  // SUBPROOF of RFC 6962 section 2.1.2: walks to where the old tree ends.
  while (old_size != end) {
    const uint64_t middle = begin + SplitPoint(end - begin);
    const bool left = old_size <= middle;
    ASSIGN_OR_RETURN(
        const Digest other,
        left ? RangeRoot(middle, end, nodes, hasher) : RangeRoot(begin, middle, nodes, hasher));
    proof.push_back(other);
    (left ? end : begin) = middle;
  }
  if (begin != 0) {
    ASSIGN_OR_RETURN(const Digest last, RangeRoot(begin, end, nodes, hasher));
    proof.push_back(last);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Status VerifyInclusion(uint64_t index,
                       uint64_t size,
                       const Digest& leaf,
                       const std::vector<Digest>& proof,
                       const Digest& root) {
  if (index >= size) return BadProof();
  TreeHasher hasher;
  uint64_t node = index;
  uint64_t last = size - 1;
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return BadProof();
    if ((node & 1) != 0 || node == last) {
      hash = hasher.Node(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = hasher.Node(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0 || hash != root) return BadProof();
  return OkStatus();
}

namespace {

/// The way up from a node to the root of a tree: the node's number in its level, and the last
/// one's.
struct Climb {
  uint64_t node;
  uint64_t last;

  void Up() {
    node >>= 1;
    last >>= 1;
  }

  /// Whether the next digest of the proof stands to the left: then it belongs to both trees.
  [[nodiscard]] bool SiblingIsLeft() const { return (node & 1) != 0 || node == last; }

  /// Passes the levels in which the last node has no sibling.
  void SkipLonely() {
    while ((node & 1) == 0 && node != 0) Up();
  }
};

/// VerifyConsistency for 0 < old_size < new_size and a proof that is not empty.
Status VerifyGrowth(Climb climb,
                    const Digest& old_root,
                    const Digest& new_root,
                    const std::vector<Digest>& proof) {
  TreeHasher hasher;
  while ((climb.node & 1) != 0) climb.Up();
  // An old tree that is one perfect subtree is its own starting point; else the proof gives it.
  size_t next = climb.node == 0 ? 0 : 1;
  Digest old_hash = climb.node == 0 ? old_root : proof.front();
  Digest new_hash = old_hash;
  for (; next < proof.size(); ++next) {
    const Digest& sibling = proof[next];
    if (climb.last == 0) return BadConsistency();
    if (climb.SiblingIsLeft()) {
      old_hash = hasher.Node(sibling, old_hash);
      new_hash = hasher.Node(sibling, new_hash);
      climb.SkipLonely();
    } else {
      new_hash = hasher.Node(new_hash, sibling);
    }
    climb.Up();
  }
  if (climb.last != 0 || old_hash != old_root || new_hash != new_root) return BadConsistency();
  return OkStatus();
}

}  // namespace

Status VerifyConsistency(uint64_t old_size,
                         uint64_t new_size,
                         const Digest& old_root,
                         const Digest& new_root,
                         const std::vector<Digest>& proof) {
  if (old_size > new_size) return BadConsistency();
  if (old_size == new_size) {
    return proof.empty() && old_root == new_root ? OkStatus() : BadConsistency();
  }
  if (old_size == 0) {
    return proof.empty() && old_root == TreeHasher::EmptyRoot() ? OkStatus() : BadConsistency();
  }
  if (proof.empty()) return BadConsistency();
  return VerifyGrowth({old_size - 1, new_size - 1}, old_root, new_root, proof);
}

}  // namespace signet::crypto
