// `signet lab recommend`: items for customers, and how good such lists are after a cut.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_purchases.h"
#include "coordinator/cli/padding.h"
#include "crypto/base/csv.h"
#include "crypto/base/text.h"
#include "pipelines/models/recommend_evaluation.h"
#include "pipelines/record/option_doc.h"

namespace signet::coordinator {
namespace {

using pipelines::RecommendData;
using pipelines::RecommendMethod;
using pipelines::RecommendOptions;

struct LabRecommendOptions {
  std::string in, where, customer, item, time, cut;
  std::string horizon = "90d";
  std::string method = "item_item";
  std::string candidates = "all";
  bool evaluate = false;
  bool cosine = false;
  size_t customers = 20'000;
  std::string format = "text";
  RecommendOptions recommend;
};

Result<RecommendData> Read(const LabRecommendOptions& options) {
  pipelines::RecommendDataOptions data;
  ASSIGN_OR_RETURN(data.cut, LabMoment("--cut", options.cut));
  const Result<int64_t> horizon = pipelines::DurationSeconds(options.horizon);
  if (!horizon.ok()) return horizon.status().WithContext("--horizon");
  data.horizon_seconds = *horizon;
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input,
                   LabInput::Open(options.in, options.where));
  ASSIGN_OR_RETURN(data.customer, input->ValueSql("--customer", options.customer));
  ASSIGN_OR_RETURN(data.item, input->ValueSql("--item", options.item));
  ASSIGN_OR_RETURN(data.time, input->TimeSql("--time", options.time));
  data.table = "input";
  return pipelines::ReadRecommendData(input->connection(), data);
}

std::string Share(const Json& value) {
  return PaddedRight(value.is_number() ? FixedText(value.AsDouble() * 100, 2) + " %" : "-", 10);
}

std::string EvaluationText(const Json& report) {
  const Json& data = report["data"];
  std::string text = std::to_string(data["customers"].AsInt()) + " customers and " +
                     std::to_string(data["items"].AsInt()) + " items before the cut; " +
                     std::to_string(report["customers_judged"].AsInt()) + " customers judged\n";
  for (const auto& [kind, methods] : report["results"].fields()) {
    text += "\ncandidates: " + kind + "\n  " + PaddedRight("method", 20) +
            "customers hit rate  recall    precision ndcg      coverage  recall over popularity\n";
    for (const auto& [method, figures] : methods.fields()) {
      const Json& gain = figures["recall_over_popularity"];
      text += "  " + PaddedRight(method, 20) +
              PaddedRight(std::to_string(figures["customers"].AsInt()), 10) +
              Share(figures["hit_rate"]["value"]) + Share(figures["recall"]["value"]) +
              Share(figures["precision"]["value"]) + Share(figures["ndcg"]["value"]) +
              Share(figures["coverage"]) + Share(gain["value"]) + "[" + Share(gain["low"]) + ", " +
              Share(gain["high"]) + "]\n";
    }
  }
  return text;
}

Status Evaluate(const LabRecommendOptions& options, const RecommendData& data) {
  const std::vector<RecommendMethod> methods(std::begin(pipelines::kRecommendMethods),
                                             std::end(pipelines::kRecommendMethods));
  ASSIGN_OR_RETURN(
      Json report,
      pipelines::EvaluateRecommendations(data, methods, options.recommend, options.customers));
  report.Set("data", data.ToJson());
  report.Set("cut", options.cut);
  report.Set("horizon", options.horizon);
  if (options.format == "json") {
    PrintJson(report);
  } else {
    PrintData(EvaluationText(report));
  }
  return OkStatus();
}

Status Recommend(const LabRecommendOptions& options) {
  ASSIGN_OR_RETURN(const RecommendMethod method,
                   pipelines::RecommendMethodFromName(options.method));
  ASSIGN_OR_RETURN(const pipelines::Candidates candidates,
                   pipelines::CandidatesFromName(options.candidates));
  ASSIGN_OR_RETURN(const RecommendData data, Read(options));
  if (options.evaluate) return Evaluate(options, data);
  const auto recommender = pipelines::Recommender::Fit(method, data, options.recommend);
  std::vector<float> scores;
  Json list{Json::Array()};
  std::string csv = "customer,rank,item,score\n";
  for (size_t c = 0; c < data.customers.size(); ++c) {
    Json items{Json::Array()};
    size_t rank = 0;
    for (const pipelines::Recommended& one : recommender->Recommend(c, candidates, scores)) {
      const std::string& item = data.items[one.item];
      const auto score = static_cast<double>(one.score);
      ++rank;
      if (options.format == "json") {
        items.Push(Json::Of({{"item", item}, {"score", score}}));
      } else {
        csv += CsvField(data.customers[c]) + "," + std::to_string(rank) + "," + CsvField(item) +
               "," + FixedText(score, 6) + "\n";
      }
    }
    if (options.format == "json") {
      list.Push(Json::Of({{"customer", data.customers[c]}, {"items", std::move(items)}}));
    }
  }
  if (options.format == "json") {
    PrintJson(Json::Of({{"method", options.method},
                        {"candidates", options.candidates},
                        {"data", data.ToJson()},
                        {"recommendations", std::move(list)}}));
  } else {
    PrintData(csv);
  }
  return OkStatus();
}

void AddOptions(CLI::App& command, LabRecommendOptions& o) {
  command.add_option("--in", o.in, "A CSV, TSV, TXT, JSONL or Parquet file, also .gz")->required();
  command.add_option("--where", o.where, "SQL condition: the rows to take");
  command.add_option("--customer", o.customer, "Who: a column or SQL")->required();
  command.add_option("--item", o.item, "What: a column or SQL")->required();
  command.add_option("--time", o.time, "When: a column or SQL")->required();
  command.add_option("--cut", o.cut, "Learn from what came before this date")->required();
  command.add_option("--horizon", o.horizon, "Judge by what came in this time after the cut");
  command.add_option("--top", o.recommend.top, "Items a customer")->check(CLI::Range(1, 1000));
  command.add_flag("--evaluate", o.evaluate, "Judge all methods, instead of printing lists");
  command.add_option("--method",
                     o.method,
                     "For lists: item_item, als, popularity, "
                     "recent_popularity, own_frequency or own_recency");
  command.add_option("--candidates", o.candidates, "For lists: all, new (never taken) or rare");
  command.add_option("--rare", o.recommend.rare_count, "rare: taken at most so often")
      ->check(CLI::Range(1, 1000));
  command.add_option("--customers", o.customers, "Judge at most so many customers")
      ->check(CLI::PositiveNumber);
  command.add_option("--factors", o.recommend.factors.factors, "als: dimensions")
      ->check(CLI::Range(1, 512));
  command.add_option("--iterations", o.recommend.factors.iterations, "als: iterations")
      ->check(CLI::Range(1, 200));
  command.add_option("--seed", o.recommend.factors.seed, "als: seed");
  command.add_option("--neighbours", o.recommend.similarity.neighbours, "item_item: per item")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--alpha", o.recommend.factors.alpha, "als: confidence in what was taken")
      ->check(CLI::PositiveNumber);
  command.add_option("--regularisation", o.recommend.factors.regularisation, "als: shrinkage")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--shrink", o.recommend.similarity.shrink, "item_item: customers' worth of doubt")
      ->check(CLI::PositiveNumber);
  command.add_flag("--cosine", o.cosine, "item_item: cosine instead of conditional probability");
  command.add_option("--threads", o.recommend.threads, "Threads")->check(CLI::Range(1, 256));
  command.add_option("--format", o.format, "text (lists as CSV) or json")
      ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void AddLabRecommend(CLI::App& lab, CommandOutcome& outcome) {
  auto options = std::make_shared<LabRecommendOptions>();
  options->recommend.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  CLI::App* command =
      lab.add_subcommand("recommend", "Recommend items, or judge how well that works");
  AddOptions(*command, *options);
  command->callback([options, &outcome] {
    if (options->cosine) {
      options->recommend.similarity.likeness = pipelines::ItemLikeness::kCosine;
    }
    const Status status = Recommend(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
