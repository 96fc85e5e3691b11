/// Splits a stream of rows into one table per partition, in one pass.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/query/chunk.h"
#include "pipelines/query/connection.h"
#include "pipelines/query/table_writer.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Filled with chunks, then read as tables: scanning one partition touches no row of another, which
/// a filter over one big table cannot offer. Rows keep their order within a partition. The tables
/// are dropped at the end of the object's life, or one by one. Memory: the rows.
class PartitionTables {
 public:
  /// `connection` must outlive the object. The tables are called `prefix`_0, `prefix`_1, ...
  PartitionTables(query::Connection& connection,
                  std::string prefix,
                  Schema schema,
                  size_t partitions);
  ~PartitionTables() = default;
  PartitionTables(const PartitionTables&) = delete;
  PartitionTables& operator=(const PartitionTables&) = delete;

  /// What `partition_of_row` says of a row that goes nowhere.
  static constexpr uint32_t kLeftOut = 0xffffffff;

  /// Appends the rows of `chunk`, whose columns from `first_column` on are the schema's, each to
  /// its partition. One entry of `partition_of_row` for each row.
  Status Add(const query::Chunk& chunk,
             size_t first_column,
             std::span<const uint32_t> partition_of_row);
  /// Call once after the last Add: the tables are complete.
  Status Finish();

  [[nodiscard]] size_t partitions() const { return parts_.size(); }
  /// The table's name; empty when the partition has no rows.
  [[nodiscard]] const std::string& table(size_t partition) const { return parts_[partition].table; }
  [[nodiscard]] uint64_t rows(size_t partition) const { return parts_[partition].rows; }
  /// Frees a partition's memory.
  Status Drop(size_t partition);

 private:
  struct Part {
    std::string table;
    std::unique_ptr<query::TableWriter> writer;
    size_t filled = 0;  ///< rows in the writer's chunk
    uint64_t rows = 0;
  };

  Status MakeRoom(size_t partition, size_t more);

  query::Connection& connection_;
  std::string prefix_;
  Schema schema_;
  std::vector<Part> parts_;
  std::vector<uint32_t> more_;  ///< rows of the chunk in hand, by partition
  std::vector<uint32_t> slot_;  ///< where each row of the chunk in hand goes
};

}  // namespace signet::pipelines
