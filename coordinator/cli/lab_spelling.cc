#include "coordinator/cli/lab_spelling.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/query/database.h"

namespace signet::coordinator {
namespace {

using pipelines::query::Chunk;
using pipelines::query::Connection;
using pipelines::query::Rows;

constexpr const char* kFewRows = "16";
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

/// A way to read cells; @ is the cell.
struct Reading {
  std::string fits;  ///< a condition: the cell is written so
  std::string sql;   ///< its value
};

std::vector<Reading> NumberReadings() {
  const std::string amount = AmountSql("@");
  std::vector<Reading> readings;
  readings.reserve(kNumbers.size());
  for (const Writing& writing : kNumbers) {
    std::string fits = "regexp_matches(";
    fits.append(amount).append(", '[0-9]') AND regexp_full_match(").append(amount);
    fits.append(", ").append(SqlLiteral(writing.pattern)).append(")");
    readings.push_back({std::move(fits), Filled(writing.sql, amount)});
  }
  return readings;
}

std::vector<std::string> TimeFormats() {
  std::vector<std::string> formats;
  formats.reserve(kDates.size() * kTimesOfDay.size());
  for (const char* date : kDates) {
    for (const char* time : kTimesOfDay) formats.push_back(SqlLiteral(std::string(date) + time));
  }
  return formats;
}

/// Looks for a writing of one column's cells.
class Speller {
 public:
  Speller(Connection& connection, const std::string& table, const std::string& column)
      : connection_(connection),
        cell_(CellSql(column)),
        all_("(SELECT " + cell_ + " AS cell FROM " + table + ")") {}

  /// SQL that reads the cells, or nothing.
  Result<std::string> Find() {
    ASSIGN_OR_RETURN(const int64_t present, Count(all_, "cell IS NOT NULL"));
    if (present == 0) return std::string();
    ASSIGN_OR_RETURN(const int64_t without_digit,
                     Count(First(kSampleRows), "NOT regexp_matches(cell, '[0-9]')"));
    if (without_digit > 0) return std::string();
    ASSIGN_OR_RETURN(const std::vector<Reading> numbers, Fitting(NumberReadings()));
    if (!numbers.empty()) return Filled(numbers.front().sql, cell_);
    return Time();
  }

 private:
  [[nodiscard]] std::string First(const char* rows) const {
    return "(FROM " + all_ + " LIMIT " + rows + ")";
  }

  /// How many cells of `from` fulfil each condition, in one query.
  Result<std::vector<int64_t>> CountEach(const std::string& from,
                                         const std::vector<std::string>& conditions) {
    std::string select;
    for (const std::string& condition : conditions) {
      select += (select.empty() ? "SELECT " : ", ");
      select.append("count(*) FILTER (WHERE ").append(condition).append(")");
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, connection_.Query(select + " FROM " + from));
    Chunk chunk;
    TRY(rows->Next(chunk).status());
    CHECK(chunk.size() == 1 && chunk.columns() == conditions.size());
    std::vector<int64_t> counts;
    counts.reserve(conditions.size());
    for (size_t i = 0; i < conditions.size(); ++i) counts.push_back(chunk.Int64(i, 0));
    return counts;
  }
  Result<int64_t> Count(const std::string& from, const std::string& condition) {
    ASSIGN_OR_RETURN(const std::vector<int64_t> counts, CountEach(from, {condition}));
    return counts.front();
  }

  /// Those readings that fit every cell there is. Few rows are asked first: they refuse most.
  Result<std::vector<Reading>> Fitting(std::vector<Reading> readings) {
    for (const std::string& from : {First(kFewRows), First(kSampleRows), all_}) {
      if (readings.empty()) break;
      std::vector<std::string> otherwise;
      otherwise.reserve(readings.size());
      for (const Reading& reading : readings) {
        otherwise.push_back("cell IS NOT NULL AND NOT coalesce(" + Filled(reading.fits, "cell") +
                            ", FALSE)");
      }
      ASSIGN_OR_RETURN(const std::vector<int64_t> others, CountEach(from, otherwise));
      std::vector<Reading> fitting;
      for (size_t i = 0; i < readings.size(); ++i) {
        if (others[i] == 0) fitting.push_back(std::move(readings[i]));
      }
      readings = std::move(fitting);
    }
    return readings;
  }

  Result<std::string> Time() {
    const std::vector<std::string> formats = TimeFormats();
    const std::string any = "try_strptime(cell, [" + Join(formats, ", ") + "])";
    ASSIGN_OR_RETURN(const int64_t others,
                     Count(First(kFewRows), "cell IS NOT NULL AND " + any + " IS NULL"));
    if (others > 0) return std::string();
    std::vector<Reading> readings;
    readings.reserve(formats.size());
    for (const std::string& format : formats) {
      const std::string sql = "try_strptime(@, " + format + ")";
      readings.push_back({sql + " IS NOT NULL", sql});
    }
    ASSIGN_OR_RETURN(const std::vector<Reading> times, Fitting(std::move(readings)));
    if (times.empty()) return std::string();
    // Where two fit, they must not differ.
    std::vector<std::string> differences;
    differences.reserve(times.size());
    for (const Reading& time : times) {
      differences.push_back(Filled(times.front().sql, "cell") + " IS DISTINCT FROM " +
                            Filled(time.sql, "cell"));
    }
    ASSIGN_OR_RETURN(const std::vector<int64_t> differ, CountEach(all_, differences));
    const bool one_meaning =
        std::all_of(differ.begin(), differ.end(), [](int64_t n) { return n == 0; });
    return one_meaning ? Filled(times.front().sql, cell_) : std::string();
  }

  Connection& connection_;
  std::string cell_;
  std::string all_;  ///< the cells of the table, as its only column
};

/// The names of the table's text columns.
Result<std::vector<std::string>> TextColumns(Connection& connection, const std::string& table) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows,
                   connection.Query("SELECT name FROM pragma_table_info(" + SqlLiteral(table) +
                                    ") WHERE type = 'VARCHAR' ORDER BY cid"));
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
