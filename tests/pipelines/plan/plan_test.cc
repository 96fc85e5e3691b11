#include "pipelines/plan/plan.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/primitives/sha256.h"
#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using PlanTest = PlanWorld;

TEST_F(PlanTest, TheSameDocumentGivesTheSameDigest) {
  const Plan first = MustPlan(Whole());
  EXPECT_EQ(first.Digest().size(), 64U);
  EXPECT_EQ(first.Digest(), MustPlan(Whole()).Digest());
}

TEST_F(PlanTest, TheDigestIsThatOfTheCanonicalJson) {
  for (const std::string& document :
       {Whole(), Replaced(Whole(), "tier = 'gold'", "tier = 'b\u00e9'")}) {
    const Plan plan = MustPlan(document);
    EXPECT_EQ(plan.Digest(), ToHex(crypto::Sha256::Of(AsBytes(plan.ToJson().Dump()))));
  }
  const Plan empty;
  EXPECT_EQ(empty.Digest(), ToHex(crypto::Sha256::Of(AsBytes(empty.ToJson().Dump()))));
}

TEST_F(PlanTest, CommentsAndOrderOfStepsDoNotChangeWhatIsComputed) {
  EXPECT_EQ(MustPlan(Whole()).Digest(), MustPlan("# a comment\n" + Whole()).Digest());
}

TEST_F(PlanTest, EverythingThatDecidesTheResultChangesTheDigest) {
  const std::string digest = MustPlan(Whole()).Digest();
  EXPECT_NE(MustPlan(Whole(), {{"horizon", "30d"}}).Digest(), digest);
  EXPECT_NE(MustPlan(Whole(), {{"as_of", "2026-01-02"}}).Digest(), digest);
  EXPECT_NE(MustPlan(Replaced(Whole(), "partitions: 4", "partitions: 5")).Digest(), digest);
  EXPECT_NE(MustPlan(Replaced(Whole(), "partitions: 4", "partitions: 4, seed: 2")).Digest(),
            digest);
  EXPECT_NE(MustPlan(Replaced(Whole(), "tier = 'gold'", "tier = 'blue'")).Digest(), digest);
  EXPECT_NE(MustPlan(Replaced(Whole(), "[gdpr, ccpa]", "[gdpr]")).Digest(), digest);
}

TEST_F(PlanTest, FindKnowsEveryStepAndNoOther) {
  const Plan plan = MustPlan(Whole());
  for (const PlannedStep& step : plan.steps) EXPECT_EQ(plan.Find(step.id), &step);
  EXPECT_EQ(plan.Find("nobody"), nullptr);
}

TEST_F(PlanTest, TheJsonNamesStepsPublicationsAndDerivation) {
  const Json json = MustPlan(Whole()).ToJson();
  EXPECT_EQ(json["pipeline"].AsString(), "small");
  EXPECT_EQ(json["publications"].items().at(0)["recipient"].AsString(), "email_platform");
  EXPECT_EQ(json["steps"].items().back()["id"].AsString(), "publish");
  EXPECT_FALSE(json["derivation"].items().empty());
  const Result<Json> again = Json::Parse(json.Dump());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(*again == json);
}

}  // namespace
}  // namespace signet::pipelines
