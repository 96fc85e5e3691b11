#include "coordinator/cli/lab_spelling.h"

#include <array>
#include <memory>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/query/database.h"

namespace signet::coordinator {
namespace {

using pipelines::query::Chunk;
using pipelines::query::Connection;
using pipelines::query::Rows;

constexpr const char* kSampleRows = "2000";
constexpr const char* kMissing =
    "('', 'na', 'n/a', '#n/a', 'null', 'nan', 'none', 'nil', '?', '-', '.')";

/// One way to write a value: what a cell must match, and SQL that reads it (@ is the cell).
struct Writing {
  const char* pattern;
  const char* sql;
};

// In the order in which they are tried: the first that fits all cells is taken.
constexpr std::array<Writing, 4> kNumbers = {{
    {"[+-]?(0|[1-9][0-9]{0,17})", "CAST(@ AS BIGINT)"},
    {"[+-]?(0|[1-9][0-9]{0,17})?([.][0-9]*)?([eE][+-]?[0-9]+)?", "CAST(@ AS DOUBLE)"},
    {"[+-]?(0|[1-9][0-9]{0,2}((,[0-9]{3})+|[0-9]*))([.][0-9]*)?",
     "CAST(replace(@, ',', '') AS DOUBLE)"},
    {"[+-]?(0|[1-9][0-9]{0,2}(([.][0-9]{3})+|[0-9]*))(,[0-9]*)?",
     "CAST(replace(replace(@, '.', ''), ',', '.') AS DOUBLE)"},
}};

constexpr std::array<const char*, 13> kDates = {"%Y-%m-%d",
                                                "%Y/%m/%d",
                                                "%d.%m.%Y",
                                                "%d/%m/%Y",
                                                "%m/%d/%Y",
                                                "%d-%m-%Y",
                                                "%m-%d-%Y",
                                                "%d-%b-%Y",
                                                "%d %b %Y",
                                                "%b %d, %Y",
                                                "%d %B %Y",
                                                "%B %d, %Y",
                                                "%d-%b-%y"};
constexpr std::array<const char*, 8> kTimesOfDay = {
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M"};

/// The cell without blanks around it, NULL where it says "missing".
std::string CellSql(const std::string& column) {
  const std::string trimmed = "trim(" + SqlName(column) + ")";
  return "CASE WHEN lower(" + trimmed + ") IN " + kMissing + " THEN NULL ELSE " + trimmed + " END";
}

/// A number's cell without the sign of its currency.
std::string AmountSql(const std::string& cell) {
  return "regexp_replace(" + cell +
         ", '^([+-]?)[$\u20ac\u00a3\u00a5]\\s*|\\s*[$\u20ac\u00a3\u00a5]$', '\\1')";
}

std::string Filled(const std::string& form, const std::string& cell) {
  std::string sql;
  for (const char letter : form) {
    if (letter == '@') {
      sql += cell;
    } else {
      sql += letter;
    }
  }
  return sql;
}

/// Looks for a writing of one column's cells.
class Speller {
 public:
  Speller(Connection& connection, std::string table, const std::string& column)
      : connection_(connection),
        table_(std::move(table)),
        sample_("(SELECT " + SqlName(column) + " FROM " + table_ + " LIMIT " + kSampleRows + ")"),
        cell_(CellSql(column)) {}

  /// SQL that reads the cells, or nothing.
  Result<std::string> Find() {
    ASSIGN_OR_RETURN(const int64_t present, Count(table_, cell_ + " IS NOT NULL"));
    if (present == 0) return std::string();
    ASSIGN_OR_RETURN(
        const int64_t digits,
        Count(sample_, cell_ + " IS NOT NULL AND NOT regexp_matches(" + cell_ + ", '[0-9]')"));
    if (digits > 0) return std::string();
    ASSIGN_OR_RETURN(std::string number, Number());
    if (!number.empty()) return number;
    return Time();
  }

 private:
  Result<int64_t> Count(const std::string& from, const std::string& condition) {
    return connection_.QueryInt64("SELECT count(*) FROM " + from + " WHERE " + condition);
  }

  /// Whether every cell that is there fulfils `condition`; the sample is asked first.
  Result<bool> Always(const std::string& condition) {
    const std::string otherwise = cell_ + " IS NOT NULL AND NOT coalesce(" + condition + ", FALSE)";
    for (const std::string& from : {sample_, table_}) {
      ASSIGN_OR_RETURN(const int64_t others, Count(from, otherwise));
      if (others > 0) return false;
    }
    return true;
  }

  Result<std::string> Number() {
    const std::string amount = AmountSql(cell_);
    for (const Writing& writing : kNumbers) {
      std::string condition = "regexp_matches(";
      condition.append(amount).append(", '[0-9]') AND regexp_full_match(").append(amount);
      condition.append(", ").append(SqlLiteral(writing.pattern)).append(")");
      ASSIGN_OR_RETURN(const bool fits, Always(condition));
      if (fits) return Filled(writing.sql, amount);
    }
    return std::string();
  }

  Result<std::string> Time() {
    std::string found;
    for (const char* date : kDates) {
      for (const char* time : kTimesOfDay) {
        const std::string sql =
            "try_strptime(" + cell_ + ", " + SqlLiteral(std::string(date) + time) + ")";
        ASSIGN_OR_RETURN(const bool fits, Always(sql + " IS NOT NULL"));
        if (!fits) continue;
        if (found.empty()) {
          found = sql;
          continue;
        }
        std::string either = found;
        either.append(" IS DISTINCT FROM ").append(sql);
        ASSIGN_OR_RETURN(const int64_t differ, Count(table_, either));
        if (differ > 0) return std::string();
      }
    }
    return found;
  }

  Connection& connection_;
  std::string table_;
  std::string sample_;
  std::string cell_;
};

/// The names of the table's text columns.
Result<std::vector<std::string>> TextColumns(Connection& connection, const std::string& table) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Rows> rows,
      connection.Query("SELECT column_name FROM information_schema.columns WHERE "
                       "table_name = " +
                       SqlLiteral(table) + " AND data_type = 'VARCHAR' ORDER BY ordinal_position"));
  std::vector<std::string> names;
  Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return names;
    for (size_t r = 0; r < chunk.size(); ++r) names.emplace_back(chunk.Text(0, r));
  }
}

}  // namespace

Result<std::map<std::string, std::string>> SpelledColumns(Connection& connection,
                                                          const std::string& table) {
  ASSIGN_OR_RETURN(const std::vector<std::string> columns, TextColumns(connection, table));
  std::map<std::string, std::string> spelled;
  for (const std::string& column : columns) {
    ASSIGN_OR_RETURN(std::string sql, Speller(connection, SqlName(table), column).Find());
    if (!sql.empty()) spelled.emplace(column, "(" + std::move(sql) + ")");
  }
  return spelled;
}

}  // namespace signet::coordinator
