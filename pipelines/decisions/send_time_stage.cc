#include "pipelines/decisions/send_time_stage.h"

#include <memory>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/send_time.h"
#include "pipelines/math/intervals.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

struct Histories {
  std::vector<Uuid> subjects;
  std::vector<HourCounts> counts;
};

/// Ascending by subject.
Result<Histories> ReadHistories(query::Connection& connection,
                                const SendTimeOptions& o,
                                const StageContext& context) {
  const std::string time = "CAST(" + SqlName(o.time) + " AS TIMESTAMP)";
  const std::string answered = o.answered.empty() ? "" : " AND " + SqlName(o.answered);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT subject, CAST(hour(" + time + " + to_hours(" +
                       std::to_string(o.utc_offset_hours) + ")) AS BIGINT) AS h, count(*) FROM " +
                       SqlName(o.events) + " WHERE subject IS NOT NULL AND " + time + " < " +
                       TimestampSql(context.as_of) + answered +
                       " GROUP BY subject, h ORDER BY subject, h"));
  Histories histories;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return histories;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const Uuid subject = chunk.GetUuid(0, r);
      if (histories.subjects.empty() || histories.subjects.back() != subject) {
        histories.subjects.push_back(subject);
        histories.counts.push_back({});
      }
      histories.counts.back()[static_cast<size_t>(chunk.Int64(1, r))] +=
          static_cast<uint32_t>(chunk.Int64(2, r));
    }
  }
}

Status WriteTimes(query::Connection& connection,
                  const Schema& schema,
                  const Histories& histories,
                  const SendTimeModel& model) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (size_t i = 0; i < histories.subjects.size(); ++i) {
    const SendTime best = model.Best(histories.counts[i]);
    writer->column(0).SetUuid(r, histories.subjects[i]);
    writer->column(1).SetInt64(r, best.hour);
    writer->column(2).SetDouble(r, best.probability);
    writer->column(3).SetDouble(r, best.gain);
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  TRY(writer->Flush(r));
  return writer->Finish();
}

}  // namespace

Result<SendTimeOptions> SendTimeOptions::FromJson(const Json& json) {
  OptionReader reader("send_time", json);
  SendTimeOptions o;
  o.events = reader.Text("events", o.events);
  o.time = reader.RequiredText("time");
  o.answered = reader.Text("answered");
  o.utc_offset_hours = static_cast<int>(reader.Integer("utc_offset", 0, -12, 14));
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> SendTimeOptions::Options() {
  return {{"events", "input", "", "events", "What customers answered to, or did."},
          {"time", "column", "", "required", "The events' time."},
          {"answered", "column", "", "", "Boolean: only such events count."},
          {"utc_offset", "integer", "hours", "0", "Added to UTC: the hour where customers live."}};
}

Result<Schema> SendTimeOutputSchema(const SendTimeOptions& options,
                                    const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* events, InputNamed(inputs, options.events));
  ASSIGN_OR_RETURN(const Column* time, ColumnNamed(*events, options.events, options.time));
  if (time->type != ColumnType::kTimestamp) {
    return Invalid("send_time: '" + options.time + "' must be a timestamp column");
  }
  std::vector<std::string> read = {std::string(kSubjectColumn), options.time};
  if (!options.answered.empty()) read.push_back(options.answered);
  ASSIGN_OR_RETURN(const policies::Label label, JoinedLabel(*events, read));
  ASSIGN_OR_RETURN(const Column* subject, ColumnNamed(*events, options.events, kSubjectColumn));
  return Schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label},
                 {"send_hour", ColumnType::kInt64, label},
                 {"send_probability", ColumnType::kDouble, label},
                 {"send_gain", ColumnType::kDouble, label}}};
}

Result<Json> RunSendTime(query::Connection& connection,
                         const SendTimeOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, SendTimeOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Histories histories, ReadHistories(connection, options, context));
  const Result<SendTimeModel> model = SendTimeModel::Fit(histories.counts);
  if (!model.ok()) return model.status().WithContext("send_time");
  TRY(WriteTimes(connection, schema, histories, *model));
  Json figures = Json::Of(
      {{"subjects", histories.subjects.size()}, {"prior_events", Rounded(model->prior())}});
  for (const double share : model->population()) {
    figures.Field("population").Push(Rounded(share));
  }
  return figures;
}

}  // namespace signet::pipelines
