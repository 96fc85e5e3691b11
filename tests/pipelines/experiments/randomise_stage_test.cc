#include "pipelines/experiments/randomise_stage.h"

#include <map>
#include <string>

#include "tests/pipelines/experiments/rows_world.h"

namespace signet::pipelines {
namespace {

class RandomiseStage : public RowsWorld {
 protected:
  void SetUp() override {
    RowsWorld::SetUp();
    Table(
        "SELECT ('00000000-0000-0000-0000-' || lpad(CAST(i AS VARCHAR), 12, '0'))::UUID AS "
        "subject, CASE WHEN i % 4 = 0 THEN 'gold' ELSE 'basic' END AS tier FROM range(2000) t(i)");
    inputs_ = {{"input", {{{"subject", ColumnType::kUuid, {}}, {"tier", ColumnType::kText, {}}}}}};
    context_.as_of = *TimestampFromText("2026-05-01");
  }
  Result<Json> Run(const std::string& more) {
    static_cast<void>(connection_->Execute("DROP TABLE IF EXISTS out"));
    const auto options = RandomiseOptions::FromJson(*Json::Parse(
        R"({"population": "input", "experiment": "spring", "salt": "s", "arms": {"a": 1, "b": 3})" +
        more + "}"));
    if (!options.ok()) return options.status();
    return RunRandomise(*connection_, *options, inputs_, context_);
  }
  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }

  std::map<std::string, Schema> inputs_;
  StageContext context_;
};

TEST_F(RandomiseStage, AssignsEverybodyTheSameArmAgain) {
  const auto figures = Run("");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_NEAR(static_cast<double>((*figures)["arms"]["a"].AsInt()), 500, 80);
  ASSERT_TRUE(connection_->Execute("CREATE TABLE first AS SELECT * FROM out").ok());
  ASSERT_TRUE(connection_->Execute("DELETE FROM input WHERE tier = 'gold'").ok());
  ASSERT_TRUE(Run("").ok());
  EXPECT_EQ(Count("SELECT count(*) FROM out"), 1500);
  EXPECT_EQ(Count("SELECT count(*) FROM out JOIN first USING (subject, arm)"), 1500);
}

TEST_F(RandomiseStage, StrataAreExact) {
  ASSERT_TRUE(Run(R"(, "strata": "tier")").ok());
  EXPECT_EQ(Count("SELECT count(*) FROM out JOIN input USING (subject) WHERE arm = 'a' AND tier = "
                  "'gold'"),
            125);
}

TEST_F(RandomiseStage, CountsWhoTakesNoPart) {
  const auto figures = Run(R"(, "holdout": 0.1, "range_to": 0.5)");
  ASSERT_TRUE(figures.ok());
  const Json& f = *figures;
  EXPECT_NEAR(static_cast<double>(f["holdout"].AsInt()), 200, 50);
  EXPECT_EQ(f["holdout"].AsInt() + f["other_traffic"].AsInt() + Count("SELECT count(*) FROM out"),
            2000);
  EXPECT_EQ(f["design_digest"].AsString().size(), 64U);
}

TEST_F(RandomiseStage, RefusesADesignThatIsNone) {
  EXPECT_FALSE(Run(R"(, "range_from": 0.6, "range_to": 0.5)").ok());
  EXPECT_FALSE(Run(R"(, "strata": "nowhere")").ok());
}

}  // namespace
}  // namespace signet::pipelines
