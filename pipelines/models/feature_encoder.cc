#include "pipelines/models/feature_encoder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kTextRowsMin = 20;
constexpr int kTextValuesMax = 64;
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
/// The features' cut-off travels with them (pipelines/features writes it).
constexpr std::string_view kCutoffColumn = "features_at";

bool Usable(ColumnType type) {
  return type != ColumnType::kUuid && type != ColumnType::kBytes;
}

Result<std::vector<std::string>> CommonValues(query::Connection& connection,
                                              const std::string& view,
                                              const std::string& column,
                                              int64_t rows_min) {
  const std::string name = SqlName(column);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT " + name + " FROM " + SqlName(view) + " WHERE " + name +
                       " IS NOT NULL GROUP BY 1 HAVING count(*) >= " +
                       std::to_string(std::max(kTextRowsMin, rows_min)) +
                       " ORDER BY count(*) DESC, 1 LIMIT " + std::to_string(kTextValuesMax)));
  std::vector<std::string> values;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return values;
    for (size_t r = 0; r < chunk.size(); ++r) values.emplace_back(chunk.Text(0, r));
  }
}

float Cell(const query::ColumnView& column, size_t row) {
  if (column.IsNull(row)) return kMissing;
  const auto value = static_cast<float>(column.Double(row));
  return std::isfinite(value) ? value : kMissing;
}

void AppendChunk(const query::Chunk& chunk, size_t columns, FeatureMatrix& matrix) {
  const size_t first = matrix.cells.size();
  matrix.cells.resize(first + chunk.size() * columns);
  for (size_t r = 0; r < chunk.size(); ++r) matrix.subjects.push_back({chunk.GetUuid(0, r)});
  for (size_t c = 0; c < columns; ++c) {
    const query::ColumnView& column = chunk.column(c + 1);
    for (size_t r = 0; r < chunk.size(); ++r) {
      matrix.cells[first + r * columns + c] = Cell(column, r);
    }
  }
  for (size_t e = 0; e < matrix.extras.size(); ++e) {
    const query::ColumnView& column = chunk.column(1 + columns + e);
    for (size_t r = 0; r < chunk.size(); ++r) {
      matrix.extras[e].push_back(column.IsNull(r) ? 0 : column.Double(r));
    }
  }
}

FeatureMatrix EmptyMatrix(size_t columns, size_t extras) {
  FeatureMatrix matrix;
  matrix.columns = columns;
  matrix.extras.resize(extras);
  return matrix;
}

Status ForEachChunk(query::Connection& connection,
                    const std::string& sql,
                    const std::function<Status(const query::Chunk&)>& visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      if (chunk.IsNull(0, r)) return Invalid("features hold a row without subject");
    }
    TRY(visit(chunk));
  }
}

}  // namespace

Result<FeatureEncoder> FeatureEncoder::Learn(query::Connection& connection,
                                             const std::string& view,
                                             const Schema& schema,
                                             const std::vector<std::string>& drop,
                                             int64_t value_rows_min) {
  for (const std::string& name : drop) TRY(ColumnNamed(schema, view, name).status());
  FeatureEncoder encoder;
  for (const Column& column : schema.columns) {
    const bool dropped = std::find(drop.begin(), drop.end(), column.name) != drop.end();
    const bool key = column.name == kSubjectColumn || column.name == kCutoffColumn;
    if (dropped || key || !Usable(column.type)) continue;
    EncodedColumn encoded{column.name, column.type, {}};
    if (column.type == ColumnType::kText) {
      ASSIGN_OR_RETURN(encoded.values, CommonValues(connection, view, column.name, value_rows_min));
      if (encoded.values.empty()) continue;
    }
    encoder.columns_.push_back(std::move(encoded));
  }
  if (encoder.columns_.empty()) return Invalid("input '" + view + "' has no column to learn from");
  return encoder;
}

std::string FeatureEncoder::Sql(const EncodedColumn& column) {
  const std::string name = "f." + SqlName(column.name);
  switch (column.type) {
    case ColumnType::kBool:
      return "CAST(CAST(" + name + " AS INTEGER) AS DOUBLE)";
    case ColumnType::kInt64:
    case ColumnType::kDouble:
    case ColumnType::kDecimal:
      return "CAST(" + name + " AS DOUBLE)";
    case ColumnType::kDate:
    case ColumnType::kTimestamp:
      return "(epoch_us(f." + std::string(kCutoffColumn) + ") - epoch_us(CAST(" + name +
             " AS TIMESTAMP)))::DOUBLE / 86400000000.0";
    case ColumnType::kText: {
      std::string sql = "CASE " + name;
      for (size_t i = 0; i < column.values.size(); ++i) {
        sql += " WHEN " + SqlLiteral(column.values[i]) + " THEN " + std::to_string(i) + "::DOUBLE";
      }
      return sql + " END";
    }
    case ColumnType::kUuid:
    case ColumnType::kBytes:
      break;
  }
  return "NULL::DOUBLE";
}

std::string FeatureEncoder::SelectSql(const std::string& from,
                                      const std::vector<std::string>& extras) const {
  std::string sql = "SELECT f.subject";
  for (const EncodedColumn& column : columns_) sql += ", " + Sql(column);
  for (const std::string& extra : extras) sql += ", CAST(" + extra + " AS DOUBLE)";
  return sql + " FROM " + from;
}

Result<FeatureMatrix> FeatureEncoder::Read(query::Connection& connection,
                                           const std::string& from,
                                           const std::vector<std::string>& extras) const {
  FeatureMatrix matrix = EmptyMatrix(columns_.size(), extras.size());
  TRY(ForEachChunk(
      connection, SelectSql(from, extras) + " ORDER BY f.subject", [&](const query::Chunk& chunk) {
        AppendChunk(chunk, columns_.size(), matrix);
        return OkStatus();
      }));
  for (size_t i = 1; i < matrix.subjects.size(); ++i) {
    if (matrix.subjects[i] == matrix.subjects[i - 1]) {
      return Invalid("features hold a subject twice: one row per subject is expected");
    }
  }
  return matrix;
}

Status FeatureEncoder::ReadInto(query::Connection& connection,
                                const std::string& from,
                                const std::vector<std::string>& extras,
                                const std::function<Status(const FeatureMatrix&)>& visit) const {
  return ForEachChunk(connection, SelectSql(from, extras), [&](const query::Chunk& chunk) {
    FeatureMatrix matrix = EmptyMatrix(columns_.size(), extras.size());
    AppendChunk(chunk, columns_.size(), matrix);
    return visit(matrix);
  });
}

Status FeatureEncoder::CheckSchema(const Schema& schema) const {
  for (const EncodedColumn& column : columns_) {
    const Column* found = schema.Find(column.name);
    if (found == nullptr) {
      return Invalid("the model reads '" + column.name + "', which the features lack");
    }
    if (found->type != column.type) {
      return Invalid("the model learnt '" + column.name + "' as " +
                     std::string(ColumnTypeName(column.type)) + ", but the features hold " +
                     std::string(ColumnTypeName(found->type)));
    }
  }
  return OkStatus();
}

std::vector<std::string> FeatureEncoder::Names() const {
  std::vector<std::string> names;
  for (const EncodedColumn& column : columns_) names.push_back(column.name);
  return names;
}

size_t FeatureEncoder::IndexOf(const std::string& name) const {
  size_t i = 0;
  while (i < columns_.size() && columns_[i].name != name) ++i;
  return i;
}

ValueKind FeatureEncoder::KindOf(size_t c) const {
  if (columns_[c].type == ColumnType::kText) return ValueKind::kCategory;
  return columns_[c].type == ColumnType::kBool ? ValueKind::kFlag : ValueKind::kNumber;
}

std::string FeatureEncoder::ValueOf(size_t c, float cell) const {
  const std::vector<std::string>& values = columns_[c].values;
  if (!(cell >= 0) || cell >= static_cast<float>(values.size())) return "missing";
  return values[static_cast<size_t>(cell)];
}

Json FeatureEncoder::ToJson() const {
  Json list{Json::Array()};
  for (const EncodedColumn& column : columns_) {
    Json json = Json::Of({{"name", column.name}, {"type", ColumnTypeName(column.type)}});
    if (column.type == ColumnType::kText) json.Set("values", Json::Strings(column.values));
    list.Push(std::move(json));
  }
  return list;
}

Result<FeatureEncoder> FeatureEncoder::FromJson(const Json& json) {
  FeatureEncoder encoder;
  for (const Json& item : json.items()) {
    ASSIGN_OR_RETURN(const ColumnType type, ColumnTypeFromName(item["type"].AsString()));
    encoder.columns_.push_back({item["name"].AsString(), type, item["values"].AsStrings()});
  }
  if (encoder.columns_.empty()) return Corrupt("a model without columns");
  return encoder;
}

}  // namespace signet::pipelines
