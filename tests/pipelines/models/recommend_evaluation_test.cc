#include "pipelines/models/recommend_evaluation.h"

#include <cmath>
#include <vector>

#include "tests/pipelines/models/recommend_world.h"

namespace signet::pipelines {
namespace {

using RecommendEvaluation = RecommendWorld;

RecommendOptions Options(int threads = 1) {
  RecommendOptions options;
  options.top = 4;
  options.threads = threads;
  options.factors.factors = 4;
  return options;
}

const std::vector<RecommendMethod>& AllMethods() {
  static const std::vector<RecommendMethod> kAllMethods(std::begin(kRecommendMethods),
                                                        std::end(kRecommendMethods));
  return kAllMethods;
}

TEST_F(RecommendEvaluation, LearnersBeatPopularityWhereTastesDiffer) {
  const RecommendData data = Read();
  const Json report = EvaluateRecommendations(data, AllMethods(), Options(), 1000).value();
  EXPECT_EQ(report["customers_judged"].AsInt(), 60);
  const Json& fresh = report["results"]["new"];
  for (const char* method : {"item_item", "als"}) {
    EXPECT_GT(fresh[method]["recall"]["value"].AsDouble(),
              fresh["popularity"]["recall"]["value"].AsDouble() + 0.05)
        << method;
    EXPECT_GT(fresh[method]["recall_over_popularity"]["low"].AsDouble(), 0) << method;
  }
  EXPECT_EQ(fresh["popularity"]["recall_over_popularity"]["value"].AsDouble(), 0);
  for (const auto& [method, figures] : fresh.fields()) {
    for (const char* what : {"hit_rate", "recall", "precision", "ndcg"}) {
      const double value = figures[what]["value"].AsDouble();
      EXPECT_TRUE(value >= 0 && value <= 1) << method << what;
    }
  }
}

/// One customer with one list, by hand.
TEST_F(RecommendEvaluation, FiguresAreThoseOfAHandComputation) {
  Sql("DELETE FROM p; INSERT INTO p VALUES ('u', 'x', '2026-06-01'), ('v', 'x', '2026-06-01'), "
      "('v', "
      "'y', '2026-06-01'), ('w', 'x', '2026-06-01'), ('w', 'y', '2026-06-01'), ('w', 'z', "
      "'2026-06-01'), ('u', 'y', '2026-07-05'), ('u', 'unseen', '2026-07-05')");
  const RecommendData data = Read();
  RecommendOptions options = Options();
  options.top = 2;
  const Json report =
      EvaluateRecommendations(data, {RecommendMethod::kPopularity}, options, 1000).value();
  // u's list is x, y (all) and y, z (new); taken: y and one that nobody took before.
  const Json& all = report["results"]["all"]["popularity"];
  EXPECT_EQ(all["customers"].AsInt(), 1);
  EXPECT_DOUBLE_EQ(all["recall"]["value"].AsDouble(), 0.5);
  EXPECT_DOUBLE_EQ(all["precision"]["value"].AsDouble(), 0.5);
  EXPECT_NEAR(all["ndcg"]["value"].AsDouble(), (1 / std::log2(3)) / (1 + 1 / std::log2(3)), 1e-5);
  EXPECT_NEAR(all["coverage"].AsDouble(), 2.0 / 3, 1e-5);
  const Json& fresh = report["results"]["new"]["popularity"];
  EXPECT_NEAR(fresh["ndcg"]["value"].AsDouble(), 1 / (1 + 1 / std::log2(3)), 1e-5);
  EXPECT_FALSE(report["results"].Has("rare"));
}

TEST_F(RecommendEvaluation, DoesNotDependOnThreads) {
  const RecommendData data = Read();
  EXPECT_EQ(EvaluateRecommendations(data, AllMethods(), Options(1), 1000).value().Dump(),
            EvaluateRecommendations(data, AllMethods(), Options(3), 1000).value().Dump());
  EXPECT_EQ(
      EvaluateRecommendations(data, AllMethods(), Options(), 7).value()["customers_judged"].AsInt(),
      7);
}

TEST_F(RecommendEvaluation, RefusesToJudgeByNothing) {
  options_.cut = *TimestampFromText("2027-01-01");
  const RecommendData data = Read();
  EXPECT_EQ(EvaluateRecommendations(data, AllMethods(), Options(), 1000).status().code(),
            StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
