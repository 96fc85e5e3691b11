/// Inclusion and consistency proofs of RFC 6962 section 2.1: made from subtree hashes, verified
/// with nothing but the roots.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/transparency/tree_hasher.h"

namespace signet::crypto {

/// Gives the root of the perfect subtree that covers leaves [index << level, (index+1) << level).
using NodeSource = std::function<Result<Digest>(unsigned level, uint64_t index)>;

/// The root of the tree's first `size` leaves.
Result<Digest> RootAt(uint64_t size, const NodeSource& nodes);
/// The sibling hashes from the leaf upwards; kInvalid unless index < size.
Result<std::vector<Digest>> ProveInclusion(uint64_t index, uint64_t size, const NodeSource& nodes);
/// Proves that the tree of `old_size` leaves is a prefix of that of `new_size`; kInvalid unless
/// old_size <= new_size. Empty for old_size 0 and for equal sizes.
Result<std::vector<Digest>> ProveConsistency(uint64_t old_size,
                                             uint64_t new_size,
                                             const NodeSource& nodes);

/// kCorrupt when the proof does not show that `leaf` is entry `index` of the tree.
/// Source: RFC 9162 section 2.1.3.2.
Status VerifyInclusion(uint64_t index,
                       uint64_t size,
                       const Digest& leaf,
                       const std::vector<Digest>& proof,
                       const Digest& root);
/// kCorrupt when the proof does not show that the old tree is a prefix of the new one.
/// Source: RFC 9162 section 2.1.4.2.
Status VerifyConsistency(uint64_t old_size,
                         uint64_t new_size,
                         const Digest& old_root,
                         const Digest& new_root,
                         const std::vector<Digest>& proof);

}  // namespace signet::crypto
