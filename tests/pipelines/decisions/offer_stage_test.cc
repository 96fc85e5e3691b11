#include "pipelines/decisions/offer_stage.h"

#include "tests/pipelines/decisions/stage_world.h"

namespace signet::pipelines {
namespace {

class NextBestOfferStage : public StageWorld {
 protected:
  void SetUp() override {
    StageWorld::SetUp();
    Sql("CREATE TABLE candidates AS SELECT " + Subject("i // 3") +
        " AS subject, ['points', 'coupon', 'call'][1 + i % 3] AS offer, 1.0 + (i * 37 % 101) / "
        "20.0 AS value, (i // 3) % 5 AS contacts FROM range(3000) t(i);"
        "CREATE TABLE offers AS SELECT * FROM (VALUES ('points', 0.5, NULL), ('coupon', 1.0, 200), "
        "('call', 3.0, 50)) t(offer, cost, uses)");
    inputs_ = {{"candidates",
                {{{"subject", ColumnType::kUuid, label_},
                  {"offer", ColumnType::kText, label_},
                  {"value", ColumnType::kDouble, label_},
                  {"contacts", ColumnType::kInt64, label_}}}},
               {"offers",
                {{{"offer", ColumnType::kText, label_},
                  {"cost", ColumnType::kDouble, label_},
                  {"uses", ColumnType::kInt64, label_}}}}};
  }
  Result<Json> Run(const std::string& json) {
    Sql("DROP TABLE IF EXISTS out");
    const auto options = NextBestOfferOptions::FromJson(*Json::Parse(json));
    if (!options.ok()) return options.status();
    return RunNextBestOffer(*connection_, *options, inputs_, context_);
  }
};

constexpr char kAll[] =
    R"({"cost": "cost", "limit": "uses", "budget": 500, "contacts": "contacts",
        "contacts_max": 4})";

TEST_F(NextBestOfferStage, KeepsBudgetUsesAndCaps) {
  const auto figures = Run(kAll);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_LE(Count("SELECT count(*) FROM out WHERE offer = 'coupon'"), 200);
  EXPECT_LE(Count("SELECT count(*) FROM out WHERE offer = 'call'"), 50);
  EXPECT_LE(Count("SELECT CAST(sum(cost) AS BIGINT) FROM out JOIN offers USING (offer)"), 500);
  EXPECT_EQ(Count("SELECT count(*) - count(DISTINCT subject) FROM out"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM out JOIN candidates USING (subject, offer) WHERE contacts "
                  ">= 4"),
            0);
  EXPECT_GT((*figures)["value"].AsDouble(), 0.9 * (*figures)["bound"].AsDouble());
  ExpectColumns(
      *NextBestOfferOutputSchema(*NextBestOfferOptions::FromJson(*Json::Parse(kAll)), inputs_));
}

TEST_F(NextBestOfferStage, KeepsExploringWithTruePropensities) {
  ASSERT_TRUE(Run(R"({"exploration": 0.3})").ok());
  const int64_t explored = Count("SELECT count(*) FROM out WHERE explored");
  EXPECT_NEAR(static_cast<double>(explored), 300, 50);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE propensity < 0.0999 OR propensity > 1"), 0);
  // Each subject's best offer keeps 0.7 + 0.1 of the chance.
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE NOT explored AND abs(propensity - 0.8) > 1e-9"),
            0);
}

TEST_F(NextBestOfferStage, DoesNotDependOnRowOrder) {
  ASSERT_TRUE(Run(kAll).ok());
  Sql("CREATE OR REPLACE TABLE first AS SELECT * FROM out;"
      "CREATE OR REPLACE TABLE candidates AS SELECT * FROM candidates ORDER BY value DESC");
  ASSERT_TRUE(Run(kAll).ok());
  EXPECT_EQ(Count("SELECT count(*) FROM ((SELECT * FROM out EXCEPT SELECT * FROM first) UNION ALL "
                  "(SELECT * FROM first EXCEPT SELECT * FROM out))"),
            0);
}

TEST_F(NextBestOfferStage, NamesWhatIsWrong) {
  EXPECT_FALSE(Run(R"({"budget": 5})").ok());
  EXPECT_FALSE(Run(R"({"per_subject": 2})").ok());
  Sql("DELETE FROM offers WHERE offer = 'call'");
  EXPECT_FALSE(Run(kAll).ok());
}

}  // namespace
}  // namespace signet::pipelines
