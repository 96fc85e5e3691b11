/// Hashes a whole log, on all processors: every entry, every tile, the roots of some sizes.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/transparency/log_source.h"
#include "crypto/transparency/tree_hasher.h"

namespace signet::crypto {

/// What hashing a log gave.
struct LogHashes {
  std::vector<Digest> roots;  ///< of the sizes asked for, in their order
  uint64_t tiles = 0;         ///< hash tiles that were compared
};

/// Hashes entries [0, size), each of which must be canonical JSON that carries its own index
/// (entry_scan.h), and compares every tile of a tree of `size`. `sizes` ascend and are not above
/// `size`. Holds one bundle a thread at a time; `threads` 0 = one per processor, at most 16.
/// kCorrupt names the first thing that is wrong.
///
/// `pruned_below` (a multiple of 256): entries under it need not be there; the log's tiles of level
/// 1 stand for them, and so the root still convicts a change. kInvalid for a size among `sizes`
/// that lies within a pruned bundle.
Result<LogHashes> HashLog(LogSource& log,
                          uint64_t size,
                          const std::vector<uint64_t>& sizes,
                          uint64_t pruned_below = 0,
                          unsigned threads = 0);

}  // namespace signet::crypto
