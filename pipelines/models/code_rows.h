/// CodeStore and CodeRows: rows of codes where they rest, in memory or sealed on a disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/artifacts/scratch_file.h"
#include "pipelines/models/bin_codes.h"

namespace signet::pipelines {

/// Filled once, in order, then read through CodeRows. One byte a cell, in memory or on the disk.
class CodeStore {
 public:
  CodeStore() = default;
  /// `file` null: in memory.
  CodeStore(size_t columns, std::shared_ptr<ScratchFile> file);

  /// Whole rows.
  Status Append(std::span<const uint8_t> codes);
  /// Call once after the last Append.
  Status Finish();

 private:
  friend class CodeRows;
  Status Seal(size_t cells);

  CodeMatrix memory_;  ///< all rows, or those of the block that is being filled
  std::shared_ptr<ScratchFile> file_;
  std::vector<uint64_t> pages_;  ///< one a block
  size_t sealed_rows_ = 0;
};

/// A view of rows in blocks of at most 2 MiB (but at least 1,024 rows); cheap to copy.
class CodeRows {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): a view of its argument
  CodeRows(const CodeMatrix& matrix) : matrix_(&matrix) {}
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  CodeRows(const CodeStore& store);

  [[nodiscard]] size_t columns() const { return matrix_->columns; }
  [[nodiscard]] size_t rows() const;
  /// Where they rest on a disk, and what is made of them may rest too; null: in memory.
  [[nodiscard]] const ScratchFile* file() const;
  /// All rows, if they are in memory; null otherwise.
  [[nodiscard]] const CodeMatrix* memory() const { return store_ == nullptr ? matrix_ : nullptr; }
  [[nodiscard]] size_t block_rows() const;
  /// Rows [block * block_rows(), ...); empty behind the last. `buffer` holds them if they come from
  /// the disk: valid until it is used again. kCorrupt when the disk changed them.
  Result<std::span<const uint8_t>> Block(size_t block, Bytes& buffer) const;

 private:
  const CodeMatrix* matrix_;
  const CodeStore* store_ = nullptr;
};

}  // namespace signet::pipelines
