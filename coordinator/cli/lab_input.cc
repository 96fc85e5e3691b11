#include "coordinator/cli/lab_input.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <limits>
#include <thread>
#include <utility>

#include "coordinator/cli/lab_spelling.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using pipelines::query::Chunk;
using pipelines::query::Connection;
using pipelines::query::Database;
using pipelines::query::Rows;

constexpr int kMemoryMb = 8192;
constexpr int64_t kBlankColumnsMax = 64;
constexpr std::string_view kNotUtf8 = "SIG-4007";

bool EndsWith(const std::string& text, std::string_view ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

/// The table function that reads `path`, by its ending.
Result<std::string> Reader(const std::string& path) {
  std::string name = path;
  for (char& letter : name) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  if (EndsWith(name, ".parquet")) return "read_parquet(" + SqlLiteral(path) + ")";
  if (EndsWith(name, ".gz")) name.resize(name.size() - 3);
  if (EndsWith(name, ".jsonl") || EndsWith(name, ".ndjson")) {
    return "read_json_auto(" + SqlLiteral(path) + ", format='newline_delimited', sample_size=-1)";
  }
  for (const char* ending : {".csv", ".tsv", ".txt", ".data", ".dat"}) {
    if (EndsWith(name, ending)) return "read_csv(" + SqlLiteral(path) + ", sample_size=-1)";
  }
  return Invalid("'" + path + "' has an ending that signet lab does not read")
      .WithRemedy("give a .csv, .tsv, .txt, .data, .dat, .jsonl (also as .gz) or .parquet file");
}

/// Calls `take(chunk)` for each chunk of `sql`.
template <typename Take>
Status ForEachChunk(Connection& connection, const std::string& sql, Take take) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, connection.Query(sql));
  Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    take(chunk);
  }
}

Status Inconvertible(const std::string& expression, std::string_view what) {
  return Invalid("--in: '" + expression + "' holds a value that is no " + std::string(what))
      .WithRemedy("leave such rows out with --where, or convert the column there");
}

}  // namespace

Result<std::unique_ptr<LabInput>> LabInput::Open(const std::string& path,
                                                 const std::string& where) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return NotFound("there is no file '" + path + "'").WithRemedy("check the path given as --in");
  }
  ASSIGN_OR_RETURN(const std::string reader, Reader(path));
  auto input = std::unique_ptr<LabInput>(new LabInput());
  const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  ASSIGN_OR_RETURN(
      input->database_,
      Database::Open({.threads = threads, .memory_mb = kMemoryMb, .readable_paths = {path}}));
  input->connection_ = input->database_->Connect();
  const std::string condition = where.empty() ? "" : " WHERE (" + where + ")";
  const std::string create = "CREATE TABLE input AS SELECT * FROM ";
  Status made = input->connection_->Execute(create + reader + condition);
  if (made.diagnostic() == kNotUtf8 && reader.find("read_csv") == 0) {
    const std::string latin = reader.substr(0, reader.size() - 1) + ", encoding='latin-1')";
    made = input->connection_->Execute(create + latin + condition);
  }
  // A condition that does not bind may name the columns of text kept apart by blanks.
  if (!made.ok()) {
    const bool spaced = reader.find("read_csv") == 0 && !where.empty() &&
                        input->SplitAtBlanks(path, condition).ok();
    if (!spaced) return made.WithRemedy("check the file's format and --where");
  }
  TRY(input->ReadColumns());
  const bool is_text = reader.find("read_csv") == 0;
  if (is_text && input->columns_.size() == 1 && input->columns_[0].find(' ') != std::string::npos) {
    TRY(input->SplitAtBlanks(path, condition));
  }
  ASSIGN_OR_RETURN(input->rows_, input->connection_->QueryInt64("SELECT count(*) FROM input"));
  if (input->rows_ == 0) {
    return Invalid("'" + path + "' has no row" + (where.empty() ? "" : " that --where keeps"))
        .WithRemedy("check the file and --where");
  }
  ASSIGN_OR_RETURN(input->spelled_, SpelledColumns(*input->connection_, "input"));
  return input;
}

Status LabInput::ReadColumns() {
  columns_.clear();
  return ForEachChunk(*connection_,
                      "SELECT name FROM pragma_table_info('input') ORDER BY cid",
                      [&](const Chunk& chunk) {
                        for (size_t r = 0; r < chunk.size(); ++r) {
                          columns_.emplace_back(chunk.Text(0, r));
                        }
                      });
}

Status LabInput::SplitAtBlanks(const std::string& path, const std::string& condition) {
  TRY(connection_->Execute(
      "CREATE OR REPLACE TABLE spaced AS SELECT regexp_split_to_array(trim("
      "regexp_replace(line, '[\\s]+', ' ', 'g')), ' ') AS cells FROM read_csv(" +
      SqlLiteral(path) +
      ", columns={'line': 'VARCHAR'}, header=false, auto_detect=false, "
      "delim='\x01', quote='', escape='') WHERE trim(line) <> ''"));
  ASSIGN_OR_RETURN(const int64_t most,
                   connection_->QueryInt64("SELECT max(len(cells)) FROM spaced"));
  ASSIGN_OR_RETURN(const int64_t least,
                   connection_->QueryInt64("SELECT min(len(cells)) FROM spaced"));
  if (most < 2 || most != least || most > kBlankColumnsMax) {
    return Invalid("'" + path + "' has no regular columns");
  }
  std::string select;
  for (int64_t i = 1; i <= most; ++i) {
    const std::string cell = "cells[" + std::to_string(i) + "]";
    std::string type = "VARCHAR";
    for (const char* candidate : {"DOUBLE", "BIGINT"}) {
      ASSIGN_OR_RETURN(const int64_t others,
                       connection_->QueryInt64("SELECT count(*) FROM spaced WHERE TRY_CAST(" +
                                               cell + " AS " + candidate + ") IS NULL"));
      if (others == 0) type = candidate;
    }
    // BIGINT casts round: a column with a point stays DOUBLE.
    if (type == "BIGINT") {
      ASSIGN_OR_RETURN(
          const int64_t points,
          connection_->QueryInt64("SELECT count(*) FROM spaced WHERE contains(" + cell + ", '.')"));
      if (points > 0) type = "DOUBLE";
    }
    if (i > 1) select += ", ";
    select.append("CAST(").append(cell).append(" AS ").append(type).append(") AS column");
    select += std::to_string(i - 1);
  }
  TRY(connection_->Execute("CREATE OR REPLACE TABLE input AS SELECT * FROM (SELECT " + select +
                           " FROM spaced)" + condition + "; DROP TABLE spaced"));
  return ReadColumns();
}

Result<std::string> LabInput::ValueSql(const std::string& option, const std::string& expression) {
  const std::string sql = Sql(expression);
  const Result<std::vector<pipelines::query::ResultColumn>> described =
      connection_->Describe("SELECT CAST(" + sql + " AS VARCHAR) FROM input");
  if (described.ok()) return sql;
  const bool plain = std::all_of(expression.begin(), expression.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == ' ';
  });
  const Status missing = Require(expression);
  return plain && !missing.ok() ? missing.WithContext(option)
                                : described.status().WithContext(option);
}

Result<std::string> LabInput::TimeSql(const std::string& option, const std::string& expression) {
  ASSIGN_OR_RETURN(const std::string sql, ValueSql(option, expression));
  ASSIGN_OR_RETURN(const std::string type,
                   connection_->QueryText("SELECT coalesce(any_value(typeof(" + sql +
                                          ")), 'NULL') FROM (SELECT * FROM input LIMIT 1)"));
  if (type.find("TIMESTAMP") == 0 || type == "DATE") return "CAST(" + sql + " AS TIMESTAMP)";
  // A date written as a number of eight digits is a date, not a count; nine and ten digits are
  // seconds since 1970 (1973 to 2033), thirteen are milliseconds.
  const std::string text = "CAST(" + sql + " AS VARCHAR)";
  const std::string number = "CAST(" + text + " AS BIGINT)";
  std::string time =
      "CASE WHEN regexp_full_match(" + text + ", '[12][0-9]{7}') THEN try_strptime(" + text +
      ", '%Y%m%d') WHEN regexp_full_match(" + text +
      ", '[1-9][0-9]{8}|1[0-9]{9}') THEN make_timestamp(" + number +
      " * 1000000) WHEN regexp_full_match(" + text + ", '1[0-9]{12}') THEN make_timestamp(" +
      number + " * 1000) ELSE TRY_CAST(" + text + " AS TIMESTAMP) END";
  ASSIGN_OR_RETURN(const int64_t times,
                   connection_->QueryInt64("SELECT count(" + time + ") FROM input"));
  ASSIGN_OR_RETURN(const int64_t values,
                   connection_->QueryInt64("SELECT count(" + sql + ") FROM input"));
  if (values > 0 && times < values) {
    return Invalid(option + ": " + std::to_string(values - times) + " of " +
                   std::to_string(values) + " values of '" + expression + "' are no time")
        .WithRemedy(
            "write the conversion as SQL, such as --time \"strptime(when, '%d/%m/%Y')\" or "
            "\"TIMESTAMP '2020-01-01' + to_hours(hour)\", or leave such rows out with "
            "--where");
  }
  return time;
}

bool LabInput::Has(const std::string& column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

Status LabInput::Require(const std::string& column) const {
  if (Has(column)) return OkStatus();
  const std::string nearest = NearestName(column, columns_);
  return Invalid("--in has no column '" + column + "'")
      .WithRemedy(nearest.empty() ? "its columns are: " + Join(columns_, ", ")
                                  : "did you mean '" + nearest + "'?");
}

std::string LabInput::ColumnSql(const std::string& column) const {
  const auto found = spelled_.find(column);
  return found == spelled_.end() ? SqlName(column) : found->second;
}

Result<std::string> LabInput::SpelledTable() {
  if (spelled_.empty()) return std::string("input");
  std::string replaced;
  for (const auto& [column, sql] : spelled_) {
    replaced.append(replaced.empty() ? "" : ", ").append(sql).append(" AS ");
    replaced += SqlName(column);
  }
  TRY(connection_->Execute("CREATE OR REPLACE VIEW spelled AS SELECT * REPLACE (" + replaced +
                           ") FROM input"));
  return std::string("spelled");
}

std::string LabInput::Sql(const std::string& expression) const {
  return Has(expression) ? ColumnSql(expression) : "(" + expression + ")";
}

Result<std::vector<double>> LabInput::Numbers(const std::string& expression) {
  std::vector<double> values;
  values.reserve(static_cast<size_t>(rows_));
  const Status read = ForEachChunk(
      *connection_,
      "SELECT CAST(" + Sql(expression) + " AS DOUBLE) FROM input",
      [&](const Chunk& chunk) {
        for (size_t r = 0; r < chunk.size(); ++r) {
          values.push_back(chunk.IsNull(0, r) ? std::numeric_limits<double>::quiet_NaN()
                                              : chunk.Double(0, r));
        }
      });
  if (!read.ok()) return Has(expression) ? Inconvertible(expression, "number") : read;
  return values;
}

Result<std::vector<std::string>> LabInput::Texts(const std::string& expression) {
  std::vector<std::string> values;
  values.reserve(static_cast<size_t>(rows_));
  TRY(ForEachChunk(*connection_,
                   "SELECT CAST(" + Sql(expression) + " AS VARCHAR) FROM input",
                   [&](const Chunk& chunk) {
                     for (size_t r = 0; r < chunk.size(); ++r) {
                       values.emplace_back(chunk.IsNull(0, r) ? std::string_view()
                                                              : chunk.Text(0, r));
                     }
                   }));
  return values;
}

Result<std::vector<int64_t>> LabInput::Times(const std::string& expression) {
  std::vector<int64_t> values;
  values.reserve(static_cast<size_t>(rows_));
  ASSIGN_OR_RETURN(const std::string time, TimeSql("--in", expression));
  const std::string sql = "SELECT " + time + " FROM input";
  const Status read = ForEachChunk(*connection_, sql, [&](const Chunk& chunk) {
    for (size_t r = 0; r < chunk.size(); ++r) {
      values.push_back(chunk.IsNull(0, r) ? kNoTime : chunk.Int64(0, r));
    }
  });
  if (!read.ok()) return Has(expression) ? Inconvertible(expression, "time") : read;
  return values;
}

}  // namespace signet::coordinator
