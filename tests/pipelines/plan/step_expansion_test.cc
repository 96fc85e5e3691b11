#include "pipelines/plan/step_expansion.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class StepExpansion : public PlanWorld {
 protected:
  /// The ids of the document's own steps, in their order.
  static std::vector<std::string> StepsIn(const Plan& plan) {
    std::vector<std::string> ids;
    for (const PlannedStep& step : plan.steps) {
      if (step.line > 0 && step.op == "sql") ids.push_back(step.id);
    }
    return ids;
  }
  static std::string Document(const std::string& steps) { return kSources + ("steps:\n" + steps); }
  void Fragment(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes(text)).ok());
  }
  std::string ErrorOf(const std::string& steps) {
    const Result<Planned> planned = Make(Document(steps));
    return planned.ok() ? "" : planned.status().message();
  }
};

constexpr char kLoop[] =
    "  spend:\n"
    "    foreach: {shop: [north, south]}\n"
    "    uses: sql\n"
    "    purpose: analytics.churn\n"
    "    inputs: {o: orders}\n"
    "    sql: SELECT subject, sum(amount) AS spend FROM o WHERE shop = '${each.shop}' GROUP BY "
    "subject\n";

TEST_F(StepExpansion, AForeachIsOneStepForEachValue) {
  const Plan plan = MustPlan(Document(kLoop));
  EXPECT_EQ(StepsIn(plan), (std::vector<std::string>{"spend.north", "spend.south"}));
  EXPECT_NE(plan.Find("spend.south")->options["sql"].AsString().find("'south'"), std::string::npos);
}

TEST_F(StepExpansion, SeveralNamesMakeTheirProductAndAParameterMayGiveTheList) {
  std::string loop = kLoop;
  loop.replace(loop.find("[north, south]"), 14, "\"${shops}\", floor: ['1', '2']");
  std::string document = Document(loop);
  document.replace(
      document.find("params:\n"), 8, "params:\n  shops: {type: text, default: 'a, b'}\n");
  EXPECT_EQ(StepsIn(MustPlan(document)),
            (std::vector<std::string>{"spend.a.1", "spend.a.2", "spend.b.1", "spend.b.2"}));
}

TEST_F(StepExpansion, AStepMayReadOneOfAForeachByItsName) {
  std::string loops(kLoop);
  loops +=
      "  more:\n"
      "    foreach: {shop: [north, south]}\n"
      "    uses: sql\n"
      "    purpose: analytics.churn\n"
      "    from: spend.${each.shop}\n"
      "    sql: SELECT subject, spend + 1 AS spend FROM input\n";
  const Plan plan = MustPlan(Document(loops));
  EXPECT_EQ(plan.Find("more.south")->inputs[0].dataset, "spend.south");
}

TEST_F(StepExpansion, APublicationMayNameAllSegmentsOfAForeach) {
  std::string whole = Whole();
  const size_t steps = whole.find("steps:\n") + 7;
  whole.insert(steps,
               "  tiers:\n"
               "    foreach: {least: ['1', '5']}\n"
               "    uses: segment\n"
               "    purpose: marketing.segmentation\n"
               "    from: profile\n"
               "    where: length(tier) > ${each.least}\n");
  const size_t list = whole.find("segments: [");
  ASSERT_NE(list, std::string::npos);
  whole.insert(list + 11, "tiers, ");
  const Plan plan = MustPlan(whole);
  int found = 0;
  for (const PlannedInput& input : plan.steps.back().inputs) {
    found += input.dataset == "tiers.1" || input.dataset == "tiers.5" ? 1 : 0;
  }
  EXPECT_EQ(found, 2);
}

TEST_F(StepExpansion, AForeachThatMakesNoSenseIsRefusedWhereItStands) {
  for (const char* wrong : {"[]", "[a, a]", "['x y']", "{a: b}"}) {
    std::string loop = kLoop;
    loop.replace(loop.find("[north, south]"), 14, wrong);
    EXPECT_NE(ErrorOf(loop).find("SIG-1216"), std::string::npos) << wrong << ErrorOf(loop);
  }
  std::string many = "[";
  for (int i = 0; i < 1'200; ++i) many += (i > 0 ? ", v" : "v") + std::to_string(i);
  std::string loop = kLoop;
  loop.replace(loop.find("[north, south]"), 14, many + "]");
  EXPECT_NE(ErrorOf(loop).find("or more"), std::string::npos);
}

constexpr char kFragment[] =
    "signet: 1\n"
    "fragment: spend_block\n"
    "inputs: [orders]\n"
    "output: rich\n"
    "params: {least: {type: number, default: 10}}\n"
    "steps:\n"
    "  total:\n"
    "    uses: sql\n"
    "    purpose: analytics.churn\n"
    "    inputs: {o: orders}\n"
    "    sql: SELECT subject, sum(amount) AS spend FROM o GROUP BY subject\n"
    "  rich:\n"
    "    uses: sql\n"
    "    purpose: analytics.churn\n"
    "    from: total\n"
    "    sql: SELECT subject, spend FROM input WHERE spend > $least\n";

constexpr char kUse[] =
    "  block: {uses: pipeline, file: block.yaml, inputs: {orders: orders}, params: {least: 25}}\n"
    "  after:\n"
    "    uses: sql\n"
    "    purpose: analytics.churn\n"
    "    from: block\n"
    "    sql: SELECT subject, spend FROM input WHERE spend > 100\n";

TEST_F(StepExpansion, AFragmentsStepsBecomeStepsOfThePipeline) {
  Fragment("block.yaml", kFragment);
  const Plan plan = MustPlan(Document(kUse));
  EXPECT_EQ(StepsIn(plan), (std::vector<std::string>{"block.total", "block.rich", "after"}));
  EXPECT_EQ(plan.Find("block.rich")->inputs[0].dataset, "block.total");
  EXPECT_EQ(plan.Find("block.total")->inputs[0].dataset, "orders");
  EXPECT_EQ(plan.Find("after")->inputs[0].dataset, "block.rich");
  EXPECT_NE(plan.Find("block.rich")->options["sql"].AsString().find("> 25"), std::string::npos);
  EXPECT_NE(plan.Find("block.rich")->file.find("block.yaml"), std::string::npos);
}

TEST_F(StepExpansion, AnErrorInAFragmentIsShownInTheFragment) {
  std::string fragment = kFragment;
  fragment.replace(fragment.find("sum(amount)"), 11, "sum(amoun)");
  Fragment("block.yaml", fragment);
  EXPECT_NE(ErrorOf(kUse).find("block.yaml:"), std::string::npos) << ErrorOf(kUse);
}

TEST_F(StepExpansion, AFragmentThatDoesNotFitIsRefusedWhereItIsUsed) {
  EXPECT_NE(ErrorOf(kUse).find("SIG-1217"), std::string::npos) << "there is no such file";
  Fragment("block.yaml", kFragment);
  std::string use = kUse;
  use.replace(use.find("{orders: orders}"), 16, "{other: orders}");
  EXPECT_NE(ErrorOf(use).find("'orders'"), std::string::npos) << ErrorOf(use);
  use = kUse;
  use.replace(use.find("least: 25"), 9, "most: 25");
  EXPECT_NE(ErrorOf(use).find("SIG-3014"), std::string::npos) << ErrorOf(use);
  // One that uses itself ends.
  Fragment("block.yaml",
           "signet: 1\nfragment: loop\ninputs: [orders]\nsteps:\n"
           "  again: {uses: pipeline, file: block.yaml, inputs: {orders: orders}}\n");
  use = kUse;
  use.replace(use.find(", params: {least: 25}"), 21, "");
  EXPECT_NE(ErrorOf(use).find("too deeply"), std::string::npos) << ErrorOf(use);
}

}  // namespace
}  // namespace signet::pipelines
