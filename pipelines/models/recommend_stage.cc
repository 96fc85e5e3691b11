#include "pipelines/models/recommend_stage.h"

#include <iterator>
#include <memory>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/models/recommend_evaluation.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr int64_t kMicrosPerSecond = 1'000'000;

RecommendDataOptions DataOf(const RecommendStageOptions& o, Timestamp as_of, Timestamp cut) {
  RecommendDataOptions data;
  const std::string time = "CAST(" + SqlName(o.time) + " AS TIMESTAMP)";
  data.table = SqlName(o.input);
  if (o.window_seconds > 0) {
    const Timestamp from{as_of.micros - o.window_seconds * kMicrosPerSecond};
    data.table =
        "(SELECT * FROM " + data.table + " WHERE " + time + " >= " + TimestampSql(from) + ")";
  }
  data.customer = std::string(kSubjectColumn);
  data.item = SqlName(o.item);
  data.time = time;
  data.cut = cut;
  data.horizon_seconds = o.evaluate_seconds > 0 ? o.evaluate_seconds : int64_t{90} * 86'400;
  return data;
}

/// How good each method is, by what was taken after an earlier cut; a failure does not stop the
/// lists.
Json Evaluated(query::Connection& connection, const RecommendStageOptions& o, Timestamp as_of) {
  const Timestamp cut{as_of.micros - o.evaluate_seconds * kMicrosPerSecond};
  const Result<RecommendData> data = ReadRecommendData(connection, DataOf(o, as_of, cut));
  if (!data.ok()) return Json::Of({{"failed", data.status().message()}});
  const std::vector<RecommendMethod> methods(std::begin(kRecommendMethods),
                                             std::end(kRecommendMethods));
  Result<Json> report = EvaluateRecommendations(*data, methods, o.recommend, o.judged_max);
  if (!report.ok()) return Json::Of({{"failed", report.status().message()}});
  report->Set("cut", TimestampText(cut));
  return *std::move(report);
}

/// Writes `recommend_rows` (subject as text), from which `out` is made; how many rows.
Result<size_t> WriteLists(query::Connection& connection,
                          const RecommendStageOptions& o,
                          const RecommendData& data) {
  const Schema schema{{{"customer", ColumnType::kText, {}},
                       {"rank", ColumnType::kInt64, {}},
                       {"item", ColumnType::kText, {}},
                       {"score", ColumnType::kDouble, {}}}};
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("recommend_rows", schema));
  const auto recommender = Recommender::Fit(o.method, data, o.recommend);
  std::vector<float> scores;
  size_t row = 0;
  size_t written = 0;
  for (size_t c = 0; c < data.customers.size(); ++c) {
    int64_t rank = 0;
    for (const Recommended& one : recommender->Recommend(c, o.candidates, scores)) {
      writer->column(0).SetText(row, data.customers[c]);
      writer->column(1).SetInt64(row, ++rank);
      writer->column(2).SetText(row, data.items[one.item]);
      writer->column(3).SetDouble(row, static_cast<double>(one.score));
      ++written;
      if (++row < query::kChunkRows) continue;
      TRY(writer->Flush(row));
      row = 0;
    }
  }
  if (row > 0) TRY(writer->Flush(row));
  TRY(writer->Finish());
  TRY(connection.Execute(
      "CREATE TABLE out AS SELECT CAST(customer AS UUID) AS subject, rank, item, "
      "score FROM recommend_rows; DROP TABLE recommend_rows"));
  return written;
}

}  // namespace

Result<RecommendStageOptions> RecommendStageOptions::FromJson(const Json& json) {
  OptionReader reader("recommend", json);
  RecommendStageOptions o;
  o.input = reader.Text("input", o.input);
  o.item = reader.RequiredText("item");
  o.time = reader.RequiredText("time");
  const Result<RecommendMethod> method = RecommendMethodFromName(reader.OneOf(
      "method",
      {"item_item", "als", "popularity", "recent_popularity", "own_frequency", "own_recency"}));
  if (method.ok()) o.method = *method;
  const Result<Candidates> candidates =
      CandidatesFromName(reader.OneOf("candidates", {"all", "new", "rare"}));
  if (candidates.ok()) o.candidates = *candidates;
  o.recommend.top = static_cast<size_t>(reader.Integer("top", 10, 1, 1'000));
  o.recommend.rare_count = static_cast<float>(reader.Integer("rare", 1, 1, 1'000));
  o.window_seconds = reader.Duration("window", "");
  o.evaluate_seconds = reader.Duration("evaluate", "");
  o.recommend.similarity.neighbours = static_cast<size_t>(reader.Integer(
      "neighbours", static_cast<int64_t>(o.recommend.similarity.neighbours), 1, 10'000));
  o.recommend.factors.factors = static_cast<size_t>(
      reader.Integer("factors", static_cast<int64_t>(o.recommend.factors.factors), 1, 512));
  o.recommend.threads = static_cast<int>(reader.Integer("threads", 1, 1, 256));
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> RecommendStageOptions::Options() {
  return {
      {"input", "input", "", "purchases", "What subjects took."},
      {"item", "column", "", "required", "What it was."},
      {"time", "column", "", "required", "When; rows strictly before as_of count."},
      {"method",
       "one of item_item|als|popularity|recent_popularity|own_frequency|own_recency",
       "",
       "item_item",
       "What makes the lists."},
      {"candidates",
       "one of all|new|rare",
       "",
       "all",
       "All items, those never taken, or those taken rarely."},
      {"top", "integer", "items", "10", "Items a subject."},
      {"rare", "integer", "times", "1", "rare: taken at most so often."},
      {"window", "duration", "", "", "Only what was taken so far back counts."},
      {"evaluate", "duration", "", "", "Judge all methods first, at a cut so far before as_of."},
      {"neighbours", "integer", "items", "200", "item_item: kept for each item."},
      {"factors", "integer", "", "64", "als: dimensions."},
      {"threads", "integer", "threads", "1", "Threads; the result does not depend on them."},
  };
}

Result<Schema> RecommendOutputSchema(const RecommendStageOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, options.input));
  ASSIGN_OR_RETURN(const Column* subject, ColumnNamed(*schema, options.input, kSubjectColumn));
  ASSIGN_OR_RETURN(const Column* time, ColumnNamed(*schema, options.input, options.time));
  if (time->type != ColumnType::kTimestamp && time->type != ColumnType::kDate) {
    return Invalid("recommend: time needs a timestamp or date column");
  }
  TRY(ColumnNamed(*schema, options.input, options.item).status().WithContext("recommend: item"));
  ASSIGN_OR_RETURN(const policies::Label label,
                   JoinedLabel(*schema, {std::string(kSubjectColumn), options.item, options.time}));
  return Schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label},
                 {"rank", ColumnType::kInt64, label},
                 {"item", ColumnType::kText, label},
                 {"score", ColumnType::kDouble, label}}};
}

Result<Json> RunRecommend(query::Connection& connection,
                          const RecommendStageOptions& options,
                          const Inputs& inputs,
                          const StageContext& context) {
  TRY(RecommendOutputSchema(options, inputs).status());
  Json evaluation;
  if (options.evaluate_seconds > 0) evaluation = Evaluated(connection, options, context.as_of);
  if (context.progress) context.progress(0.3);
  const Result<RecommendData> data =
      ReadRecommendData(connection, DataOf(options, context.as_of, context.as_of));
  if (!data.ok()) return data.status().WithContext("recommend");
  ASSIGN_OR_RETURN(const size_t written, WriteLists(connection, options, *data));
  if (context.progress) context.progress(1);
  Json figures = Json::Of({{"method", RecommendMethodName(options.method)},
                           {"candidates", CandidatesName(options.candidates)},
                           {"subjects", data->customers.size()},
                           {"items", data->items.size()},
                           {"pairs", data->before.cells()},
                           {"rows", written}});
  if (!evaluation.is_null()) figures.Set("evaluation", std::move(evaluation));
  return figures;
}

}  // namespace signet::pipelines
