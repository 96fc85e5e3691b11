#include "pipelines/query/table_writer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "crypto/base/text.h"
#include "pipelines/query/errors.h"
#include "pipelines/query/handles.h"

namespace signet::pipelines::query {
namespace {

Status AppenderStatus(duckdb_appender appender) {
  duckdb_error_data error = duckdb_appender_error_data(appender);
  Status status = Internal("rows could not be appended");
  if (duckdb_error_data_has_error(error)) {
    status = TranslateError(duckdb_error_data_error_type(error), duckdb_error_data_message(error));
  }
  duckdb_destroy_error_data(&error);
  return status;
}

}  // namespace

TableWriter::Handle::~Handle() {
  if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
  if (appender != nullptr) duckdb_appender_destroy(&appender);
}

TableWriter::TableWriter(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {
  std::vector<std::unique_ptr<LogicalType>> owned;
  std::vector<duckdb_logical_type> types;
  for (const ColumnType type : handle_->types) {
    owned.push_back(std::make_unique<LogicalType>(type));
    types.push_back(owned.back()->get());
  }
  handle_->chunk = duckdb_create_data_chunk(types.data(), types.size());
  StartChunk();
}

TableWriter::~TableWriter() = default;

void TableWriter::StartChunk() {
  duckdb_data_chunk_reset(handle_->chunk);
  writers_.clear();
  for (size_t c = 0; c < handle_->types.size(); ++c) {
    writers_.emplace_back(handle_->types[c], duckdb_data_chunk_get_vector(handle_->chunk, c));
  }
}

Status TableWriter::Flush(size_t rows) {
  CHECK(rows <= kChunkRows);
  if (rows == 0) return OkStatus();
  duckdb_data_chunk_set_size(handle_->chunk, rows);
  if (duckdb_append_data_chunk(handle_->appender, handle_->chunk) != DuckDBSuccess) {
    return AppenderStatus(handle_->appender);
  }
  rows_ += rows;
  StartChunk();
  return OkStatus();
}

Status TableWriter::Finish() {
  if (duckdb_appender_close(handle_->appender) != DuckDBSuccess) {
    return AppenderStatus(handle_->appender);
  }
  return OkStatus();
}

Result<std::unique_ptr<TableWriter>> Connection::CreateTable(const std::string& name,
                                                             const Schema& schema) {
  std::string sql = "CREATE TABLE " + SqlName(name) + " (";
  auto handle = std::make_unique<TableWriter::Handle>();
  for (const Column& column : schema.columns) {
    if (!handle->types.empty()) sql += ", ";
    sql += SqlName(column.name) + " " + std::string(SqlTypeOf(column.type));
    handle->types.push_back(column.type);
  }
  if (handle->types.empty()) return Invalid("table '" + name + "' has no columns");
  duckdb_connection beside = nullptr;
  if (duckdb_connect(handle_->database, &beside) != DuckDBSuccess) {
    return Exhausted("the query engine cannot connect");
  }
  handle->connection = std::unique_ptr<Connection>(
      new Connection(std::make_unique<Connection::Handle>(handle_->database, beside)));
  TRY(handle->connection->Execute(sql + ")").WithContext("table '" + name + "'"));
  if (duckdb_appender_create(beside, nullptr, name.c_str(), &handle->appender) != DuckDBSuccess) {
    return AppenderStatus(handle->appender);
  }
  return std::unique_ptr<TableWriter>(new TableWriter(std::move(handle)));
}

}  // namespace signet::pipelines::query
