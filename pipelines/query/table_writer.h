/// Fills a table in memory, column-wise, a chunk of rows at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/query/chunk.h"
#include "pipelines/query/scalar_function.h"

namespace signet::pipelines::query {

/// Usage: fill column(c).SetX(row, ...) for rows 0..n-1, n <= kChunkRows, then Flush(n); repeat;
/// Finish(). Rows are visible after Finish.
class TableWriter {
 public:
  ~TableWriter();
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  [[nodiscard]] size_t columns() const { return writers_.size(); }
  ColumnWriter& column(size_t c) { return writers_[c]; }
  /// Appends the first `rows` rows of the chunk and starts a new one.
  Status Flush(size_t rows);
  Status Finish();
  [[nodiscard]] uint64_t rows() const { return rows_; }

 private:
  friend class Connection;
  struct Handle;
  explicit TableWriter(std::unique_ptr<Handle> handle);
  void StartChunk();
  std::unique_ptr<Handle> handle_;
  std::vector<ColumnWriter> writers_;
  uint64_t rows_ = 0;
};

}  // namespace signet::pipelines::query
