/// The engine's handles behind our types: for this room's sources only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <duckdb.h>

#include "pipelines/query/chunk.h"
#include "pipelines/query/connection.h"
#include "pipelines/query/database.h"
#include "pipelines/query/table_writer.h"

namespace signet::pipelines::query {

/// The first failure that one of our own functions reported while SQL ran: handed out instead of
/// DuckDB's wording of it.
class FunctionFailure {
 public:
  void Set(const Status& status);
  /// Takes the failure, if any.
  std::optional<Status> Take();

 private:
  std::mutex mutex_;
  std::optional<Status> first_;
};

struct Chunk::Handle {
  explicit Handle(duckdb_data_chunk c) : chunk(c) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { duckdb_destroy_data_chunk(&chunk); }
  duckdb_data_chunk chunk;
};

struct Rows::Handle {
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();
  duckdb_prepared_statement statement = nullptr;
  duckdb_result result{};
  bool has_result = false;
  std::shared_ptr<FunctionFailure> failure;
  /// The connection's count of statements, and what it was for this one: a later statement ends a
  /// stream, and DuckDB says so to nobody.
  std::shared_ptr<const uint64_t> statements;
  uint64_t statement_number = 0;
};

struct TableWriter::Handle {
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();
  /// Of its own, so that rows may be written while a result of the caller's connection is read.
  std::unique_ptr<Connection> connection;
  duckdb_appender appender = nullptr;
  duckdb_data_chunk chunk = nullptr;
  std::vector<ColumnType> types;
};

struct Connection::Handle {
  Handle(duckdb_database d, duckdb_connection c) : database(d), connection(c) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();
  duckdb_database database;
  duckdb_connection connection;
  std::shared_ptr<uint64_t> statements = std::make_shared<uint64_t>(0);
  std::shared_ptr<FunctionFailure> failure = std::make_shared<FunctionFailure>();
  std::vector<std::shared_ptr<void>> kept;
};

struct Database::Handle {
  /// An engine within its limits, with its settings but for what one task alone may read.
  static Result<std::unique_ptr<Handle>> Start(int threads, int memory_mb);
  /// Says what may be read, switches all other access off and locks the configuration.
  [[nodiscard]] Status Lock(const std::vector<std::string>& readable_paths) const;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();
  duckdb_database database = nullptr;
  /// Made before the configuration was locked, with progress reporting on.
  std::vector<duckdb_connection> ready;
  std::shared_ptr<FunctionFailure> failure = std::make_shared<FunctionFailure>();
};

/// Owns a duckdb_logical_type.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type type) : type_(type) {}
  explicit LogicalType(ColumnType type);
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  ~LogicalType() { duckdb_destroy_logical_type(&type_); }
  [[nodiscard]] duckdb_logical_type get() const { return type_; }

 private:
  duckdb_logical_type type_;
};

/// How a result column of that type is read; nullopt for a type we do not hold.
std::optional<ResultColumn> ColumnOf(std::string name, duckdb_logical_type type);
/// How a vector of one of our own types is stored.
Physical PhysicalOf(ColumnType type);
/// The view of a vector.
ColumnView ViewOf(const ResultColumn& column, duckdb_vector vector);

}  // namespace signet::pipelines::query
