#include "pipelines/segments/segment_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/math/kmeans.h"
#include "pipelines/math/quantile_bands.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/query/single_value.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 3> kKinds = {"clusters", "rfm", "tiers"};

/// Where recency (rows, worst first) and frequency (columns, worst first) meet, in fifths.
constexpr std::array<std::array<int, 5>, 5> kRfmMap = {
    {{0, 0, 1, 2, 3}, {0, 0, 1, 2, 2}, {4, 4, 5, 6, 6}, {7, 8, 8, 6, 6}, {9, 8, 8, 10, 10}}};

bool IsNumber(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble ||
         type == ColumnType::kDecimal || type == ColumnType::kBool;
}

Json NumbersJson(const std::vector<double>& values) {
  Json list{Json::Array()};
  for (const double value : values) list.Push(value);
  return list;
}

std::vector<double> NumbersOf(const Json& list) {
  std::vector<double> values;
  for (const Json& item : list.items()) values.push_back(item.AsDouble());
  return values;
}

int ClusterOf(const SegmentModel& model, const std::vector<double>& values) {
  std::vector<std::vector<double>> columns;
  for (const double value : values) {
    if (!std::isfinite(value) || (model.scaling.options().log && value < 0)) return -1;
    columns.push_back({value});
  }
  std::vector<uint32_t> rows;
  const PointSet point = model.scaling.Apply(columns, rows);
  return static_cast<int>(AssignToNearest(point, model.centroids, 1).labels.front());
}

/// The columns as doubles, for a SELECT.
std::string DoublesSql(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) {
    list += (list.empty() ? "CAST(" : ", CAST(") + SqlName(column) + " AS DOUBLE)";
  }
  return list;
}

std::string FromSql(const std::string& input, const std::string& where) {
  const std::string from = " FROM " + SqlName(input);
  return where.empty() ? from : from + " WHERE (" + where + "\n)";
}

Status CheckDecoded(const SegmentModel& model) {
  const bool clusters = model.kind == SegmentModel::Kind::kClusters;
  const size_t lists = clusters ? 0 : model.kind == SegmentModel::Kind::kRfm ? 3 : 1;
  bool sound = !model.columns.empty() && !model.names.empty() && model.cuts.size() == lists;
  if (clusters) {
    sound = sound && model.centroids.columns == model.scaling.columns().size() &&
            model.centroids.rows() == model.names.size();
    for (const ScaledColumn& column : model.scaling.columns()) {
      sound = sound && column.source < model.columns.size();
    }
  } else {
    sound = sound && model.columns.size() == lists;
  }
  return sound ? OkStatus() : Corrupt("a segment model whose parts do not fit");
}

}  // namespace

const std::vector<std::string>& RfmSegmentNames() {
  static const std::vector<std::string> kNames = {"hibernating",
                                                  "at risk",
                                                  "cannot lose",
                                                  "lost champions",
                                                  "about to sleep",
                                                  "need attention",
                                                  "loyal",
                                                  "promising",
                                                  "potential loyal",
                                                  "new",
                                                  "champions"};
  return kNames;
}

const std::string& RfmSegmentName(size_t recency, size_t frequency, size_t bands) {
  // The worst band is the worst fifth, the best the best, whatever their number.
  const auto fifth = [bands](size_t band) {
    return bands < 2 ? size_t{2} : (std::min(band, bands - 1) * 4 + (bands - 1) / 2) / (bands - 1);
  };
  return RfmSegmentNames()[static_cast<size_t>(kRfmMap[fifth(recency)][fifth(frequency)])];
}

int SegmentModel::SegmentOf(const std::vector<double>& values) const {
  if (std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return -1;
  switch (kind) {
    case Kind::kClusters:
      return ClusterOf(*this, values);
    case Kind::kTiers:
      return static_cast<int>(BandOf(values[0], cuts[0]));
    case Kind::kRfm: {
      // Long ago is bad: the band counts from the far end.
      const size_t bands = std::max({cuts[0].size(), cuts[1].size(), cuts[2].size()}) + 1;
      const size_t recency = cuts[0].size() - BandOf(values[0], cuts[0]);
      const std::string& name = RfmSegmentName(recency, BandOf(values[1], cuts[1]), bands);
      return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
    }
  }
  return -1;
}

Bytes SegmentModel::Encode() const {
  Json lists{Json::Array()};
  for (const std::vector<double>& list : cuts) lists.Push(NumbersJson(list));
  Json json = Json::Of({{"signet_segments", 1},
                        {"kind", kKinds[static_cast<size_t>(kind)]},
                        {"columns", Json::Strings(columns)},
                        {"names", Json::Strings(names)},
                        {"cuts", lists}});
  if (kind == Kind::kClusters) {
    json.Set("scaling", scaling.ToJson());
    json.Set("centroids", NumbersJson(centroids.cells));
  }
  const std::string text = json.Dump();
  return {text.begin(), text.end()};
}

Result<SegmentModel> SegmentModel::Decode(ByteView bytes) {
  const Result<Json> json = Json::Parse(AsText(bytes));
  if (!json.ok() || (*json)["signet_segments"].AsInt() != 1) return Corrupt("no segment model");
  SegmentModel model;
  const std::string& kind = (*json)["kind"].AsString();
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) return Corrupt("a segment model of unknown kind");
  model.kind = static_cast<Kind>(found - kKinds.begin());
  model.columns = (*json)["columns"].AsStrings();
  model.names = (*json)["names"].AsStrings();
  for (const Json& list : (*json)["cuts"].items()) model.cuts.push_back(NumbersOf(list));
  if (model.kind == Kind::kClusters) {
    ASSIGN_OR_RETURN(model.scaling, ColumnScaling::FromJson((*json)["scaling"]));
    model.centroids.columns = model.scaling.columns().size();
    model.centroids.cells = NumbersOf((*json)["centroids"]);
  }
  TRY(CheckDecoded(model));
  return model;
}

Result<std::vector<std::vector<double>>> ReadColumns(query::Connection& connection,
                                                     const std::string& input,
                                                     const std::vector<std::string>& columns,
                                                     const std::string& where) {
  const std::string sql = "SELECT " + DoublesSql(columns) + FromSql(input, where);
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  std::vector<std::vector<double>> values(columns.size());
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return values;
    for (size_t c = 0; c < columns.size(); ++c) {
      for (size_t r = 0; r < chunk.size(); ++r) {
        values[c].push_back(chunk.IsNull(c, r) ? kMissing : chunk.Double(c, r));
      }
    }
  }
}

Status ForEachSubject(query::Connection& connection,
                      const std::string& input,
                      const std::vector<std::string>& columns,
                      const std::string& where,
                      const TakeSubject& take) {
  const std::string sql = "SELECT subject, " + DoublesSql(columns) + FromSql(input, where);
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  std::vector<double> values(columns.size());
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      for (size_t c = 0; c < values.size(); ++c) {
        values[c] = chunk.IsNull(c + 1, r) ? kMissing : chunk.Double(c + 1, r);
      }
      TRY(take(chunk.GetUuid(0, r), values));
    }
  }
}

Schema SegmentModelSchema(const policies::Label& label) {
  return Schema{{{"name", ColumnType::kText, {}},
                 {"model", ColumnType::kBytes, label},
                 {"card", ColumnType::kText, label}}};
}

Status WriteSegmentModel(query::Connection& connection,
                         const Schema& schema,
                         const std::string& name,
                         const SegmentModel& model,
                         const Json& card) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  writer->column(0).SetText(0, name);
  writer->column(1).SetBytes(0, model.Encode());
  writer->column(2).SetText(0, card.Dump());
  TRY(writer->Flush(1));
  return writer->Finish();
}

bool IsSegmentModel(const Schema& schema) {
  const Column* model = schema.Find("model");
  return model != nullptr && model->type == ColumnType::kBytes;
}

Result<SegmentModel> ReadSegmentModel(query::Connection& connection,
                                      const std::string& stage,
                                      const std::string& input) {
  const Result<Bytes> bytes =
      query::ReadSingleBlob(connection, "SELECT model FROM " + SqlName(input));
  if (!bytes.ok()) {
    return bytes.status().WithContext(stage + ": input '" + input +
                                      "' must hold exactly one model");
  }
  Result<SegmentModel> model = SegmentModel::Decode(*bytes);
  if (!model.ok()) return Invalid(stage + ": input '" + input + "' is no model of segments");
  return model;
}

Result<std::string> SegmentInput(const SegmentSource& source,
                                 const std::map<std::string, Schema>& inputs,
                                 policies::Label& read) {
  std::string input = source.input;
  if (input.empty()) {
    if (inputs.size() != 1) {
      return Invalid(source.stage + ": several inputs; say which one with 'input'");
    }
    input = inputs.begin()->first;
  }
  ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, input));
  if (schema->Find(kSubjectColumn) == nullptr) {
    return Invalid(source.stage + ": input '" + input + "' has no subject");
  }
  if (source.columns.empty()) return Invalid(source.stage + ": 'columns' names no column");
  for (const std::string& name : source.columns) {
    Result<const Column*> column = ColumnNamed(*schema, input, name);
    if (!column.ok()) return column.status().WithContext(source.stage);
    if (!IsNumber((*column)->type)) {
      return Invalid(source.stage + ": '" + name + "' is no column of numbers");
    }
  }
  ASSIGN_OR_RETURN(read, JoinedLabel(*schema, source.columns));
  ASSIGN_OR_RETURN(const policies::Label member, MemberLabel(source, input, *schema));
  read = policies::Label::Join(read, member);
  return input;
}

Result<policies::Label> MemberLabel(const SegmentSource& source,
                                    const std::string& input,
                                    const Schema& schema) {
  const Column* subject = schema.Find(kSubjectColumn);
  if (subject == nullptr) return Invalid(source.stage + ": input '" + input + "' has no subject");
  if (source.where.empty()) return subject->label;
  Result<query::SelectAnalysis> where = query::AnalyseExpression(source.where, input, schema);
  if (!where.ok()) return where.status().WithContext(source.stage + ": where");
  if (where->columns.size() != 1 || where->columns[0].type != ColumnType::kBool ||
      where->aggregates) {
    return Invalid(source.stage + ": where must be a condition, true or false for each row");
  }
  if (where->read.empty()) return subject->label;
  return policies::Label::Join(subject->label, JoinedLabel({{input, schema}}, where->read));
}

}  // namespace signet::pipelines
