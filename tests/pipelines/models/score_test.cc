#include "pipelines/models/score.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/models/train.h"
#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

class Score : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
    World(1200, 4).Load(*connection_, 1);
    inputs_ = World::Inputs();
    Train("churn");
    Train("clv");
    inputs_.erase("events");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  void Train(const std::string& model) {
    const TrainOptions options = *TrainOptions::FromJson(
        *Json::Parse(R"({"model": ")" + model + R"(", "label": {"time": "at", "amount": "amount"},
            "params": {"rounds": 60, "max_depth": 3}})"));
    const auto figures = RunTrain(*connection_, options, World::Inputs(), World::Context());
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
    inputs_[model] = *TrainOutputSchema(options, World::Inputs());
    Sql("CREATE TABLE " + model + " AS FROM out; DROP TABLE out");
  }
  Result<Json> Run(const ScoreOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunScore(*connection_, options, inputs_, World::Context());
  }
  int64_t Count(const std::string& where) {
    return connection_->QueryInt64("SELECT count(*) FROM out WHERE " + where).value();
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

TEST_F(Score, GivesEverySubjectFiniteScoresWithReasons) {
  const Result<Json> figures = Run({});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["subjects"].AsInt(), 1200);
  EXPECT_EQ(Count("churn BETWEEN 0 AND 1 AND clv >= 0 AND isfinite(churn) AND isfinite(clv)"),
            1200);
  EXPECT_EQ(Count("churn_reason_1 ~ '[a-z ]+ is [a-z ]+: (raises|lowers) churn'"), 1200);
  EXPECT_EQ(Count("churn_reason_1 LIKE 'constant %'"), 0);
  const auto described = connection_->Describe("SELECT * FROM out").value();
  const Schema schema = *ScoreOutputSchema({}, inputs_);
  ASSERT_EQ(described.size(), schema.columns.size());
  for (size_t i = 0; i < described.size(); ++i) {
    EXPECT_EQ(described[i].name, schema.columns[i].name);
    EXPECT_EQ(described[i].type, schema.columns[i].type);
  }
}

TEST_F(Score, IsNeverNanOnMissingInfiniteOrUnseenValues) {
  Sql("UPDATE features SET orders_count = NULL, orders_recency_days = 'nan'::DOUBLE, "
      "orders_tenure_days = 'inf'::DOUBLE, orders_spend = NULL, orders_value_mean = NULL, "
      "noise = '-inf'::DOUBLE, tier = 'platinum'");
  ASSERT_TRUE(Run({}).ok());
  EXPECT_EQ(Count("isfinite(churn) AND isfinite(clv) AND churn IS NOT NULL"), 1200);
}

TEST_F(Score, OfASubjectDoesNotDependOnWhoElseIsScored) {
  ASSERT_TRUE(Run({}).ok());
  Sql("CREATE TABLE whole AS FROM out; CREATE TABLE kept AS FROM features;"
      "DELETE FROM features WHERE noise < 0.7");
  ASSERT_TRUE(Run({}).ok());
  EXPECT_GT(Count("true"), 100);
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM (FROM out EXCEPT FROM whole)").value(),
            0);
}

TEST_F(Score, OfNoRowsIsAnEmptyTable) {
  Sql("DELETE FROM features");
  const Result<Json> figures = Run({});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ(Count("true"), 0);
}

TEST_F(Score, ColumnsFollowTheInputsOrTheirNewNames) {
  ScoreOptions options;
  options.reasons = 0;
  options.as = {{"clv", "value_90d"}};
  ASSERT_TRUE(Run(options).ok());
  const auto described = connection_->Describe("SELECT * FROM out").value();
  ASSERT_EQ(described.size(), 3U);
  EXPECT_EQ(described[1].name, "churn");
  EXPECT_EQ(described[2].name, "value_90d");
  options.as = {{"clw", "x"}};
  EXPECT_EQ(Run(options).status().code(), StatusCode::kInvalid);
}

TEST_F(Score, RefusesFeaturesThatTheModelDoesNotKnow) {
  Schema& features = inputs_["features"];
  features.columns[2].type = ColumnType::kDouble;
  EXPECT_EQ(Run({}).status().message(),
            "score: churn: the model learnt 'orders_count' as int, but the features hold double");
  features.columns.erase(features.columns.begin() + 2);
  EXPECT_EQ(Run({}).status().message(),
            "score: churn: the model reads 'orders_count', which the features lack");
  inputs_.erase("churn");
  inputs_.erase("clv");
  EXPECT_EQ(Run({}).status().message(), "score: no input is a model; name one beside 'features'");
}

TEST_F(Score, RefusesABrokenModel) {
  Sql("UPDATE churn SET model = '{}'::BLOB");
  EXPECT_EQ(Run({}).status().code(), StatusCode::kCorrupt);
  Sql("DELETE FROM churn");
  EXPECT_EQ(Run({}).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
