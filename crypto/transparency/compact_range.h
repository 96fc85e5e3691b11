/// CompactRange: what must be kept of a Merkle tree to append to it and to know its root.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/transparency/tree_hasher.h"

namespace signet::crypto {

/// The roots of the perfect subtrees that cover leaves [0, size), largest first: one for each bit
/// set in `size`. RFC 6962 section 2.1 defines the root over them.
class CompactRange {
 public:
  /// Called for each perfect subtree that an append completes, from the leaf (level 0) upwards:
  /// the subtree covers leaves [index << level, (index + 1) << level).
  using Visitor = std::function<void(unsigned level, uint64_t index, const Digest& hash)>;

  CompactRange() = default;
  /// kCorrupt unless there is exactly one hash for each bit set in `size`.
  static Result<CompactRange> FromHashes(uint64_t size, std::vector<Digest> hashes);

  void Append(const Digest& leaf, TreeHasher& hasher);
  void Append(const Digest& leaf, TreeHasher& hasher, const Visitor& visit);

  [[nodiscard]] Digest Root(TreeHasher& hasher) const;
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] const std::vector<Digest>& hashes() const { return hashes_; }

  friend bool operator==(const CompactRange&, const CompactRange&) = default;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

}  // namespace signet::crypto
