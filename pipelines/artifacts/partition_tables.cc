#include "pipelines/artifacts/partition_tables.h"

#include <algorithm>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

using query::ColumnView;
using query::ColumnWriter;

/// Calls `put(writer, slot, row)` for each row that goes somewhere and has a value.
template <typename Put>
void ForEachCell(const ColumnView& from,
                 std::span<const uint32_t> partition_of_row,
                 std::span<const uint32_t> slot,
                 std::span<ColumnWriter* const> writers,
                 const Put& put) {
  for (size_t r = 0; r < partition_of_row.size(); ++r) {
    const uint32_t partition = partition_of_row[r];
    if (partition == PartitionTables::kLeftOut) continue;
    ColumnWriter& writer = *writers[partition];
    if (from.IsNull(r)) {
      writer.SetNull(slot[r]);
    } else {
      put(writer, slot[r], r);
    }
  }
}

void CopyColumn(const ColumnView& from,
                std::span<const uint32_t> partition_of_row,
                std::span<const uint32_t> slot,
                std::span<ColumnWriter* const> writers) {
  const auto each = [&](const auto& put) {
    ForEachCell(from, partition_of_row, slot, writers, put);
  };
  switch (from.type()) {
    case ColumnType::kBool:
      return each([&](ColumnWriter& w, size_t s, size_t r) { w.SetBool(s, from.Bool(r)); });
    case ColumnType::kInt64:
    case ColumnType::kDecimal:
    case ColumnType::kDate:
    case ColumnType::kTimestamp:
      return each([&](ColumnWriter& w, size_t s, size_t r) { w.SetInt64(s, from.Int64(r)); });
    case ColumnType::kDouble:
      return each([&](ColumnWriter& w, size_t s, size_t r) { w.SetDouble(s, from.Double(r)); });
    case ColumnType::kUuid:
      return each([&](ColumnWriter& w, size_t s, size_t r) { w.SetUuid(s, from.GetUuid(r)); });
    case ColumnType::kText:  // it comes from a VARCHAR: UTF-8 was checked there
    case ColumnType::kBytes:
      return each([&](ColumnWriter& w, size_t s, size_t r) { w.SetBytes(s, from.Blob(r)); });
  }
}

}  // namespace

PartitionTables::PartitionTables(query::Connection& connection,
                                 std::string prefix,
                                 Schema schema,
                                 size_t partitions)
    : connection_(connection),
      prefix_(std::move(prefix)),
      schema_(std::move(schema)),
      parts_(partitions),
      more_(partitions, 0) {}

Status PartitionTables::MakeRoom(size_t partition, size_t more) {
  Part& part = parts_[partition];
  if (part.writer == nullptr) {
    const std::string table = prefix_ + "_" + std::to_string(partition);
    ASSIGN_OR_RETURN(part.writer, connection_.CreateTable(table, schema_));
    part.table = table;
  }
  if (part.filled + more <= query::kChunkRows) return OkStatus();
  TRY(part.writer->Flush(part.filled));
  part.filled = 0;
  return OkStatus();
}

Status PartitionTables::Add(const query::Chunk& chunk,
                            size_t first_column,
                            std::span<const uint32_t> partition_of_row) {
  CHECK(partition_of_row.size() == chunk.size());
  CHECK(chunk.columns() == first_column + schema_.columns.size());
  std::fill(more_.begin(), more_.end(), 0);
  for (const uint32_t partition : partition_of_row) {
    if (partition != kLeftOut) ++more_[partition];
  }
  for (size_t p = 0; p < parts_.size(); ++p) {
    if (more_[p] > 0) TRY(MakeRoom(p, more_[p]));
  }
  slot_.resize(chunk.size());
  for (size_t r = 0; r < chunk.size(); ++r) {
    const uint32_t partition = partition_of_row[r];
    if (partition != kLeftOut) slot_[r] = static_cast<uint32_t>(parts_[partition].filled++);
  }
  std::vector<ColumnWriter*> writers(parts_.size(), nullptr);
  for (size_t c = 0; c < schema_.columns.size(); ++c) {
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (more_[p] > 0) writers[p] = &parts_[p].writer->column(c);
    }
    CopyColumn(chunk.column(first_column + c), partition_of_row, slot_, writers);
  }
  for (size_t p = 0; p < parts_.size(); ++p) parts_[p].rows += more_[p];
  return OkStatus();
}

Status PartitionTables::Finish() {
  for (Part& part : parts_) {
    if (part.writer == nullptr) continue;
    TRY(part.writer->Flush(part.filled));
    TRY(part.writer->Finish());
    part.writer.reset();
  }
  return OkStatus();
}

Status PartitionTables::Drop(size_t partition) {
  Part& part = parts_[partition];
  part.writer.reset();
  if (part.table.empty()) return OkStatus();
  const std::string table = std::exchange(part.table, {});
  return connection_.Execute("DROP TABLE IF EXISTS " + SqlName(table));
}

}  // namespace signet::pipelines
