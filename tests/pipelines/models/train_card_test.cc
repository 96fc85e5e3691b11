#include "pipelines/models/train_card.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

class Card : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
    World(3000, 1).Load(*connection_, 3);
  }
  Result<Json> Train(const std::string& more) {
    EXPECT_TRUE(connection_->Execute("DROP TABLE IF EXISTS out").ok());
    ASSIGN_OR_RETURN(const TrainOptions options,
                     TrainOptions::FromJson(*Json::Parse(
                         R"({"model": "churn", "label": {"time": "at", "amount": "amount",
                             "window": "90d"}, "params": {"rounds": 40, "max_depth": 3})" +
                         more + "}")));
    return RunTrain(*connection_, options, World::Inputs(), World::Context());
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
};

TEST_F(Card, AnApproverSeesDataWindowsCalibrationGroupsAndLimits) {
  const Result<Json> figures = Train(R"(, "fairness": ["tier"])");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const Json& card = (*figures)["card"];
  for (const char* key : {"features_at", "eligible", "held_out_by", "calibration", "method"}) {
    EXPECT_FALSE(card[key].AsString().empty()) << key;
  }
  EXPECT_LT(card["label"]["from"].AsString(), card["label"]["to"].AsString());
  EXPECT_GT(card["limits"].size(), 1U);
  EXPECT_EQ((*figures)["model_digest"].AsString().size(), 64U);
  const Json& groups = (*figures)["fairness"]["tier"]["groups"];
  ASSERT_GT(groups.size(), 1U);
  for (const Json& group : groups.items()) {
    EXPECT_GE(group["rows"].AsInt(), 20);
    EXPECT_TRUE(group["auc"].is_object());
    EXPECT_TRUE(group["selected"]["low"].is_number());
  }
  // The card beside the model holds the figures, too.
  const Json stored = *Json::Parse(*connection_->QueryText("SELECT card FROM out"));
  EXPECT_EQ(stored["figures"]["fairness"], (*figures)["fairness"]);
}

TEST_F(Card, ALimitSaysWhatWasNotJudged) {
  const Result<Json> figures = Train("");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const std::string limits = (*figures)["card"]["limits"].Dump();
  EXPECT_NE(limits.find("season and trend are not judged"), std::string::npos);
  EXPECT_NE(limits.find("Groups of people were not compared"), std::string::npos);
}

TEST_F(Card, GroupsAreOfFewValues) {
  EXPECT_EQ(Train(R"(, "fairness": ["orders_recency_days"])").status().code(),
            StatusCode::kInvalid);
  EXPECT_EQ(Train(R"(, "fairness": ["no_such"])").status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
