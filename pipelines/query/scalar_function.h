/// The port through which rooms make C++ functions callable inside SQL scans.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/query/chunk.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines::query {

/// Write access to one output vector of up to kChunkRows values. Every row must be set.
class ColumnWriter {
 public:
  ColumnWriter(ColumnType type, void* vector);

  [[nodiscard]] ColumnType type() const { return type_; }
  void SetNull(size_t row);
  void SetBool(size_t row, bool value);
  /// Integers, dates (days), timestamps (micros UTC), decimals (units of 1/10000).
  void SetInt64(size_t row, int64_t value);
  void SetDouble(size_t row, double value);
  /// kText (must be UTF-8: checked, an invalid one becomes NULL) or kBytes; the bytes are copied.
  void SetText(size_t row, std::string_view value);
  void SetBytes(size_t row, ByteView value) { SetRaw(row, value); }
  void SetUuid(size_t row, const Uuid& value);

 private:
  void SetRaw(size_t row, ByteView value);

  void* vector_;  // duckdb_vector
  void* data_;
  uint64_t* validity_ = nullptr;
  ColumnType type_;
};

/// The arguments of one call: `rows` values of each.
class Arguments {
 public:
  Arguments(size_t rows, std::vector<ColumnView> columns)
      : rows_(rows), columns_(std::move(columns)) {}
  [[nodiscard]] size_t rows() const { return rows_; }
  [[nodiscard]] const ColumnView& operator[](size_t i) const { return columns_[i]; }
  [[nodiscard]] size_t size() const { return columns_.size(); }
  [[nodiscard]] bool AnyNull(size_t row) const;

 private:
  size_t rows_;
  std::vector<ColumnView> columns_;
};

/// A function of SQL in C++. `run` is called for up to kChunkRows rows, from DuckDB's threads,
/// maybe several at once: it must be safe to share, and must not throw.
struct ScalarFunction {
  std::string name;
  std::vector<ColumnType> arguments;
  ColumnType result = ColumnType::kText;
  /// Sets every row of `out`. Rows with a NULL argument are set to NULL afterwards (skip them by
  /// Arguments::AnyNull), unless `sees_null`. A Status ends the query with that very Status.
  std::function<Status(const Arguments& in, ColumnWriter& out)> run;
  bool sees_null = false;
};

}  // namespace signet::pipelines::query
