#include "pipelines/plan/derivation.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using DerivationTest = PlanWorld;

const Json* DatasetOf(const Plan& plan, const std::string& name) {
  for (const Json& dataset : plan.derivation.items()) {
    if (dataset["dataset"].AsString() == name) return &dataset;
  }
  return nullptr;
}

TEST_F(DerivationTest, OfSqlIsExact) {
  const Plan plan = MustPlan(
      Steps("  a: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT "
            "subject, tier, birth_date AS born FROM c WHERE country = 'FI'\"}\n"));
  const std::vector<ColumnSources> sources = SourcesOf(At(plan, "a"));
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[1].values, (std::set<std::string>{"crm.tier"}));
  EXPECT_EQ(sources[1].indirect, (std::set<std::string>{"crm.country"}));
  EXPECT_EQ(sources[2].values, (std::set<std::string>{"crm.birth_date"}));
}

TEST_F(DerivationTest, OfOtherOperatorsFollowsOrigins) {
  const Plan plan = MustPlan(Whole());
  const std::vector<ColumnSources> sources = SourcesOf(At(plan, "gold"));
  ASSERT_GE(sources.size(), 2U);
  EXPECT_EQ(sources[1].values.count("profile.tier"), 1U) << "the condition's column";
  EXPECT_TRUE(SourcesOf(At(plan, "gate.crm")).empty());
}

TEST_F(DerivationTest, NamesOperatorPurposeBasisAndRetention) {
  const Plan plan = MustPlan(Whole());
  const Json* dataset = DatasetOf(plan, "profile");
  ASSERT_NE(dataset, nullptr);
  EXPECT_EQ((*dataset)["operator"].AsString(), "sql");
  EXPECT_EQ((*dataset)["purpose"].AsString(), "marketing.segmentation");
  EXPECT_GT((*dataset)["retention"]["seconds"].AsInt(), 0);
  EXPECT_NE((*dataset)["retention"]["rule"].AsString().find("retention.features"),
            std::string::npos);
  for (const Json& column : (*dataset)["columns"].items()) {
    if (column["name"].AsString() != "tier") continue;
    ASSERT_EQ(column["bases"].size(), 2U) << "one of each law";
    EXPECT_EQ(column["bases"].items()[1]["basis"].AsString(), "consent");
    EXPECT_NE(column["bases"].items()[1]["rule"].AsString().find("gdpr.yaml:"), std::string::npos);
    EXPECT_FALSE(column["label"]["jurisdictions"].AsStrings().empty());
    EXPECT_FALSE(column["label"]["bases"].AsStrings().empty());
  }
}

TEST_F(DerivationTest, IsPartOfThePlansDigest) {
  const Plan plan = MustPlan(Whole());
  Plan other = plan;
  other.derivation = Json(Json::Array());
  EXPECT_NE(plan.Digest(), other.Digest());
}

}  // namespace
}  // namespace signet::pipelines
