#include "pipelines/math/scaling_sums.h"

#include <algorithm>
#include <bit>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr uint32_t kColumnsMax = 100'000;

/// Whether the value can be added up; what cannot is refused by whoever reads the faults.
bool CanBeSummed(double value, bool log) {
  return std::fabs(value) <= kScalableMax && !(log && value < 0);
}

Result<ColumnSums> DecodeColumn(ByteReader& reader) {
  ColumnSums column;
  ASSIGN_OR_RETURN(column.faults.missing, reader.U64());
  ASSIGN_OR_RETURN(column.faults.infinite, reader.U64());
  ASSIGN_OR_RETURN(column.faults.negative, reader.U64());
  ASSIGN_OR_RETURN(column.faults.huge, reader.U64());
  ASSIGN_OR_RETURN(const uint64_t low, reader.U64());
  ASSIGN_OR_RETURN(const uint64_t high, reader.U64());
  column.low = std::bit_cast<double>(low);
  column.high = std::bit_cast<double>(high);
  ASSIGN_OR_RETURN(const ByteView moments, reader.Field());
  ASSIGN_OR_RETURN(column.moments, MomentSums::Decode(moments));
  return column;
}

}  // namespace

double Transformed(double value, bool log) {
  return log ? std::log1p(value) : value;
}

void ColumnFaults::Count(double value) {
  missing += std::isnan(value) ? 1U : 0U;
  infinite += std::isinf(value) ? 1U : 0U;
  negative += value < 0 ? 1U : 0U;
  huge += std::isfinite(value) && std::fabs(value) > kScalableMax ? 1U : 0U;
}

void ColumnFaults::Merge(const ColumnFaults& other) {
  missing += other.missing;
  infinite += other.infinite;
  negative += other.negative;
  huge += other.huge;
}

void ScalingSums::Add(std::span<const double> row) {
  CHECK(row.size() == columns_.size());
  ++rows_;
  bool complete = true;
  for (size_t c = 0; c < row.size(); ++c) {
    columns_[c].faults.Count(row[c]);
    complete = complete && !std::isnan(row[c]);
  }
  if (!complete) return;
  ++rows_used_;
  for (size_t c = 0; c < row.size(); ++c) {
    if (!CanBeSummed(row[c], log_)) continue;
    ColumnSums& column = columns_[c];
    const double value = Transformed(row[c], log_) + 0.0;  // -0 and 0 are one value
    column.low = std::min(column.low, value);
    column.high = std::max(column.high, value);
    column.moments.Add(value);
  }
}

void ScalingSums::Merge(const ScalingSums& other) {
  CHECK(log_ == other.log_ && columns_.size() == other.columns_.size());
  rows_ += other.rows_;
  rows_used_ += other.rows_used_;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const ColumnSums& more = other.columns_[c];
    columns_[c].faults.Merge(more.faults);
    columns_[c].low = std::min(columns_[c].low, more.low);
    columns_[c].high = std::max(columns_[c].high, more.high);
    columns_[c].moments.Merge(more.moments);
  }
}

// u32 columns | u16 log | u64 rows | u64 rows used | per column: u64 missing, infinite, negative,
// huge | u64 bits of low | u64 bits of high | field MomentSums::Encode.
Bytes ScalingSums::Encode() const {
  Bytes out;
  AppendU32(out, static_cast<uint32_t>(columns_.size()));
  AppendU16(out, log_ ? 1 : 0);
  AppendU64(out, rows_);
  AppendU64(out, rows_used_);
  for (const ColumnSums& column : columns_) {
    AppendU64(out, column.faults.missing);
    AppendU64(out, column.faults.infinite);
    AppendU64(out, column.faults.negative);
    AppendU64(out, column.faults.huge);
    AppendU64(out, std::bit_cast<uint64_t>(column.low));
    AppendU64(out, std::bit_cast<uint64_t>(column.high));
    AppendField(out, ByteView(column.moments.Encode()));
  }
  return out;
}

Result<ScalingSums> ScalingSums::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint32_t columns, reader.U32());
  ASSIGN_OR_RETURN(const uint16_t log, reader.U16());
  if (columns > kColumnsMax || log > 1) return Corrupt("no sums of columns");
  ScalingSums sums(0, log == 1);
  ASSIGN_OR_RETURN(sums.rows_, reader.U64());
  ASSIGN_OR_RETURN(sums.rows_used_, reader.U64());
  for (uint32_t c = 0; c < columns; ++c) {
    ASSIGN_OR_RETURN(ColumnSums column, DecodeColumn(reader));
    sums.columns_.push_back(std::move(column));
  }
  if (!reader.empty()) return Corrupt("sums of columns have bytes to spare");
  return sums;
}

}  // namespace signet::pipelines
