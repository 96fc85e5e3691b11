#include "pipelines/decisions/send_time_stage.h"

#include <map>
#include <memory>
#include <optional>
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
  std::vector<HourCounts> hours;
  std::vector<HourCounts> weekdays;  ///< if asked for
};

struct ChannelModel {
  SendTimeModel hours;
  std::optional<SendTimeModel> weekdays;
};

std::string LocalTime(const SendTimeOptions& o) {
  return "(CAST(" + SqlName(o.time) + " AS TIMESTAMP) + to_hours(" +
         std::to_string(o.utc_offset_hours) + "))";
}

std::string EventsSql(const SendTimeOptions& o, Timestamp as_of) {
  const std::string local = LocalTime(o);
  const std::string channel =
      o.channel.empty() ? "''" : "coalesce(CAST(" + SqlName(o.channel) + " AS VARCHAR), '')";
  const std::string day = o.weekday ? "isodow(" + local + ") - 1" : "0";
  const std::string answered = o.answered.empty() ? "" : " AND " + SqlName(o.answered);
  return "SELECT " + channel + " AS c, subject, CAST(hour(" + local + ") AS BIGINT) AS h, CAST(" +
         day + " AS BIGINT) AS d, count(*) FROM " + SqlName(o.events) +
         " WHERE subject IS NOT NULL AND CAST(" + SqlName(o.time) + " AS TIMESTAMP) < " +
         TimestampSql(as_of) + answered + " GROUP BY c, subject, h, d ORDER BY c, subject, h, d";
}

/// By channel; within one ascending by subject.
Result<std::map<std::string, Histories>> ReadHistories(query::Connection& connection,
                                                       const SendTimeOptions& o,
                                                       const StageContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query(EventsSql(o, context.as_of)));
  std::map<std::string, Histories> channels;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return channels;
    for (size_t r = 0; r < chunk.size(); ++r) {
      Histories& mine = channels[std::string(chunk.Text(0, r))];
      const Uuid subject = chunk.GetUuid(1, r);
      if (mine.subjects.empty() || mine.subjects.back() != subject) {
        mine.subjects.push_back(subject);
        mine.hours.push_back({});
        mine.weekdays.push_back({});
      }
      const auto count = static_cast<uint32_t>(chunk.Int64(4, r));
      mine.hours.back()[static_cast<size_t>(chunk.Int64(2, r))] += count;
      mine.weekdays.back()[static_cast<size_t>(chunk.Int64(3, r))] += count;
    }
  }
}

Result<ChannelModel> FitChannel(const SendTimeOptions& o, const Histories& histories) {
  ASSIGN_OR_RETURN(SendTimeModel hours, SendTimeModel::Fit(histories.hours));
  ChannelModel model{hours, {}};
  if (o.weekday) {
    ASSIGN_OR_RETURN(model.weekdays, SendTimeModel::Fit(histories.weekdays, kWeekdays));
  }
  return model;
}

/// Writes the rows of the channels, flushing chunks as they fill.
class TimesWriter {
 public:
  TimesWriter(query::TableWriter& writer, const SendTimeOptions& options)
      : writer_(writer), o_(options) {}

  Status Add(const std::string& channel, const ChannelModel& model, const Histories& histories) {
    for (size_t i = 0; i < histories.subjects.size(); ++i) {
      WriteRow(channel, model, histories, i);
      if (++row_ < query::kChunkRows) continue;
      TRY(writer_.Flush(row_));
      row_ = 0;
    }
    return OkStatus();
  }
  Status Finish() {
    if (row_ > 0) TRY(writer_.Flush(row_));
    return writer_.Finish();
  }

 private:
  /// The columns are those of SendTimeOutputSchema.
  void WriteRow(const std::string& channel,
                const ChannelModel& model,
                const Histories& histories,
                size_t i) {
    size_t column = 0;
    writer_.column(column++).SetUuid(row_, histories.subjects[i]);
    if (!o_.channel.empty()) writer_.column(column++).SetText(row_, channel);
    const SendTime best = model.hours.Best(histories.hours[i]);
    writer_.column(column++).SetInt64(row_, best.hour);
    writer_.column(column++).SetDouble(row_, best.probability);
    writer_.column(column++).SetDouble(row_, best.gain);
    if (!model.weekdays) return;
    const SendTime day = model.weekdays->Best(histories.weekdays[i]);
    writer_.column(column++).SetInt64(row_, day.hour + 1);
    writer_.column(column++).SetDouble(row_, day.probability);
  }

  query::TableWriter& writer_;
  const SendTimeOptions& o_;
  size_t row_ = 0;
};

Json ChannelFigures(const Histories& histories, const ChannelModel& model) {
  Json figures = Json::Of(
      {{"subjects", histories.subjects.size()}, {"prior_events", Rounded(model.hours.prior())}});
  for (const double share : model.hours.population()) {
    figures.Field("population").Push(Rounded(share));
  }
  if (!model.weekdays) return figures;
  figures.Set("weekday_prior_events", Rounded(model.weekdays->prior()));
  for (size_t d = 0; d < kWeekdays; ++d) {
    figures.Field("weekdays").Push(Rounded(model.weekdays->population()[d]));
  }
  return figures;
}

}  // namespace

Result<SendTimeOptions> SendTimeOptions::FromJson(const Json& json) {
  OptionReader reader("send_time", json);
  SendTimeOptions o;
  o.events = reader.Text("events", o.events);
  o.time = reader.RequiredText("time");
  o.answered = reader.Text("answered");
  o.channel = reader.Text("channel");
  o.weekday = reader.Boolean("weekday", /*otherwise=*/false);
  o.utc_offset_hours = static_cast<int>(reader.Integer("utc_offset", 0, -12, 14));
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> SendTimeOptions::Options() {
  return {{"events", "input", "", "events", "What customers answered to, or did."},
          {"time", "column", "", "required", "The events' time."},
          {"answered", "column", "", "", "Boolean: only such events count."},
          {"channel", "column", "", "", "A model and a row per subject for each of its values."},
          {"weekday", "boolean", "", "false", "Tells the best day of the week, too."},
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
  if (!options.channel.empty()) read.push_back(options.channel);
  ASSIGN_OR_RETURN(const policies::Label label, JoinedLabel(*events, read));
  ASSIGN_OR_RETURN(const Column* subject, ColumnNamed(*events, options.events, kSubjectColumn));
  Schema schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label}}};
  if (!options.channel.empty()) schema.columns.push_back({"channel", ColumnType::kText, label});
  schema.columns.push_back({"send_hour", ColumnType::kInt64, label});
  schema.columns.push_back({"send_probability", ColumnType::kDouble, label});
  schema.columns.push_back({"send_gain", ColumnType::kDouble, label});
  if (options.weekday) {
    schema.columns.push_back({"send_weekday", ColumnType::kInt64, label});
    schema.columns.push_back({"send_weekday_probability", ColumnType::kDouble, label});
  }
  return schema;
}

Result<Json> RunSendTime(query::Connection& connection,
                         const SendTimeOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, SendTimeOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const auto channels, ReadHistories(connection, options, context));
  if (channels.empty()) {
    return Invalid("send_time: no engagement at all: there is no best hour to learn");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  TimesWriter rows(*writer, options);
  Json by_channel{Json::Object()};
  for (const auto& [channel, histories] : channels) {
    const Result<ChannelModel> model = FitChannel(options, histories);
    if (!model.ok()) return model.status().WithContext("send_time");
    TRY(rows.Add(channel, *model, histories));
    by_channel.Set(channel, ChannelFigures(histories, *model));
  }
  TRY(rows.Finish());
  if (options.channel.empty()) return by_channel[""];
  return Json::Of({{"channels", by_channel}});
}

}  // namespace signet::pipelines
