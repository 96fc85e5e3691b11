/// LabInput: a plain file as columns, for the commands under `signet lab`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/query/database.h"

namespace signet::coordinator {

/// A CSV, TSV, TXT, DATA, JSONL or Parquet file (all but the last also as .gz), opened in DuckDB
/// as the table `input`. DuckDB's sniffer names and types the columns, from all rows; text whose
/// columns are kept apart by runs of blanks becomes column0, column1, ...; bytes that are not UTF-8
/// are read as Latin-1. Text columns whose cells are
/// numbers or times in another writing (lab_spelling.h) are read as such where they are named as
/// they stand; in SQL of the caller they stay the text that they are. The file is the analyst's
/// own; nothing of it is written anywhere, and error texts do not quote its rows.
class LabInput {
 public:
  /// `where` is an SQL condition over the file's columns, or empty. kNotFound for a missing file,
  /// kInvalid for one that cannot be read as what its ending says, for a mistake in `where`, and
  /// when no row is left.
  static Result<std::unique_ptr<LabInput>> Open(const std::string& path, const std::string& where);

  /// The engine, with the table `input`: for sorting, grouping and joining in SQL.
  pipelines::query::Connection& connection() { return *connection_; }
  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] bool Has(const std::string& column) const;
  /// A column that exists as SQL: its name in quotes, or what reads its writing.
  [[nodiscard]] std::string ColumnSql(const std::string& column) const;
  /// A table of the same columns in which every writing is read; `input` itself where there is
  /// none.
  Result<std::string> SpelledTable();
  /// kInvalid naming the column and the closest one that exists.
  [[nodiscard]] Status Require(const std::string& column) const;

  /// `expression` (a column, or SQL over the columns) as SQL, after a check that it binds.
  /// `option` names it in errors: "--amount". kInvalid with the nearest column.
  Result<std::string> ValueSql(const std::string& option, const std::string& expression);
  /// The same as a TIMESTAMP: dates, ISO text, numbers such as 19970101 and seconds or
  /// milliseconds since 1970 are converted; a value that cannot be is kInvalid with their
  /// number.
  Result<std::string> TimeSql(const std::string& option, const std::string& expression);

  /// One value a row, in the file's order. `expression` is SQL over the file's columns (a bare
  /// column name that needs quotes is quoted). NULL becomes NaN / "" / kNoTime.
  /// kInvalid when a value does not convert.
  Result<std::vector<double>> Numbers(const std::string& expression);
  Result<std::vector<std::string>> Texts(const std::string& expression);
  /// Microseconds UTC since 1970; text and dates (ISO or 19970101) are converted.
  Result<std::vector<int64_t>> Times(const std::string& expression);

  static constexpr int64_t kNoTime = INT64_MIN;

 private:
  LabInput() = default;
  /// The expression, quoted if it is exactly a column's name.
  [[nodiscard]] std::string Sql(const std::string& expression) const;
  /// Makes `input` of lines whose columns are kept apart by blanks.
  Status SplitAtBlanks(const std::string& path, const std::string& condition);
  Status ReadColumns();

  std::unique_ptr<pipelines::query::Database> database_;
  std::unique_ptr<pipelines::query::Connection> connection_;
  std::vector<std::string> columns_;
  std::map<std::string, std::string> spelled_;  ///< by column: SQL that reads its writing
  int64_t rows_ = 0;
};

}  // namespace signet::coordinator
