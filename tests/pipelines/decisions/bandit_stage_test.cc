#include "pipelines/decisions/bandit_stage.h"

#include <string>

#include "tests/pipelines/decisions/stage_world.h"

namespace signet::pipelines {
namespace {

/// 2,000 subjects; the young (x < 0) redeem "discount", the old "event".
class BanditStage : public StageWorld {
 protected:
  void SetUp() override {
    StageWorld::SetUp();
    Sql("CREATE TABLE population AS SELECT " + Subject("i") +
        " AS subject, ((i * 7919) % 2000 - 1000) / 1000.0 AS x, i % 2 = 0 AS flag FROM range(2000) "
        "t(i)");
    // Logged at random: half of them each.
    Sql("CREATE TABLE log AS SELECT subject, CASE WHEN (i * 31) % 4 < 2 THEN 'discount' ELSE "
        "'event' END AS action, CAST(0.5 AS DOUBLE) AS propensity, CAST(CASE WHEN (x < 0) = ((i * "
        "31) % 4 < 2) THEN 1.0 "
        "ELSE 0.0 END AS DOUBLE) AS reward FROM (SELECT *, row_number() OVER (ORDER BY subject) AS "
        "i FROM "
        "population)");
    const Schema population{{{"subject", ColumnType::kUuid, label_},
                             {"x", ColumnType::kDouble, label_},
                             {"flag", ColumnType::kBool, label_}}};
    const Schema log{{{"subject", ColumnType::kUuid, label_},
                      {"action", ColumnType::kText, label_},
                      {"propensity", ColumnType::kDouble, label_},
                      {"reward", ColumnType::kDouble, label_}}};
    inputs_ = {{"population", population}, {"log", log}};
  }
  static BanditStageOptions Options(const std::string& more) {
    const auto options = BanditStageOptions::FromJson(*Json::Parse(
        R"({"actions": ["discount", "event"], "context": ["x", "flag"])" + more + "}"));
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    return *options;
  }
  Result<Json> Run(const BanditStageOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunBandit(*connection_, options, inputs_, context_);
  }
  int64_t Right() {
    return Count(
        "SELECT count(*) FROM out o JOIN population p ON p.subject = o.subject WHERE "
        "(action = 'discount') = (x < 0)");
  }
};

TEST_F(BanditStage, LearnsWhoAnswersToWhatAndStillTriesTheOther) {
  const Result<Json> figures =
      Run(Options(R"(, "log": "log", "propensity": "propensity", "exploration": 0.1)"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ(Count("SELECT count(*) FROM out"), 2000);
  EXPECT_GT(Right(), 1800);
  EXPECT_LT(Right(), 2000) << "exploration is kept";
  // No propensity falls below exploration / actions.
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE propensity < 0.0499"), 0);
  EXPECT_EQ((*figures)["learnt_from"].AsInt(), 2000);
  const Json& off = (*figures)["off_policy"];
  EXPECT_GT(off["dr"]["low"].AsDouble(), off["logged"]["high"].AsDouble())
      << "the new policy is judged before it is live: " << off.Dump();
}

TEST_F(BanditStage, WithoutALogEveryActionHasItsChance) {
  const Result<Json> figures = Run(Options(""));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const int64_t discount = Count("SELECT count(*) FROM out WHERE action = 'discount'");
  EXPECT_GT(discount, 850);
  EXPECT_LT(discount, 1150);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE abs(propensity - 0.5) < 0.01"), 2000);
}

TEST_F(BanditStage, TheOrderOfRowsDoesNotMatter) {
  const BanditStageOptions options = Options(R"(, "log": "log", "policy": "linucb")");
  const std::string first = Run(options)->Dump();
  const std::string digest =
      "SELECT CAST(sum(hash(subject, action, propensity) % 1000003) AS BIGINT) FROM out";
  const int64_t rows = Count(digest);
  Sql("CREATE TABLE l AS SELECT * FROM log ORDER BY hash(subject); DROP TABLE log; ALTER TABLE l "
      "RENAME TO log");
  EXPECT_EQ(Run(options)->Dump(), first);
  EXPECT_EQ(Count(digest), rows);
}

TEST_F(BanditStage, BadInputIsAClearErrorOrADocumentedResult) {
  Sql("INSERT INTO log SELECT subject, 'gift', 0.5, 1.0 FROM population LIMIT 1");
  const Status unknown = Run(Options(R"(, "log": "log")")).status();
  EXPECT_EQ(unknown.code(), StatusCode::kInvalid);
  EXPECT_EQ(unknown.message().find("gift"), std::string::npos) << "no value of a row in an error";
  Sql("DELETE FROM log WHERE action = 'gift'");
  Sql("INSERT INTO log SELECT subject, 'event', 0.5, 'infinity'::DOUBLE FROM population LIMIT 1");
  EXPECT_EQ(Run(Options(R"(, "log": "log")")).status().code(), StatusCode::kInvalid);
  Sql("DELETE FROM log WHERE isinf(reward)");
  // Missing and constant context: the mean, and no weight.
  Sql("UPDATE population SET x = NULL WHERE flag");
  Sql("UPDATE population SET flag = TRUE");
  ASSERT_TRUE(Run(Options(R"(, "log": "log")")).ok());
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE isnan(propensity) OR isnan(expected)"), 0);
  EXPECT_FALSE(BanditStageOptions::FromJson(*Json::Parse(R"({"actions": ["a"]})")).ok());
  EXPECT_FALSE(BanditStageOptions::FromJson(*Json::Parse(R"({"actions": ["a", "a"]})")).ok());
}

}  // namespace
}  // namespace signet::pipelines
