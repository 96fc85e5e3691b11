#include "pipelines/govern/tokenise_sql.h"

#include <set>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/govern/token_functions.h"
#include "pipelines/ingest/cast_sql.h"

namespace signet::pipelines {
namespace {

using policies::TreatmentKind;

/// Casts of one source; collects the reasons of all that it hands out.
class Casts {
 public:
  explicit Casts(const SourceSpec& spec) : spec_(spec) {}

  std::string Text(const SourceColumn& column) {
    return CastSql(SqlName(column.name), ColumnType::kText, spec_.format.options).value;
  }
  std::string Typed(const SourceColumn& column, ColumnType type) {
    const CastExpressions cast = CastSql(SqlName(column.name), type, spec_.format.options);
    if (type != ColumnType::kText && seen_.insert(column.name + "/" + cast.reason).second) {
      reasons_.push_back("CASE WHEN (" + cast.reason + ") IS NOT NULL THEN " +
                         SqlLiteral(column.name + ":") + " || (" + cast.reason + ") END");
    }
    return cast.value;
  }
  void Require(const SourceColumn& column) {
    reasons_.push_back("CASE WHEN " + SqlName(column.name) + " IS NULL OR trim(" +
                       SqlName(column.name) + ") = '' THEN " +
                       SqlLiteral(column.name + ":missing") + " END");
  }
  [[nodiscard]] std::string Reason() const {
    if (reasons_.empty()) return "CAST(NULL AS VARCHAR)";
    return "coalesce(" + Join(reasons_, ", ") + ")";
  }

 private:
  const SourceSpec& spec_;
  std::set<std::string> seen_;
  std::vector<std::string> reasons_;
};

std::string Generalised(const SourceColumn& column, std::string value) {
  const Json& options = column.treatment.options;
  const std::string type(SqlTypeOf(column.type));
  if (options.Has("top")) {
    value = "CAST(least(" + value + ", " + std::to_string(options["top"].AsInt()) + ") AS " + type +
            ")";
  }
  if (options.Has("hierarchy")) {
    std::string sql = "CASE trim(" + value + ")";
    for (const auto& entry : options["hierarchy"].fields()) {
      sql += " WHEN " + SqlLiteral(entry.first) + " THEN " + SqlLiteral(entry.second.AsString());
    }
    return "CASE WHEN " + value + " IS NULL THEN NULL ELSE " + sql + " ELSE " +
           SqlLiteral(options["other"].AsString()) + " END END";
  }
  if (options.Has("truncate")) {
    return "left(" + value + ", " + std::to_string(options["truncate"].AsInt()) + ")";
  }
  const bool is_time = column.type == ColumnType::kDate || column.type == ColumnType::kTimestamp;
  if (is_time) value = "year(" + value + ")";
  if (options.Has("band")) {
    const std::string band = std::to_string(options["band"].AsInt());
    return "CAST(floor(CAST(" + value + " AS DOUBLE) / " + band + ") AS BIGINT) * " + band;
  }
  if (options.Has("year")) return "CAST(" + value + " AS BIGINT)";
  return value;
}

std::string ValueSql(const SourceColumn& column, size_t i, Casts& casts) {
  switch (column.treatment.kind) {
    case TreatmentKind::kKeep:
      return casts.Typed(column, column.type);
    case TreatmentKind::kGeneralise:
      return Generalised(column, casts.Typed(column, column.type));
    case TreatmentKind::kPseudonymise:
      return TokenFunctionName(i) + "(" + casts.Text(column) + ")";
    case TreatmentKind::kEncrypt:
    case TreatmentKind::kEscrow:
      return casts.Text(column);
    case TreatmentKind::kDrop:
      return {};
  }
  return {};
}

std::string FactSql(const SourceColumn& column, Casts& casts) {
  switch (column.role) {
    case ColumnRole::kValue:
      return {};
    case ColumnRole::kCountry:
    case ColumnRole::kRegion:
      return "upper(" + casts.Text(column) + ")";
    case ColumnRole::kBirthDate:
      return casts.Typed(column, ColumnType::kDate);
    case ColumnRole::kConsent:
    case ColumnRole::kOptOutSale:
    case ColumnRole::kOptOutShare:
    case ColumnRole::kGpc:
    case ColumnRole::kMinor:
      return casts.Typed(column, ColumnType::kBool);
  }
  return {};
}

std::string SizedSql(const std::string& text) {
  return "length(" + text + ") || ':' || " + text;
}

/// Fields with their lengths, so that ("a", "bc") and ("ab", "c") differ.
std::string RowKeySql(const SourceSpec& spec) {
  std::vector<std::string> fields;
  fields.reserve(spec.unique.size());
  for (const std::string& column : spec.unique) {
    fields.push_back(SizedSql("coalesce(" + SqlName(column) + ", '')"));
  }
  return "signet_row_key(" + Join(fields, " || ") + ")";
}

void AppendFacts(const SourceSpec& spec, Casts& casts, std::vector<std::string>& items) {
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const SourceColumn& column = spec.columns[i];
    const std::string fact = FactSql(column, casts);
    if (fact.empty()) continue;
    items.push_back(fact + " AS " + FactColumnName(i));
    if (column.as_of.empty()) continue;
    const SourceColumn& time = *spec.Find(column.as_of);
    items.push_back("CAST(" + casts.Typed(time, time.type) + " AS TIMESTAMP) AS " +
                    FactTimeColumnName(i));
  }
}

}  // namespace

std::string TokeniseSql(const SourceSpec& spec,
                        const Schema& schema,
                        const std::string& source,
                        const std::string& target) {
  Casts casts(spec);
  std::vector<std::string> items;
  for (size_t i = 0; i < spec.links.size(); ++i) {
    items.push_back(LinkFunctionName(i) + "(" + SqlName(spec.links[i].column) + ") AS " +
                    LinkColumnName(i));
  }
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const std::string value = ValueSql(spec.columns[i], i, casts);
    if (!value.empty()) items.push_back(value + " AS " + SqlName(spec.columns[i].name));
  }
  AppendFacts(spec, casts, items);
  CHECK(items.size() == schema.columns.size());
  for (const SourceColumn& column : spec.columns) {
    if (column.required) casts.Require(column);
  }
  items.push_back(casts.Reason() + " AS signet_reason");
  if (!spec.unique.empty()) items.push_back(RowKeySql(spec) + " AS signet_key");
  return "CREATE TABLE " + SqlName(target) + " AS SELECT " + Join(items, ", ") + " FROM " +
         SqlName(source);
}

std::string MarkDuplicatesSql(const Schema& schema, const std::string& target) {
  const std::string table = SqlName(target);
  std::vector<std::string> order;
  for (const Column& column : schema.columns) order.push_back(SqlName(column.name));
  return "UPDATE " + table +
         " SET signet_reason = 'duplicate' WHERE rowid IN (SELECT row FROM (SELECT rowid AS row, "
         "row_number() OVER (PARTITION BY signet_key ORDER BY " +
         Join(order, ", ") + ", rowid) AS n FROM " + table +
         " WHERE signet_reason IS NULL AND signet_key IN (SELECT signet_key FROM " + table +
         " WHERE signet_reason IS NULL GROUP BY signet_key HAVING count(*) > 1)) WHERE n > 1)";
}

std::vector<std::string> ColumnsRead(const SourceSpec& spec) {
  std::vector<std::string> names;
  names.reserve(spec.columns.size());
  for (const SourceColumn& column : spec.columns) names.push_back(column.name);
  return names;
}

}  // namespace signet::pipelines
