#include "pipelines/decisions/uplift_stage.h"

#include "tests/pipelines/decisions/stage_world.h"

namespace signet::pipelines {
namespace {

class UpliftStage : public StageWorld {
 protected:
  /// 6,000 participants, 1,000 others; the mail helps the young only.
  void SetUp() override {
    StageWorld::SetUp();
    Sql("CREATE TABLE features AS SELECT " + Subject("i") +
        " AS subject, CASE WHEN i >= 6000 THEN NULL WHEN (i * 7919) % 13 < 6 THEN 'none' ELSE "
        "'mail' END AS arm, (i * 31) % 60 + 18 AS age, (i * 17) % 11 AS orders, CASE WHEN i >= "
        "6000 THEN NULL ELSE (i * 104729) % 1000 < 200 + CASE WHEN (i * 7919) % 13 >= 6 AND (i * "
        "31) % 60 < 25 THEN 300 ELSE 0 END END AS bought FROM range(7000) t(i)");
    inputs_ = {{"features",
                {{{"subject", ColumnType::kUuid, label_},
                  {"arm", ColumnType::kText, label_},
                  {"age", ColumnType::kInt64, label_},
                  {"orders", ColumnType::kInt64, label_},
                  {"bought", ColumnType::kBool, label_}}}}};
  }
  Result<Json> Run(const std::string& json) {
    Sql("DROP TABLE IF EXISTS out");
    const auto options = UpliftStageOptions::FromJson(*Json::Parse(json));
    if (!options.ok()) return options.status();
    return RunUplift(*connection_, *options, inputs_, context_);
  }
};

constexpr char kOptions[] =
    R"({"arm": "arm", "control": "none", "treatment": "mail", "outcome": "bought"})";

TEST_F(UpliftStage, ScoresEverybodyAndJudgesTheRanking) {
  const auto figures = Run(kOptions);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_TRUE((*figures)["uplift_found"].AsBool());
  EXPECT_EQ(Count("SELECT count(*) FROM out"), 7000);
  EXPECT_GT(Count("SELECT CAST(1000 * (avg(uplift) FILTER (age < 43) - avg(uplift) FILTER (age >= "
                  "43)) AS BIGINT) FROM out JOIN features USING (subject)"),
            150);
  ExpectColumns(
      *UpliftOutputSchema(*UpliftStageOptions::FromJson(*Json::Parse(kOptions)), inputs_));
}

TEST_F(UpliftStage, WithoutUpliftEverybodyMayGetNothing) {
  Sql("UPDATE features SET bought = (hash(subject) % 5 = 0) WHERE arm IS NOT NULL");
  const auto figures = Run(
      R"({"arm": "arm", "control": "none", "treatment": "mail", "outcome": "bought",
          "require_uplift": true})");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  if (!(*figures)["uplift_found"].AsBool()) {
    EXPECT_EQ(Count("SELECT count(*) FROM out WHERE uplift <> 0"), 0);
  }
}

TEST_F(UpliftStage, NamesWhatIsWrong) {
  EXPECT_FALSE(UpliftStageOptions::FromJson(*Json::Parse(R"({"arm": "arm"})")).ok());
  EXPECT_FALSE(
      Run(R"({"arm": "arm", "control": "none", "treatment": "sms", "outcome": "bought"})").ok());
  Sql("INSERT INTO features SELECT * FROM features LIMIT 1");
  EXPECT_FALSE(Run(kOptions).ok());
}

}  // namespace
}  // namespace signet::pipelines
