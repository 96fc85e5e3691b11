#include "pipelines/query/connection.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "pipelines/query/errors.h"
#include "pipelines/query/handles.h"

namespace signet::pipelines::query {
namespace {

constexpr idx_t kStatementsMax = 64;

/// Owns the statements of one SQL text.
class Statements {
 public:
  Statements() = default;
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;
  ~Statements() { duckdb_destroy_extracted(&statements_); }

  Status Extract(duckdb_connection connection, std::string_view sql) {
    count_ = duckdb_extract_statements(connection, std::string(sql).c_str(), &statements_);
    if (count_ > 0 && count_ <= kStatementsMax) return OkStatus();
    const char* message = duckdb_extract_statements_error(statements_);
    if (message != nullptr) return TranslateError(DUCKDB_ERROR_PARSER, message);
    return Invalid(count_ == 0 ? "there is no SQL statement" : "too many SQL statements");
  }
  [[nodiscard]] idx_t count() const { return count_; }
  [[nodiscard]] duckdb_extracted_statements get() const { return statements_; }

 private:
  duckdb_extracted_statements statements_ = nullptr;
  idx_t count_ = 0;
};

/// DuckDB gives a prepared statement's error as text only; its class is the text's head.
int ErrorTypeOf(std::string_view message) {
  struct Head {
    std::string_view text;
    duckdb_error_type type;
  };
  static constexpr Head kHeads[] = {
      {"Parser Error", DUCKDB_ERROR_PARSER},
      {"Syntax Error", DUCKDB_ERROR_SYNTAX},
      {"Binder Error", DUCKDB_ERROR_BINDER},
      {"Catalog Error", DUCKDB_ERROR_CATALOG},
      {"IO Error", DUCKDB_ERROR_IO},
      {"Permission Error", DUCKDB_ERROR_PERMISSION},
      {"Conversion Error", DUCKDB_ERROR_CONVERSION},
      {"Invalid Input Error", DUCKDB_ERROR_INVALID_INPUT},
      {"Out of Range Error", DUCKDB_ERROR_OUT_OF_RANGE},
      {"Out of Memory Error", DUCKDB_ERROR_OUT_OF_MEMORY},
      {"Not implemented Error", DUCKDB_ERROR_NOT_IMPLEMENTED},
      {"INTERRUPT Error", DUCKDB_ERROR_INTERRUPT},
  };
  for (const Head& head : kHeads) {
    if (message.starts_with(head.text)) return head.type;
  }
  return DUCKDB_ERROR_INTERNAL;
}

Result<std::vector<ResultColumn>> PreparedColumns(duckdb_prepared_statement statement) {
  std::vector<ResultColumn> columns;
  for (idx_t c = 0; c < duckdb_prepared_statement_column_count(statement); ++c) {
    const char* name = duckdb_prepared_statement_column_name(statement, c);
    const std::string text = name == nullptr ? "" : name;
    duckdb_free(const_cast<char*>(name));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const LogicalType type(duckdb_prepared_statement_column_logical_type(statement, c));
    auto column = ColumnOf(text, type.get());
    if (!column) {
      return Invalid("column '" + text + "' has a type that datasets cannot hold")
          .WithRemedy("cast it to BIGINT, DOUBLE, DECIMAL(18,4), DATE, TIMESTAMP or VARCHAR");
    }
    columns.push_back(*std::move(column));
  }
  return columns;
}

/// Reads to the end: a result dropped before rolls its statement back.
Status Drain(Rows& rows) {
  Chunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.Next(chunk));
    if (!more) return OkStatus();
  }
}

}  // namespace

Connection::Handle::~Handle() {
  duckdb_disconnect(&connection);
}

Connection::Connection(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Connection::~Connection() = default;

Status Connection::Execute(std::string_view sql) {
  Statements statements;
  ++*handle_->statements;
  TRY(statements.Extract(handle_->connection, sql));
  (void)handle_->failure->Take();
  for (idx_t i = 0; i < statements.count(); ++i) {
    Rows::Handle run;
    if (duckdb_prepare_extracted_statement(
            handle_->connection, statements.get(), i, &run.statement) != DuckDBSuccess) {
      const char* message = duckdb_prepare_error(run.statement);
      const std::string_view text = message == nullptr ? "" : message;
      return TranslateError(ErrorTypeOf(text), text);
    }
    run.has_result = true;
    if (duckdb_execute_prepared(run.statement, &run.result) != DuckDBSuccess) {
      if (auto own = handle_->failure->Take()) return *own;
      const char* message = duckdb_result_error(&run.result);
      return TranslateError(duckdb_result_error_type(&run.result),
                            message == nullptr ? "" : message);
    }
  }
  return OkStatus();
}

Result<std::unique_ptr<Rows>> Connection::Query(std::string_view sql) {
  Statements statements;
  ++*handle_->statements;
  TRY(statements.Extract(handle_->connection, sql));
  if (statements.count() != 1) return Invalid("a query is one statement");
  (void)handle_->failure->Take();
  auto run = std::make_unique<Rows::Handle>();
  run->failure = handle_->failure;
  run->statements = handle_->statements;
  run->statement_number = *handle_->statements;
  if (duckdb_prepare_extracted_statement(
          handle_->connection, statements.get(), 0, &run->statement) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(run->statement);
    const std::string_view text = message == nullptr ? "" : message;
    return TranslateError(ErrorTypeOf(text), text);
  }
  ASSIGN_OR_RETURN(std::vector<ResultColumn> columns, PreparedColumns(run->statement));
  run->has_result = true;
  if (duckdb_execute_prepared_streaming(run->statement, &run->result) != DuckDBSuccess) {
    if (auto own = handle_->failure->Take()) return *own;
    const char* message = duckdb_result_error(&run->result);
    return TranslateError(duckdb_result_error_type(&run->result),
                          message == nullptr ? "" : message);
  }
  auto rows = std::unique_ptr<Rows>(new Rows(std::move(run)));
  rows->columns_ = std::move(columns);
  return rows;
}

Result<std::vector<ResultColumn>> Connection::Describe(std::string_view select) {
  Statements statements;
  ++*handle_->statements;
  TRY(statements.Extract(handle_->connection, select));
  if (statements.count() != 1) return Invalid("a query is one statement");
  Rows::Handle run;
  if (duckdb_prepare_extracted_statement(
          handle_->connection, statements.get(), 0, &run.statement) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(run.statement);
    const std::string_view text = message == nullptr ? "" : message;
    return TranslateError(ErrorTypeOf(text), text);
  }
  if (duckdb_prepared_statement_type(run.statement) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return Invalid("only a SELECT can be described");
  }
  return PreparedColumns(run.statement);
}

Result<int64_t> Connection::QueryInt64(std::string_view sql) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, Query(sql));
  Chunk chunk;
  ASSIGN_OR_RETURN(const bool any, rows->Next(chunk));
  if (!any || chunk.columns() != 1 || chunk.size() != 1) {
    return Invalid("a query for one number gave another shape");
  }
  const int64_t value = chunk.IsNull(0, 0) ? 0 : chunk.Int64(0, 0);
  TRY(Drain(*rows));
  return value;
}

Result<std::string> Connection::QueryText(std::string_view sql) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, Query(sql));
  Chunk chunk;
  ASSIGN_OR_RETURN(const bool any, rows->Next(chunk));
  if (!any || chunk.columns() != 1 || chunk.size() != 1 ||
      chunk.column(0).type() != ColumnType::kText) {
    return Invalid("a query for one text gave another shape");
  }
  std::string value = chunk.IsNull(0, 0) ? std::string() : std::string(chunk.Text(0, 0));
  TRY(Drain(*rows));
  return value;
}

void Connection::Interrupt() {
  duckdb_interrupt(handle_->connection);
}

QueryProgress Connection::Progress() const {
  const duckdb_query_progress_type progress = duckdb_query_progress(handle_->connection);
  return {std::clamp(progress.percentage / 100.0, 0.0, 1.0), progress.rows_processed};
}

void Connection::Keep(std::shared_ptr<void> resource) {
  handle_->kept.push_back(std::move(resource));
}

}  // namespace signet::pipelines::query
