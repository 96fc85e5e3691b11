/// CodeBlocks: rows of codes handed on block after block, so that nobody needs a copy of them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/models/code_rows.h"

namespace signet::pipelines {

/// The blocks of CodeRows; of each only the rows chosen.
class CodeBlocks {
 public:
  /// `positions`: of the rows meant, in that order, which rises for rows on a disk; empty: all.
  /// They and the rows must outlive the blocks.
  CodeBlocks(CodeRows rows, std::span<const size_t> positions);

  /// Rows in all blocks.
  [[nodiscard]] size_t size() const {
    return positions_.empty() ? rows_.rows() : positions_.size();
  }
  [[nodiscard]] const CodeRows& rows() const { return rows_; }
  /// The next block's codes, row after row; empty after the last, or when status() is not ok. Valid
  /// until the next call.
  std::span<const uint8_t> Next();
  /// The next block as XGBoost's array interface; empty as Next().
  std::string NextArray();
  void Rewind();
  /// kCorrupt or kUnavailable when the disk failed: what came before is then not all.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  /// The next rows chosen, wherever they are in memory.
  std::span<const uint8_t> Gathered(const CodeMatrix& matrix);
  /// The rows of `block`, the block_-th, that are chosen.
  std::span<const uint8_t> Chosen(std::span<const uint8_t> block);

  CodeRows rows_;
  std::span<const size_t> positions_;
  size_t block_ = 0;
  size_t position_ = 0;  ///< the next of positions_
  Bytes read_, chosen_;
  Status status_;
};

/// The first `count` rows (of those at `positions`, unless it is empty), copied together.
Result<CodeMatrix> HeadOf(CodeRows rows, std::span<const size_t> positions, size_t count);

}  // namespace signet::pipelines
