#include "pipelines/models/train_origins.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

/// The world's features and events, and the same people 90 days earlier: features of then, events
/// moved back.
class Origins : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
    World(3000, 1).Load(*connection_, 3);
    Sql("CREATE TABLE early AS SELECT * REPLACE (features_at - INTERVAL 90 DAY AS features_at) "
        "FROM "
        "features");
    Sql("INSERT INTO events SELECT * REPLACE (\"at\" - INTERVAL 90 DAY AS \"at\") FROM events");
    inputs_ = World::Inputs();
    inputs_["early"] = inputs_.at("features");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  static TrainOptions Options(const std::string& model, const std::string& window = "90d") {
    return *TrainOptions::FromJson(*Json::Parse(
        R"({"model": ")" + model + R"(", "earlier": ["early"], "label": {"time": "at", "amount":
            "amount", "window": ")" +
        window + R"("}, "params": {"rounds": 60, "max_depth": 3}})"));
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

TEST_F(Origins, AModelLearntEarlierIsJudgedAtTheNextCutOff) {
  for (const char* model : {"churn", "clv", "survival"}) {
    SCOPED_TRACE(model);
    const Result<Json> list =
        RollingOrigins(*connection_, Options(model), inputs_, World::Context());
    ASSERT_TRUE(list.ok()) << list.status().ToString();
    ASSERT_EQ(list->size(), 1U);
    const Json& origin = list->items()[0];
    EXPECT_LT(origin["learnt_at"].AsString(), origin["judged_at"].AsString());
    EXPECT_EQ(origin["people"].AsInt(), 3000);
    EXPECT_GT(origin["quality"].size(), 1U);
    if (std::string(model) != "survival") {
      // The same law held at both: the level is right.
      EXPECT_NEAR(origin["level"].AsDouble(), 1, 0.1);
    }
  }
}

TEST_F(Origins, ALawThatChangedIsSeenAsItsLevel) {
  // Everybody spends twice as much after the later cut-off.
  Sql("UPDATE events SET amount = amount * 2 WHERE \"at\" >= (SELECT max(features_at) FROM "
      "features)");
  const Result<Json> list = RollingOrigins(*connection_, Options("clv"), inputs_, World::Context());
  ASSERT_TRUE(list.ok()) << list.status().ToString();
  EXPECT_NEAR(list->items()[0]["level"].AsDouble(), 2, 0.2);
}

TEST_F(Origins, WhatNobodyCouldHaveLearntByThenIsRefused) {
  const Status late =
      RollingOrigins(*connection_, Options("churn", "100d"), inputs_, World::Context()).status();
  EXPECT_EQ(late.code(), StatusCode::kInvalid);
  EXPECT_NE(late.message().find("after the next cut-off"), std::string::npos);
  Sql("UPDATE early SET features_at = (SELECT max(features_at) FROM features)");
  const Status same =
      RollingOrigins(*connection_, Options("churn"), inputs_, World::Context()).status();
  EXPECT_NE(same.message().find("the same cut-off"), std::string::npos);
}

TEST_F(Origins, WithoutEarlierFeaturesThereIsNothingToTell) {
  TrainOptions options = Options("churn");
  options.earlier.clear();
  EXPECT_EQ(RollingOrigins(*connection_, options, inputs_, World::Context())->size(), 0U);
}

}  // namespace
}  // namespace signet::pipelines
