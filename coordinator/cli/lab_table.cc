#include "coordinator/cli/lab_table.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using pipelines::TableColumn;
using pipelines::TableKind;

constexpr double kTimeShare = 0.95;

bool StartsWith(const std::string& text, const char* start) {
  return text.rfind(start, 0) == 0;
}

bool IsNumber(const std::string& type) {
  for (const char* name : {"TINYINT",
                           "SMALLINT",
                           "INTEGER",
                           "BIGINT",
                           "HUGEINT",
                           "UTINYINT",
                           "USMALLINT",
                           "UINTEGER",
                           "UBIGINT",
                           "UHUGEINT",
                           "FLOAT",
                           "DOUBLE",
                           "DECIMAL"}) {
    if (StartsWith(type, name)) return type.find('[') == std::string::npos;
  }
  return false;
}

Result<TableColumn> Numbers(LabInput& input,
                            const std::string& name,
                            const std::string& sql,
                            TableKind kind) {
  TableColumn column;
  column.name = name;
  column.kind = kind;
  ASSIGN_OR_RETURN(column.numbers, input.Numbers(sql));
  return column;
}

/// Text that is dates in all but name becomes days.
Result<TableColumn> Texts(LabInput& input, const std::string& name, const std::string& sql) {
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, input.Texts(sql));
  TableColumn column = pipelines::ColumnOfTexts(name, texts);
  if (column.kind != TableKind::kCategory || column.values.size() < 2) return column;
  const std::string cast = "TRY_CAST(trim(CAST(" + sql + " AS VARCHAR)) AS TIMESTAMP)";
  ASSIGN_OR_RETURN(const int64_t times,
                   input.connection().QueryInt64("SELECT count(" + cast + ") FROM input"));
  const auto present =
      std::count_if(column.codes.begin(), column.codes.end(), [](int32_t c) { return c >= 0; });
  if (static_cast<double>(times) < kTimeShare * static_cast<double>(present)) return column;
  return Numbers(input, name, "epoch(" + cast + ") / 86400.0", TableKind::kTime);
}

/// A column or expression by its type; a nameless column is one that cannot be used.
Result<TableColumn> ReadTyped(LabInput& input,
                              const std::string& name,
                              const std::string& sql,
                              const std::string& type) {
  if (type == "BOOLEAN") {
    return Numbers(input, name, "CAST(" + sql + " AS INTEGER)", TableKind::kFlag);
  }
  if (IsNumber(type)) return Numbers(input, name, sql, TableKind::kNumber);
  if (type == "DATE" || StartsWith(type, "TIMESTAMP")) {
    return Numbers(
        input, name, "epoch(CAST(" + sql + " AS TIMESTAMP)) / 86400.0", TableKind::kTime);
  }
  if (type == "VARCHAR" || type == "TIME" || type == "UUID" || StartsWith(type, "ENUM")) {
    return Texts(input, name, sql);
  }
  return TableColumn{};
}

std::string LeftOut(const std::string& name, const std::string& type) {
  return "column '" + name + "' of type " + type + " is left out";
}

}  // namespace

Result<pipelines::Table> ReadLabTable(LabInput& input,
                                      const std::vector<std::string>& categorical,
                                      std::vector<std::string>& notes) {
  for (const std::string& name : categorical) {
    TRY(input.Require(name).WithContext("--categorical"));
  }
  pipelines::Table table;
  for (const std::string& name : input.columns()) {
    const std::string sql = input.ColumnSql(name);
    ASSIGN_OR_RETURN(const std::string type,
                     input.connection().QueryText("SELECT typeof(" + sql + ") FROM input LIMIT 1"));
    ASSIGN_OR_RETURN(TableColumn column, ReadTyped(input, name, sql, type));
    if (column.name.empty()) {
      notes.push_back(LeftOut(name, type));
      continue;
    }
    const bool forced =
        std::find(categorical.begin(), categorical.end(), name) != categorical.end();
    if (forced && column.kind != TableKind::kCategory) {
      column = pipelines::CategoryOfNumbers(column);
    }
    table.columns.push_back(std::move(column));
  }
  return table;
}

Result<pipelines::TableColumn> ReadLabColumn(LabInput& input, const std::string& expression) {
  const std::string sql = "(" + expression + ")";
  ASSIGN_OR_RETURN(const std::string type,
                   input.connection().QueryText("SELECT typeof(" + sql + ") FROM input LIMIT 1"));
  ASSIGN_OR_RETURN(TableColumn column, ReadTyped(input, expression, sql, type));
  if (column.name.empty()) return Invalid("'" + expression + "' is neither a number nor a text");
  return column;
}

std::vector<std::string> NamesOf(const std::vector<std::string>& list) {
  std::vector<std::string> names;
  for (const std::string& part : list) {
    for (const std::string& name : Split(part, ',')) {
      if (!Trim(name).empty()) names.emplace_back(Trim(name));
    }
  }
  return names;
}

}  // namespace signet::coordinator
