// What the scheduler is told of a plan, and what the cache's key depends on.
#include <string>

#include "coordinator/binding/plan_binder.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

class PlanSpec : public SmallPlan {
 protected:
  RunSpec SpecOf(const pipelines::Planned& planned, const std::set<std::string>& recompute = {}) {
    LedgerBook ledger(*state_);
    PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
    binder.Recompute(recompute, /*all=*/false);
    RunSpec spec = binder.Spec();
    EXPECT_TRUE(CheckRunSpec(spec).ok()) << CheckRunSpec(spec).message();
    return spec;
  }
  static StepSpec StepOf(const RunSpec& spec, const std::string& id) {
    for (const StepSpec& step : spec.steps) {
      if (step.id.text() == id) return step;
    }
    ADD_FAILURE() << "no step " << id;
    return {};
  }
};

TEST_F(PlanSpec, OnlyPureStepsAreCachedAndThoseToBeRecomputedAreNot) {
  const pipelines::Planned planned = Plan();
  const RunSpec spec = SpecOf(planned);
  EXPECT_TRUE(StepOf(spec, "profile").cached);
  EXPECT_TRUE(StepOf(spec, "buyers").cached);
  for (const char* step : {"tokenise.orders", "resolve", "gate.orders", "consent"}) {
    EXPECT_FALSE(StepOf(spec, step).cached) << step;
  }
  EXPECT_FALSE(StepOf(SpecOf(planned, {"buyers"}), "buyers").cached);
}

TEST_F(PlanSpec, TheKeysOfAStepReachTheScheduler) {
  const pipelines::Planned planned = Plan(
      "    retry: {failures: 7}\n    timeout: {start: 5s}\n    pool: narrow\n"
      "    needs: {labels: [gpu]}\n    approvals: 2\n",
      ", pools: {narrow: 3}, timeout: 2h, priority: 4");
  const RunSpec spec = SpecOf(planned);
  const StepSpec buyers = StepOf(spec, "buyers");
  EXPECT_EQ(buyers.retry.failures_max, 7);
  EXPECT_EQ(buyers.timeouts.start_ms, 5'000);
  EXPECT_EQ(buyers.pool, "narrow");
  EXPECT_EQ(buyers.needs.labels, std::vector<std::string>{"gpu"});
  EXPECT_EQ(spec.pools.at("narrow"), 3);
  EXPECT_EQ(spec.total_ms, 7'200'000);
  EXPECT_EQ(spec.priority, 4);
  // Two persons agree before it begins, and after what it waits for.
  const StepSpec approval = StepOf(spec, "buyers.approval");
  EXPECT_EQ(approval.approvals, 2);
  bool after_profile = false;
  for (const Dependency& edge : approval.after) {
    after_profile = after_profile || edge.step.text() == "profile";
  }
  EXPECT_TRUE(after_profile);
  bool waits = false;
  for (const Dependency& edge : buyers.after) waits = waits || edge.step == approval.id;
  EXPECT_TRUE(waits);
}

TEST_F(PlanSpec, WhatIsNotKnownIsNotInTheCache) {
  const pipelines::Planned planned = Plan();
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  crypto::WriteBatch batch;
  ASSERT_TRUE(binder.RunAccepted(RunId("r"), batch).ok());
  Write(batch);
  binder.BatchWritten(/*durable=*/true);
  TaskRef task;
  task.run = RunId("r");
  task.step = StepId("profile");
  const auto found = binder.LookUp(task);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_FALSE(found->has_value());
}

}  // namespace
}  // namespace signet::coordinator
