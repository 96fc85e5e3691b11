/// CodeBlocks: rows of codes handed on block after block, so that nobody needs a copy of them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipelines/models/bin_codes.h"

namespace signet::pipelines {

/// Blocks of at most 2 MiB (but at least 1,024 rows); a block of chosen rows is copied together.
class CodeBlocks {
 public:
  /// `positions`: of the rows meant; empty: all. Both must outlive the blocks.
  CodeBlocks(const CodeMatrix& rows, std::span<const size_t> positions)
      : rows_(rows), positions_(positions) {}

  /// Rows in all blocks.
  [[nodiscard]] size_t size() const {
    return positions_.empty() ? rows_.rows() : positions_.size();
  }
  /// The next block's codes, row after row; empty after the last. Valid until the next call.
  std::span<const uint8_t> Next();
  /// The next block as XGBoost's array interface; empty after the last.
  std::string NextArray();
  void Rewind() { next_ = 0; }

 private:
  const CodeMatrix& rows_;
  std::span<const size_t> positions_;
  std::vector<uint8_t> chosen_;
  size_t next_ = 0;
};

}  // namespace signet::pipelines
