#include "pipelines/experiments/value_sql.h"

#include <string>
#include <string_view>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr std::string_view kYes = "('true', 't', 'yes', 'y', 'on', '1')";
constexpr std::string_view kMissing = "('', 'na', 'n/a', 'null', 'nan', 'none', '?')";
constexpr std::string_view kNo = "('false', 'f', 'no', 'n', 'off', '0')";

bool IsNumeric(std::string_view type) {
  for (const std::string_view name : {"DECIMAL", "DOUBLE", "FLOAT", "REAL"}) {
    if (type.starts_with(name)) return true;
  }
  return type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER";
}

Result<std::string> TextSql(query::Connection& connection,
                            const std::string& table,
                            const std::string& expression) {
  const std::string cell = "lower(trim(CAST(" + expression + " AS VARCHAR)))";
  const std::string text =
      "(CASE WHEN " + cell + " IN " + std::string(kMissing) + " THEN NULL ELSE " + cell + " END)";
  const std::string yes = text + " IN " + std::string(kYes);
  const std::string no = text + " IN " + std::string(kNo);
  const auto strangers = [&](const std::string& fits) {
    return connection.QueryInt64("SELECT count(*) FROM " + SqlName(table) + " WHERE " + text +
                                 " IS NOT NULL AND NOT (" + fits + ")");
  };
  ASSIGN_OR_RETURN(const int64_t no_answer, strangers(yes + " OR " + no));
  if (no_answer == 0) {
    return "CAST(CASE WHEN " + yes + " THEN 1 WHEN " + no + " THEN 0 END AS DOUBLE)";
  }
  ASSIGN_OR_RETURN(const int64_t no_number,
                   strangers("TRY_CAST(" + text + " AS DOUBLE) IS NOT NULL"));
  if (no_number == 0) return "TRY_CAST(" + text + " AS DOUBLE)";
  return Invalid("'" + expression + "' is text that says neither yes or no nor a number")
      .WithRemedy("write a condition, for example \"" + expression + " = 'bought'\"");
}

}  // namespace

Result<std::string> NumberSql(query::Connection& connection,
                              const std::string& table,
                              const std::string& expression) {
  ASSIGN_OR_RETURN(const std::string type,
                   connection.QueryText("SELECT typeof(" + expression + ") FROM " + SqlName(table) +
                                        " LIMIT 1"));
  if (IsNumeric(type)) return "CAST(" + expression + " AS DOUBLE)";
  if (type == "BOOLEAN") return "CAST(CAST(" + expression + " AS INTEGER) AS DOUBLE)";
  if (type == "VARCHAR" || type.starts_with("ENUM")) {
    return TextSql(connection, table, expression);
  }
  // A column without any value has no type worth the name.
  if (type.empty() || type == "\"NULL\"" || type == "NULL") return std::string("NULL::DOUBLE");
  return Invalid("'" + expression + "' is of type " + type + ", not a number")
      .WithRemedy("name a numeric or boolean column, or an expression that gives one");
}

}  // namespace signet::pipelines
