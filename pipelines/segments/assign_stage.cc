#include "pipelines/segments/assign_stage.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/record/label_flow.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

struct Parts {
  std::string model;
  std::string subjects;
};

Result<Parts> PartsOf(const AssignOptions& options, const Inputs& inputs) {
  Parts parts;
  for (const auto& [name, schema] : inputs) {
    std::string& part = IsSegmentModel(schema) ? parts.model : parts.subjects;
    if (!IsSegmentModel(schema) && !options.input.empty() && name != options.input) continue;
    if (!part.empty()) return Invalid("assign: one model and one input with subjects are expected");
    part = name;
  }
  if (parts.model.empty()) return Invalid("assign: no input is a model of cluster, rfm or tiers");
  if (parts.subjects.empty() || inputs.at(parts.subjects).Find(kSubjectColumn) == nullptr) {
    return Invalid("assign: no input has a subject");
  }
  return parts;
}

struct Tally {
  std::vector<int64_t> members;
  int64_t considered = 0;
  int64_t missing = 0;
};

using Assigned = std::vector<std::pair<Uuid, int>>;

/// Reads the row's columns behind the subject; false where one is missing.
bool ReadValues(const query::Chunk& chunk, size_t row, std::vector<double>& values) {
  for (size_t c = 0; c < values.size(); ++c) {
    if (chunk.IsNull(c + 1, row)) return false;
    values[c] = chunk.Double(c + 1, row);
  }
  return true;
}

/// The segment's number of each subject of `input`; subjects of none are counted only.
Result<Assigned> AssignSubjects(query::Connection& connection,
                                const SegmentModel& model,
                                const std::string& input,
                                Tally& tally) {
  std::string columns = "subject";
  for (const std::string& column : model.columns) {
    columns += ", CAST(" + SqlName(column) + " AS DOUBLE)";
  }
  Assigned assigned;
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT " + columns + " FROM " + SqlName(input) +
                                    " WHERE subject IS NOT NULL"));
  query::Chunk chunk;
  std::vector<double> values(model.columns.size());
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return assigned;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const int segment = ReadValues(chunk, r, values) ? model.SegmentOf(values) : -1;
      ++tally.considered;
      tally.missing += segment < 0 ? 1 : 0;
      if (segment >= 0) assigned.emplace_back(chunk.GetUuid(0, r), segment);
    }
  }
}

/// Table `segments_`: subject and the segment's name.
Status WriteSegments(query::Connection& connection,
                     const SegmentModel& model,
                     const std::string& input,
                     Tally& tally) {
  ASSIGN_OR_RETURN(const Assigned assigned, AssignSubjects(connection, model, input, tally));
  const Schema schema{{{"subject", ColumnType::kUuid, {}}, {"segment", ColumnType::kText, {}}}};
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("segments_", schema));
  for (size_t first = 0; first < assigned.size(); first += query::kChunkRows) {
    const size_t count = std::min(query::kChunkRows, assigned.size() - first);
    for (size_t r = 0; r < count; ++r) {
      const auto& [subject, segment] = assigned[first + r];
      writer->column(0).SetUuid(r, subject);
      writer->column(1).SetText(r, model.names[static_cast<size_t>(segment)]);
    }
    TRY(writer->Flush(count));
  }
  return writer->Finish();
}

Status CheckOnly(const AssignOptions& options, const SegmentModel& model) {
  for (const std::string& name : options.only) {
    if (std::find(model.names.begin(), model.names.end(), name) != model.names.end()) continue;
    return Invalid("assign: the model has no segment '" + name + "'")
        .WithRemedy("its segments are: " + Join(model.names, ", "));
  }
  return OkStatus();
}

}  // namespace

Result<AssignOptions> AssignOptions::FromJson(const Json& json) {
  OptionReader reader("assign", json);
  AssignOptions options;
  options.input = reader.Text("input");
  options.only = reader.Texts("only");
  options.keep = reader.Texts("keep");
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> AssignOptions::Options() {
  return {
      {"input",
       "input",
       "",
       "the input that is no model",
       "The subjects with the model's columns."},
      {"only", "list of text", "", "all", "Segments to keep: [champions], [cluster_2]."},
      {"keep", "list of column", "", "[]", "Columns to keep beside the segment."},
  };
}

Result<Schema> AssignOutputSchema(const AssignOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(options, inputs));
  const Schema& schema = inputs.at(parts.subjects);
  // Which columns the model reads is not known before it is learnt: its label holds theirs.
  const policies::Label member = policies::Label::Join(schema.Find(kSubjectColumn)->label,
                                                       inputs.at(parts.model).Find("model")->label);
  Schema out{{{std::string(kSubjectColumn), ColumnType::kUuid, member},
              {"segment", ColumnType::kText, member}}};
  for (const std::string& name : options.keep) {
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(schema, parts.subjects, name));
    if (out.Find(name) != nullptr) return Invalid("assign: keep cannot hold '" + name + "' again");
    out.columns.push_back({name, column->type, policies::Label::Join(column->label, member)});
  }
  return out;
}

Result<Json> RunAssign(query::Connection& connection,
                       const AssignOptions& options,
                       const Inputs& inputs,
                       const StageContext& context) {
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(options, inputs));
  ASSIGN_OR_RETURN(const SegmentModel model, ReadSegmentModel(connection, "assign", parts.model));
  TRY(CheckOnly(options, model));
  for (const std::string& name : model.columns) {
    Result<const Column*> column = ColumnNamed(inputs.at(parts.subjects), parts.subjects, name);
    if (!column.ok()) return column.status().WithContext("assign: the model reads it");
  }
  Tally tally;
  TRY(WriteSegments(connection, model, parts.subjects, tally));
  std::string only;
  for (const std::string& name : options.only) {
    only += (only.empty() ? " WHERE s.segment IN (" : ", ") + SqlLiteral(name);
  }
  if (!only.empty()) only += ")";
  std::string sql = "CREATE TABLE out AS SELECT s.subject, s.segment";
  for (const std::string& name : options.keep) sql += ", f." + SqlName(name);
  sql += " FROM segments_ s";
  if (!options.keep.empty()) {
    sql += " JOIN " + SqlName(parts.subjects) + " f ON f.subject = s.subject";
  }
  TRY(connection.Execute(sql + only));
  ASSIGN_OR_RETURN(const int64_t members, connection.QueryInt64("SELECT count(*) FROM out"));
  Json figures = Json::Of(
      {{"considered", tally.considered}, {"members", members}, {"without_a_value", tally.missing}});
  for (const std::string& name : model.names) {
    ASSIGN_OR_RETURN(
        const int64_t count,
        connection.QueryInt64("SELECT count(*) FROM out WHERE segment = " + SqlLiteral(name)));
    figures.Field("tiers").Set(name, count);
  }
  if (context.progress) context.progress(1);
  return figures;
}

}  // namespace signet::pipelines
