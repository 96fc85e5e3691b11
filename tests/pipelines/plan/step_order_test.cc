#include "pipelines/plan/step_order.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using StepOrderTest = PlanWorld;

size_t PlaceOf(const Plan& plan, const std::string& step) {
  const auto at = std::find_if(plan.steps.begin(), plan.steps.end(), [&](const PlannedStep& other) {
    return other.id == step;
  });
  return static_cast<size_t>(at - plan.steps.begin());
}

TEST_F(StepOrderTest, StepsComeAfterWhatTheyRead) {
  const Plan plan =
      MustPlan(Steps("  last: {uses: sql, purpose: analytics.churn, inputs: {m: middle}, sql: "
                     "SELECT subject FROM m}\n"
                     "  middle: {uses: sql, purpose: analytics.churn, inputs: {f: first}, sql: "
                     "SELECT subject FROM f}\n"
                     "  first: {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: "
                     "SELECT subject FROM o}\n"));
  EXPECT_LT(PlaceOf(plan, "first"), PlaceOf(plan, "middle"));
  EXPECT_LT(PlaceOf(plan, "middle"), PlaceOf(plan, "last"));
  EXPECT_LT(PlaceOf(plan, "last"), plan.steps.size());
}

TEST_F(StepOrderTest, ACycleIsOneError) {
  ExpectOneError(
      "SIG-3006",
      "sig_3006",
      Steps(
          "  a: {uses: sql, purpose: analytics.churn, inputs: {x: b}, sql: SELECT subject FROM x}\n"
          "  b: {uses: sql, purpose: analytics.churn, inputs: {x: a}, sql: SELECT subject FROM x}\n"
          "  c: {uses: sql, purpose: analytics.churn, inputs: {x: b}, sql: SELECT subject FROM "
          "x}\n"));
}

TEST(DatasetsOf, APublicationReadsItsSegments) {
  StepDecl step;
  step.uses = "publish";
  step.inputs.push_back({"a", "orders", {}});
  step.options.value = Json::Of({{"segments", Json::Strings({"gold", "silver"})}});
  EXPECT_EQ(DatasetsOf(step), (std::vector<std::string>{"orders", "gold", "silver"}));
}

}  // namespace
}  // namespace signet::pipelines
