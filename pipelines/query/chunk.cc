#include "pipelines/query/chunk.h"

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "pipelines/query/errors.h"
#include "pipelines/query/handles.h"

namespace signet::pipelines::query {
namespace {

struct HugeInt {
  uint64_t low;
  int64_t high;
};

HugeInt HugeAt(const void* data, size_t row) {
  HugeInt value{};
  std::memcpy(&value, static_cast<const char*>(data) + row * sizeof(value), sizeof(value));
  return value;
}

bool FitsInt64(const HugeInt& value) {
  const bool negative = (value.low >> 63) != 0;
  return value.high == (negative ? -1 : 0);
}

Physical PhysicalOfInternal(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_SMALLINT:
      return Physical::kInt16;
    case DUCKDB_TYPE_INTEGER:
      return Physical::kInt32;
    case DUCKDB_TYPE_BIGINT:
      return Physical::kInt64;
    default:
      return Physical::kInt128;
  }
}

std::optional<ResultColumn> DecimalColumn(std::string name, duckdb_logical_type type) {
  const int scale = duckdb_decimal_scale(type);
  if (scale > 4) return std::nullopt;
  int64_t factor = 1;
  for (int i = scale; i < 4; ++i) factor *= 10;
  return ResultColumn{std::move(name),
                      ColumnType::kDecimal,
                      PhysicalOfInternal(duckdb_decimal_internal_type(type)),
                      factor};
}

}  // namespace

std::optional<ResultColumn> ColumnOf(std::string name, duckdb_logical_type type) {
  const auto column = [&name](ColumnType t, Physical p) {
    return ResultColumn{std::move(name), t, p, 1};
  };
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return column(ColumnType::kBool, Physical::kBool);
    case DUCKDB_TYPE_TINYINT:
      return column(ColumnType::kInt64, Physical::kInt8);
    case DUCKDB_TYPE_SMALLINT:
      return column(ColumnType::kInt64, Physical::kInt16);
    case DUCKDB_TYPE_INTEGER:
      return column(ColumnType::kInt64, Physical::kInt32);
    case DUCKDB_TYPE_BIGINT:
      return column(ColumnType::kInt64, Physical::kInt64);
    case DUCKDB_TYPE_UTINYINT:
      return column(ColumnType::kInt64, Physical::kUInt8);
    case DUCKDB_TYPE_USMALLINT:
      return column(ColumnType::kInt64, Physical::kUInt16);
    case DUCKDB_TYPE_UINTEGER:
      return column(ColumnType::kInt64, Physical::kUInt32);
    case DUCKDB_TYPE_UBIGINT:
      return column(ColumnType::kInt64, Physical::kUInt64);
    case DUCKDB_TYPE_HUGEINT:
      return column(ColumnType::kInt64, Physical::kInt128);
    case DUCKDB_TYPE_FLOAT:
      return column(ColumnType::kDouble, Physical::kFloat);
    case DUCKDB_TYPE_DOUBLE:
      return column(ColumnType::kDouble, Physical::kDouble);
    case DUCKDB_TYPE_DATE:
      return column(ColumnType::kDate, Physical::kInt32);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return column(ColumnType::kTimestamp, Physical::kInt64);
    case DUCKDB_TYPE_VARCHAR:
      return column(ColumnType::kText, Physical::kText);
    case DUCKDB_TYPE_BLOB:
      return column(ColumnType::kBytes, Physical::kText);
    case DUCKDB_TYPE_UUID:
      return column(ColumnType::kUuid, Physical::kInt128);
    case DUCKDB_TYPE_DECIMAL:
      return DecimalColumn(std::move(name), type);
    // The type of a bare NULL: every value is NULL.
    case DUCKDB_TYPE_SQLNULL:
      return column(ColumnType::kText, Physical::kText);
    default:
      return std::nullopt;
  }
}

Physical PhysicalOf(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return Physical::kBool;
    case ColumnType::kInt64:
    case ColumnType::kDecimal:
    case ColumnType::kTimestamp:
      return Physical::kInt64;
    case ColumnType::kDouble:
      return Physical::kDouble;
    case ColumnType::kDate:
      return Physical::kInt32;
    case ColumnType::kText:
    case ColumnType::kBytes:
      return Physical::kText;
    case ColumnType::kUuid:
      return Physical::kInt128;
  }
  CHECK(false);
}

ColumnView ViewOf(const ResultColumn& column, duckdb_vector vector) {
  return {column.type,
          column.physical,
          column.factor,
          duckdb_vector_get_data(vector),
          duckdb_vector_get_validity(vector)};
}

std::span<const int64_t> ColumnView::Int64s(size_t rows) const {
  CHECK(has_int64s());
  return {static_cast<const int64_t*>(data_), rows};
}

std::span<const double> ColumnView::Doubles(size_t rows) const {
  CHECK(physical_ == Physical::kDouble);
  return {static_cast<const double*>(data_), rows};
}

int64_t ColumnView::WideInt64(size_t row) const {
  switch (physical_) {
    case Physical::kBool:
      return At<uint8_t>(row) != 0 ? 1 : 0;
    case Physical::kInt8:
      return At<int8_t>(row) * factor_;
    case Physical::kInt16:
      return At<int16_t>(row) * factor_;
    case Physical::kInt32:
      return At<int32_t>(row) * factor_;
    case Physical::kInt64:
      return At<int64_t>(row) * factor_;
    case Physical::kUInt8:
      return At<uint8_t>(row);
    case Physical::kUInt16:
      return At<uint16_t>(row);
    case Physical::kUInt32:
      return At<uint32_t>(row);
    case Physical::kUInt64:
      return static_cast<int64_t>(At<uint64_t>(row));
    case Physical::kInt128:
      return static_cast<int64_t>(HugeAt(data_, row).low) * factor_;
    case Physical::kFloat:
    case Physical::kDouble:
    case Physical::kText:
      break;
  }
  CHECK_FACTS(false,
              "an integer was asked of a column of type " + std::string(ColumnTypeName(type_)));
}

double ColumnView::WideDouble(size_t row) const {
  if (physical_ == Physical::kFloat) return static_cast<double>(At<float>(row));
  const auto value = static_cast<double>(WideInt64(row));
  return type_ == ColumnType::kDecimal ? value / 10000.0 : value;
}

Chunk::Chunk() = default;
Chunk::~Chunk() = default;
Chunk::Chunk(Chunk&&) noexcept = default;
Chunk& Chunk::operator=(Chunk&&) noexcept = default;

Rows::Handle::~Handle() {
  if (has_result) duckdb_destroy_result(&result);
  if (statement != nullptr) duckdb_destroy_prepare(&statement);
}

Rows::Rows(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Rows::~Rows() = default;

namespace {

/// Refuses numbers that Int64 could not give back exactly.
Status CheckRange(const ResultColumn& column,
                  const ColumnView& view,
                  const void* data,
                  size_t rows) {
  const bool huge = column.physical == Physical::kInt128 && column.type != ColumnType::kUuid;
  const bool scaled = column.factor != 1;
  if (!huge && !scaled && column.physical != Physical::kUInt64) return OkStatus();
  for (size_t r = 0; r < rows; ++r) {
    if (view.IsNull(r)) continue;
    bool fits = true;
    int64_t stored = 0;
    if (huge) {
      const HugeInt value = HugeAt(data, r);
      fits = FitsInt64(value);
      stored = static_cast<int64_t>(value.low);
    } else if (column.physical == Physical::kUInt64) {
      fits = view.Int64(r) >= 0;
    } else if (column.physical == Physical::kInt64) {
      std::memcpy(&stored, static_cast<const char*>(data) + r * sizeof(stored), sizeof(stored));
    }
    int64_t product = 0;
    if (!fits || __builtin_mul_overflow(stored, column.factor, &product)) {
      return Invalid("column '" + column.name + "' has a number beyond 64 bits");
    }
  }
  return OkStatus();
}

}  // namespace

Result<bool> Rows::Next(Chunk& chunk) {
  chunk.rows_ = 0;
  chunk.views_.clear();
  duckdb_data_chunk fetched = duckdb_fetch_chunk(handle_->result);
  chunk.handle_ = fetched == nullptr ? nullptr : std::make_unique<Chunk::Handle>(fetched);
  if (fetched == nullptr) {
    const char* message = duckdb_result_error(&handle_->result);
    if (auto own = handle_->failure->Take()) return *own;
    if (message != nullptr && *message != '\0') {
      return TranslateError(duckdb_result_error_type(&handle_->result), message);
    }
    if (handle_->statement_number != *handle_->statements) {
      return Internal("a result was read on after another statement of its connection");
    }
    return false;
  }
  chunk.rows_ = duckdb_data_chunk_get_size(fetched);
  if (chunk.rows_ == 0) return false;
  for (size_t c = 0; c < columns_.size(); ++c) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(fetched, c);
    chunk.views_.push_back(ViewOf(columns_[c], vector));
    TRY(CheckRange(columns_[c], chunk.views_.back(), duckdb_vector_get_data(vector), chunk.rows_));
  }
  return true;
}

}  // namespace signet::pipelines::query
