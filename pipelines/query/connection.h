/// Runs SQL: statements, streamed results, tables written column by column, functions in C++.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/query/chunk.h"
#include "pipelines/query/scalar_function.h"
#include "pipelines/query/table_writer.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines::query {

/// How far the running query is.
struct QueryProgress {
  double share = 0;  ///< 0 to 1; 0 while unknown
  uint64_t rows_done = 0;
};

/// One connection: one thread at a time, but for Interrupt and Progress.
/// Error texts are ours: DuckDB's words are passed on only for mistakes in the SQL itself (parser,
/// binder, catalog), which it finds before it reads data; other messages may quote rows.
class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one or more statements and drops their results.
  Status Execute(std::string_view sql);
  /// Starts one SELECT. Column types outside ColumnType (lists, structs) are kInvalid: cast them.
  Result<std::unique_ptr<Rows>> Query(std::string_view sql);
  /// The single value of a query with one row and one column; NULL is 0 / "".
  Result<int64_t> QueryInt64(std::string_view sql);
  Result<std::string> QueryText(std::string_view sql);
  /// Names and types of a SELECT's columns, without running it.
  Result<std::vector<ResultColumn>> Describe(std::string_view select);

  /// Makes `function` callable from SQL for the life of the database. kConflict for a taken name.
  Status RegisterFunction(ScalarFunction function);
  /// Makes the table and a writer for it; kConflict if it exists.
  Result<std::unique_ptr<TableWriter>> CreateTable(const std::string& name, const Schema& schema);

  /// Cancels the running query, from any thread: it ends with kCancelled.
  void Interrupt();
  /// From any thread.
  [[nodiscard]] QueryProgress Progress() const;
  /// Keeps `resource` (a memory file behind a view) alive as long as the connection.
  void Keep(std::shared_ptr<void> resource);

 private:
  friend class Database;
  struct Handle;
  explicit Connection(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace signet::pipelines::query
