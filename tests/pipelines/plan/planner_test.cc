#include "pipelines/plan/planner.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using PlannerTest = PlanWorld;

const Json* ColumnOf(const Plan& plan, const std::string& dataset, const std::string& column) {
  for (const Json& entry : plan.derivation.items()) {
    if (entry["dataset"].AsString() != dataset) continue;
    for (const Json& item : entry["columns"].items()) {
      if (item["name"].AsString() == column) return &item;
    }
  }
  return nullptr;
}

TEST_F(PlannerTest, TheDerivationTellsOriginLabelAndRuleOfEveryColumn) {
  const Plan plan = MustPlan(Whole());
  const Json* column = ColumnOf(plan, "profile", "birth_date");
  ASSERT_NE(column, nullptr);
  EXPECT_EQ((*column)["label"]["origins"].AsStrings(), std::vector<std::string>{"crm.birth_date"});
  const Json& rule = (*column)["rules"].items().at(0);
  EXPECT_EQ(rule["treatment"].AsString(), "generalise");
  EXPECT_NE(rule["rule"].AsString().find(".yaml:"), std::string::npos);
  EXPECT_NE(rule["article"].AsString(), "");
}

TEST_F(PlannerTest, ThePlanForPeopleSaysWhatIsReadAndUntilWhen) {
  const std::string text = PlanText(MustPlan(Whole()));
  EXPECT_NE(text.find("pipeline small, as of 2026-01-01, 4 partitions\n"), std::string::npos);
  EXPECT_NE(text.find("history  (features, 4 tasks, for analytics.churn)"), std::string::npos);
  EXPECT_NE(text.find("reads orders: subject, order_id, ordered_at, amount; before "
                      "2025-10-03T00:00:00Z; only subjects whom the purpose may use"),
            std::string::npos)
      << text;
}

TEST_F(PlannerTest, AMissingPipelineIsNotFound) {
  PlanRequest request;
  request.file = scratch_.path() / "absent.yaml";
  request.bundles = "policies/bundles";
  const Result<Planned> planned = MakePlan(request);
  ASSERT_FALSE(planned.ok());
  EXPECT_NE(planned.status().message().find("absent.yaml"), std::string::npos);
}

TEST_F(PlannerTest, AnUnknownPolicyIsRefused) {
  const Result<Planned> planned = Make(Replaced(kSources, "[gdpr, ccpa]", "[gdrp]"));
  ASSERT_FALSE(planned.ok());
  EXPECT_NE(planned.status().message().find("gdrp"), std::string::npos);
}

TEST_F(PlannerTest, TestStatesMayLowerTheGroupSize) {
  PlanRequest request;
  request.file = scratch_.path() / "p.yaml";
  ASSERT_TRUE(WriteFileAtomically(request.file, AsBytes(Whole())).ok());
  request.bundles = "policies/bundles";
  request.find_files = false;
  request.min_group_for_tests = 3;
  const Result<Planned> planned = MakePlan(request);
  ASSERT_TRUE(planned.ok()) << planned.status().message();
  EXPECT_EQ(At(planned->plan, "publish").task_options.at(0)["min_group"].AsInt(), 3);
}

TEST_F(PlannerTest, ThePipelinesShippedAreValid) {
  for (const char* name : {"loyalty", "complete_journey", "cafe_rewards"}) {
    PlanRequest request;
    request.file = "pipelines/definitions/" + std::string(name) + ".yaml";
    request.params = {{"data", "/nowhere"}};
    request.bundles = "policies/bundles";
    request.find_files = false;
    const Result<Planned> planned = MakePlan(request);
    EXPECT_TRUE(planned.ok()) << name << ": " << planned.status().message();
  }
}

TEST_F(PlannerTest, FiveHundredStepsArePlanned) {
  std::string steps;
  for (int i = 0; i < 500; ++i) {
    const std::string from = i % 10 == 0 ? "orders" : "s" + std::to_string(i - 1);
    steps += "  s" + std::to_string(i) +
             ": {uses: sql, purpose: analytics.churn, inputs: {o: " + from +
             "}, sql: \"SELECT subject, amount + 1 AS amount FROM o\"}\n";
  }
  const Plan plan = MustPlan(Steps(steps));
  EXPECT_EQ(plan.steps.size(), 507U);
}

}  // namespace
}  // namespace signet::pipelines
