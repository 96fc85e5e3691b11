#include "pipelines/artifacts/canonical_rows.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace signet::pipelines {
namespace {

constexpr uint64_t kNanBits = 0x7ff8000000000000;

// The bytes are written through a pointer into a buffer that is known to be long enough: this runs
// for every cell of every row.
uint8_t* PutTagged(uint8_t* at, uint8_t tag, uint64_t value) {
  *at = tag;
  const uint64_t big = __builtin_bswap64(value);
  std::memcpy(at + 1, &big, sizeof(big));
  return at + 9;
}

uint64_t DoubleBits(double value) {
  if (std::isnan(value)) return kNanBits;
  return std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
}

size_t CellBytesMax(const query::ColumnView& column, size_t row) {
  switch (column.type()) {
    case ColumnType::kText:
    case ColumnType::kBytes:
      return column.IsNull(row) ? 1 : 5 + column.Text(row).size();
    case ColumnType::kUuid:
      return 17;
    default:
      return 9;
  }
}

uint8_t* PutCell(uint8_t* at, const query::ColumnView& column, size_t row) {
  if (column.IsNull(row)) {
    *at = 0;
    return at + 1;
  }
  switch (column.type()) {
    case ColumnType::kBool:
      return PutTagged(at, 1, column.Bool(row) ? 1 : 0);
    case ColumnType::kInt64:
    case ColumnType::kDecimal:
    case ColumnType::kDate:
    case ColumnType::kTimestamp:
      return PutTagged(at, 1, static_cast<uint64_t>(column.Int64(row)));
    case ColumnType::kDouble:
      return PutTagged(at, 2, DoubleBits(column.Double(row)));
    case ColumnType::kUuid: {
      const Uuid uuid = column.GetUuid(row);
      *at = 3;
      std::memcpy(at + 1, uuid.data(), uuid.size());
      return at + 1 + uuid.size();
    }
    case ColumnType::kText:
    case ColumnType::kBytes: {
      const std::string_view text = column.Text(row);
      *at = 4;
      const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(text.size()));
      std::memcpy(at + 1, &size, sizeof(size));
      if (!text.empty()) std::memcpy(at + 5, text.data(), text.size());
      return at + 5 + text.size();
    }
  }
  CHECK(false);
}

/// The row in `scratch`, which only grows.
ByteView RowBytes(const query::Chunk& chunk, size_t row, Bytes& scratch) {
  size_t bytes_max = 0;
  for (size_t c = 0; c < chunk.columns(); ++c) bytes_max += CellBytesMax(chunk.column(c), row);
  if (scratch.size() < bytes_max) scratch.resize(bytes_max * 2);
  uint8_t* at = scratch.data();
  for (size_t c = 0; c < chunk.columns(); ++c) at = PutCell(at, chunk.column(c), row);
  return ByteView(scratch).first(static_cast<size_t>(at - scratch.data()));
}

}  // namespace

void CanonicalRow(const query::Chunk& chunk, size_t row, Bytes& out) {
  Bytes scratch;
  const ByteView bytes = RowBytes(chunk, row, scratch);
  out.assign(bytes.begin(), bytes.end());
}

void DigestRows(const query::Chunk& chunk,
                const crypto::HmacKey& key,
                Bytes& scratch,
                MultisetDigest& digest) {
  for (size_t r = 0; r < chunk.size(); ++r) digest.Add(key.Mac(RowBytes(chunk, r, scratch)));
}

}  // namespace signet::pipelines
