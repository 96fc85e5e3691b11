#include "pipelines/query/scalar_function.h"

#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "crypto/base/text.h"
#include "pipelines/query/handles.h"

namespace signet::pipelines::query {
namespace {

/// What DuckDB keeps for a registered function.
struct Registered {
  ScalarFunction function;
  std::vector<ResultColumn> arguments;
  std::shared_ptr<FunctionFailure> failure;
};

template <typename T>
void Put(void* data, size_t row, T value) {
  std::memcpy(static_cast<char*>(data) + row * sizeof(T), &value, sizeof(T));
}

void NullWhereAnyNull(const Arguments& in, ColumnWriter& out) {
  bool any = false;
  for (size_t i = 0; i < in.size(); ++i) any = any || !in[i].all_valid();
  if (!any) return;
  for (size_t r = 0; r < in.rows(); ++r) {
    if (in.AnyNull(r)) out.SetNull(r);
  }
}

void Call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto* self = static_cast<const Registered*>(duckdb_scalar_function_get_extra_info(info));
  std::vector<ColumnView> views;
  views.reserve(self->arguments.size());
  for (size_t i = 0; i < self->arguments.size(); ++i) {
    views.push_back(ViewOf(self->arguments[i], duckdb_data_chunk_get_vector(input, i)));
  }
  const Arguments in(duckdb_data_chunk_get_size(input), std::move(views));
  ColumnWriter out(self->function.result, output);
  const Status status = self->function.run(in, out);
  if (!status.ok()) {
    self->failure->Set(status);
    duckdb_scalar_function_set_error(info, "a function failed");
    return;
  }
  if (!self->function.sees_null) NullWhereAnyNull(in, out);
}

}  // namespace

void FunctionFailure::Set(const Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!first_) first_ = status;
}

std::optional<Status> FunctionFailure::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(first_, std::nullopt);
}

ColumnWriter::ColumnWriter(ColumnType type, void* vector)
    : vector_(vector),
      data_(duckdb_vector_get_data(static_cast<duckdb_vector>(vector))),
      type_(type) {}

void ColumnWriter::SetNull(size_t row) {
  if (validity_ == nullptr) {
    auto* vector = static_cast<duckdb_vector>(vector_);
    duckdb_vector_ensure_validity_writable(vector);
    validity_ = duckdb_vector_get_validity(vector);
  }
  validity_[row / 64] &= ~(uint64_t{1} << (row % 64));
}

void ColumnWriter::SetBool(size_t row, bool value) {
  CHECK(type_ == ColumnType::kBool);
  Put<uint8_t>(data_, row, value ? 1 : 0);
}

void ColumnWriter::SetInt64(size_t row, int64_t value) {
  if (type_ == ColumnType::kDate) {
    CHECK(value >= std::numeric_limits<int32_t>::min() &&
          value <= std::numeric_limits<int32_t>::max());
    Put(data_, row, static_cast<int32_t>(value));
    return;
  }
  CHECK(type_ == ColumnType::kInt64 || type_ == ColumnType::kTimestamp ||
        type_ == ColumnType::kDecimal);
  Put(data_, row, value);
}

void ColumnWriter::SetDouble(size_t row, double value) {
  CHECK(type_ == ColumnType::kDouble);
  Put(data_, row, value);
}

void ColumnWriter::SetText(size_t row, std::string_view value) {
  if (type_ == ColumnType::kText && !IsValidUtf8(value)) return SetNull(row);
  SetRaw(row, AsBytes(value));
}

void ColumnWriter::SetRaw(size_t row, ByteView value) {
  CHECK(type_ == ColumnType::kText || type_ == ColumnType::kBytes);
  const std::string_view text = AsText(value);
  if (text.size() > 12) {
    // A BLOB vector takes any bytes; a VARCHAR was checked by SetText.
    duckdb_vector_assign_string_element_len(
        static_cast<duckdb_vector>(vector_), row, text.data(), text.size());
    return;
  }
  // Short strings live in the cell itself: length, then the bytes, zero-padded.
  char cell[16] = {};
  const auto length = static_cast<uint32_t>(text.size());
  std::memcpy(cell, &length, sizeof(length));
  if (length > 0) std::memcpy(cell + 4, text.data(), length);
  std::memcpy(static_cast<char*>(data_) + row * 16, cell, sizeof(cell));
}

void ColumnWriter::SetUuid(size_t row, const Uuid& value) {
  CHECK(type_ == ColumnType::kUuid);
  uint64_t words[2];
  std::memcpy(&words[1], value.data(), 8);
  std::memcpy(&words[0], value.data() + 8, 8);
  words[0] = __builtin_bswap64(words[0]);
  words[1] = __builtin_bswap64(words[1]) ^ (uint64_t{1} << 63);
  std::memcpy(static_cast<char*>(data_) + row * 16, words, sizeof(words));
}

bool Arguments::AnyNull(size_t row) const {
  for (const ColumnView& column : columns_) {
    if (column.IsNull(row)) return true;
  }
  return false;
}

Status Connection::RegisterFunction(ScalarFunction function) {
  CHECK(function.run != nullptr);
  duckdb_scalar_function made = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(made, function.name.c_str());
  auto self = std::make_unique<Registered>();
  for (const ColumnType type : function.arguments) {
    const LogicalType logical(type);
    duckdb_scalar_function_add_parameter(made, logical.get());
    self->arguments.push_back({"", type, PhysicalOf(type), 1});
  }
  const LogicalType result(function.result);
  duckdb_scalar_function_set_return_type(made, result.get());
  duckdb_scalar_function_set_special_handling(made);
  duckdb_scalar_function_set_function(made, Call);
  const std::string name = function.name;
  self->function = std::move(function);
  self->failure = handle_->failure;
  duckdb_scalar_function_set_extra_info(
      made, self.release(), [](void* extra) { delete static_cast<Registered*>(extra); });
  const duckdb_state state = duckdb_register_scalar_function(handle_->connection, made);
  duckdb_destroy_scalar_function(&made);
  if (state != DuckDBSuccess) return Conflict("a function '" + name + "' is there already");
  return OkStatus();
}

}  // namespace signet::pipelines::query
