#include "pipelines/ingest/cast_sql.h"

#include <memory>
#include <string>

#include "crypto/base/text.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

CastExpressions WithReason(const std::string& column,
                           std::string value,
                           const std::string& reason) {
  std::string why = "CASE WHEN " + value + " IS NOT NULL OR " + column +
                    " IS NULL THEN NULL WHEN trim(" + column + ") = '' THEN NULL ELSE '" + reason +
                    "' END";
  return {std::move(value), std::move(why)};
}

std::string NumberText(const std::string& column, const Json& options) {
  if (!options["decimal_comma"].AsBool()) return column;
  return "replace(replace(" + column + ", '.', ''), ',', '.')";
}

std::string BoolSql(const std::string& column) {
  return "CASE lower(trim(" + column +
         ")) WHEN 'true' THEN true WHEN 'false' THEN false WHEN 't' THEN true WHEN 'f' THEN false "
         "WHEN 'yes' THEN true WHEN 'no' THEN false WHEN 'y' THEN true WHEN 'n' THEN false "
         "WHEN '1' THEN true WHEN '0' THEN false WHEN 'on' THEN true WHEN 'off' THEN false END";
}

/// DuckDB would round '1.5', and read '0x10' and '1_0'.
std::string IntSql(const std::string& column) {
  return "CASE WHEN regexp_full_match(" + column + ", '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST(" +
         column + " AS BIGINT) END";
}

std::string DoubleSql(const std::string& text) {
  return "CASE WHEN isfinite(TRY_CAST(" + text + " AS DOUBLE)) THEN TRY_CAST(" + text +
         " AS DOUBLE) END";
}

/// DuckDB would take '2024-02-03 anything' and 'infinity'.
std::string DateSql(const std::string& column, const Json& options) {
  const std::string& format = options["date_format"].AsString();
  if (!format.empty()) {
    return "CAST(try_strptime(trim(" + column + "), " + SqlLiteral(format) + ") AS DATE)";
  }
  return "CASE WHEN regexp_full_match(" + column +
         ", '\\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{2}:[0-9]{2}.*)?\\s*') THEN "
         "TRY_CAST(" +
         column + " AS DATE) END";
}

/// TRY_CAST to TIMESTAMP would drop an offset; TIMESTAMPTZ honours it, and the session is in UTC.
/// Through epoch_us, which is NULL for infinity, because casting between the two asks ICU per row.
std::string TimestampSql(const std::string& column, const Json& options) {
  std::string utc = "make_timestamp(epoch_us(TRY_CAST(" + column + " AS TIMESTAMPTZ)))";
  const std::string& zone = options["time_zone"].AsString();
  if (zone.empty() || zone == "UTC") return utc;
  return "CASE WHEN regexp_matches(" + column +
         ", '[0-9]:[0-9]{2}.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)\\s*$') THEN " + utc +
         " ELSE make_timestamp(epoch_us(timezone(" + SqlLiteral(zone) + ", TRY_CAST(" + column +
         " AS TIMESTAMP)))) END";
}

/// trim alone costs more than reading the column.
std::string TextSql(const std::string& column) {
  return "CASE WHEN starts_with(" + column + ", ' ') OR suffix(" + column +
         ", ' ') THEN nullif(trim(" + column + "), '') ELSE nullif(" + column + ", '') END";
}

}  // namespace

CastExpressions CastSql(const std::string& column, ColumnType type, const Json& options) {
  switch (type) {
    case ColumnType::kBool:
      return WithReason(column, BoolSql(column), "bad_bool");
    case ColumnType::kInt64:
      return WithReason(column, IntSql(column), "bad_int");
    case ColumnType::kDouble:
      return WithReason(column, DoubleSql(NumberText(column, options)), "bad_number");
    case ColumnType::kDecimal:
      return WithReason(
          column, "TRY_CAST(" + NumberText(column, options) + " AS DECIMAL(18,4))", "bad_decimal");
    case ColumnType::kDate:
      return WithReason(column, DateSql(column, options), "bad_date");
    case ColumnType::kTimestamp:
      return WithReason(column, TimestampSql(column, options), "bad_timestamp");
    case ColumnType::kUuid:
      return WithReason(column, "TRY_CAST(trim(" + column + ") AS UUID)", "bad_uuid");
    case ColumnType::kText:
      return {TextSql(column), "NULL::VARCHAR"};
    case ColumnType::kBytes:
      return {"encode(" + column + ")", "NULL::VARCHAR"};
  }
  CHECK(false);
}

Status CheckCastOptions(const Json& options) {
  if (options.Has("decimal_comma") && !options["decimal_comma"].is_bool()) {
    return Invalid("decimal_comma is true or false").WithDiagnostic("SIG-4012");
  }
  if (options.Has("date_format") && !options["date_format"].is_string()) {
    return Invalid("date_format is a text such as '%d.%m.%Y'").WithDiagnostic("SIG-4012");
  }
  const Json& zone = options["time_zone"];
  if (zone.is_null() || zone.AsString() == "UTC") return OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Database> database,
                   query::Database::Open({1, 64, {}}));
  ASSIGN_OR_RETURN(
      const int64_t known,
      database->Connect()->QueryInt64("SELECT count(*) FROM pg_timezone_names() WHERE name = " +
                                      SqlLiteral(zone.AsString())));
  if (known > 0) return OkStatus();
  return Invalid("there is no time zone '" + zone.AsString() + "'")
      .WithDiagnostic("SIG-4012")
      .WithRemedy("use a name of the IANA time zone database, such as Europe/Helsinki");
}

}  // namespace signet::pipelines
