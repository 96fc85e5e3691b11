#include "pipelines/models/judge_stage.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

/// Two models of the same people: one learns from all features, one from little.
class JudgeStage : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
    World(4000, 1).Load(*connection_, 3);
    inputs_ = World::Inputs();
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  static std::string Label() {
    return R"("label": {"time": "at", "amount": "amount", "window": "90d"})";
  }
  /// Learns a model and keeps it as input `name`.
  void Learn(const std::string& name, const std::string& kind, const std::string& more) {
    const TrainOptions options = *TrainOptions::FromJson(
        *Json::Parse(R"({"model": ")" + kind + R"(", )" + Label() + more + "}"));
    const Result<Json> figures = RunTrain(*connection_, options, World::Inputs(), World::Context());
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
    digests_[name] = (*figures)["model_digest"].AsString();
    inputs_[name] = *TrainOutputSchema(options, World::Inputs());
    Sql("ALTER TABLE out RENAME TO " + name);
  }
  static JudgeOptions Options(const std::string& kind) {
    return *JudgeOptions::FromJson(
        *Json::Parse(R"({"model": ")" + kind + R"(", )" + Label() + "}"));
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
  std::map<std::string, std::string> digests_;
};

TEST_F(JudgeStage, JudgesBothOnThePeopleWhomNeitherLearntFrom) {
  for (const char* kind : {"churn", "clv"}) {
    SCOPED_TRACE(kind);
    Learn("champion", kind, R"(, "params": {"rounds": 1, "max_depth": 1})");
    Learn("challenger", kind, R"(, "params": {"rounds": 120, "max_depth": 3})");
    const Result<Json> judged = RunJudge(*connection_, Options(kind), inputs_, World::Context());
    ASSERT_TRUE(judged.ok()) << judged.status().ToString();
    EXPECT_EQ((*judged)["verdict"].AsString(), "challenger");
    EXPECT_NEAR((*judged)["people"].AsDouble(), 800, 120);
    EXPECT_EQ((*judged)["judged"]["champion_digest"].AsString(), digests_["champion"]);
    EXPECT_EQ((*judged)["judged"]["challenger_digest"].AsString(), digests_["challenger"]);
    EXPECT_EQ(*connection_->QueryInt64("SELECT count(*) FROM out"),
              static_cast<int64_t>((*judged)["paired"].size()));
    Sql("DROP TABLE out; DROP TABLE champion; DROP TABLE challenger");
  }
}

TEST_F(JudgeStage, AModelIsNoBetterThanItself) {
  Learn("champion", "churn", "");
  Sql("CREATE TABLE challenger AS FROM champion");
  inputs_["challenger"] = inputs_.at("champion");
  const Result<Json> judged = RunJudge(*connection_, Options("churn"), inputs_, World::Context());
  ASSERT_TRUE(judged.ok()) << judged.status().ToString();
  EXPECT_EQ((*judged)["verdict"].AsString(), "no difference shown");
  for (const Json& figure : (*judged)["paired"].items()) {
    EXPECT_EQ(figure["difference"]["value"].AsDouble(), 0);
  }
}

TEST_F(JudgeStage, RefusesModelsOfAnotherKindAndInputsThatAreNone) {
  Learn("champion", "clv", "");
  Sql("CREATE TABLE challenger AS FROM champion");
  inputs_["challenger"] = inputs_.at("champion");
  const Result<Json> other = RunJudge(*connection_, Options("churn"), inputs_, World::Context());
  EXPECT_NE(other.status().message().find("is a model of clv, not of churn"), std::string::npos);
  inputs_["challenger"] = World::Inputs().at("features");
  EXPECT_NE(JudgeOutputSchema(Options("clv"), inputs_).status().message().find("is no model"),
            std::string::npos);
  EXPECT_FALSE(JudgeOptions::FromJson(*Json::Parse(R"({"model": "churn"})")).ok());
  EXPECT_FALSE(
      JudgeOptions::FromJson(*Json::Parse(R"({"model": "survival", )" + Label() + "}")).ok());
}

}  // namespace
}  // namespace signet::pipelines
