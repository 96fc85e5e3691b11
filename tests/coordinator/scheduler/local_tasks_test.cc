#include <optional>
#include <string>

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

StepSpec Approval(int persons) {
  StepSpec step = Step("ok", 1, {On("a")});
  step.local = true;
  step.approvals = persons;
  return step;
}

TEST(LocalTasks, FourEyesMeansSomebodyElse) {
  World world;
  world.Join("w", 1);
  RunSpec run = RunOf("r", {Step("a", 1), Approval(2), Step("b", 1, {On("ok")})});
  run.owner = "anna";
  world.Submit(run);
  const auto check = [&](const std::string& who) {
    return world.scheduler.CheckApproval(RunId("r"), StepId("ok"), who).code();
  };
  EXPECT_EQ(check("ben"), StatusCode::kConflict) << "nothing to approve yet";
  world.Do(TaskSucceeded{world.Tick().at(0).fence, 0});
  EXPECT_TRUE(world.Tick().empty());
  EXPECT_FALSE(world.scheduler.NextLocal().has_value());
  EXPECT_EQ(check("anna"), StatusCode::kDenied);
  ASSERT_EQ(check("ben"), StatusCode::kOk);
  world.Do(ApproveStep{RunId("r"), StepId("ok"), "ben"});
  EXPECT_EQ(check("ben"), StatusCode::kConflict);
  const auto why = world.scheduler.Why(RunId("r"), StepId("ok"), 0, world.now);
  EXPECT_NE(why->find("2 person(s) other than 'anna'; given by ben"), std::string::npos) << *why;
  EXPECT_TRUE(world.Tick().empty());
  world.Do(ApproveStep{RunId("r"), StepId("ok"), "cleo"});
  EXPECT_EQ(world.Tick().size(), 1U);
}

TEST(LocalTasks, WhatIsKnownIsNotComputed) {
  World world;
  world.Join("w", 4);
  StepSpec cached = Step("a", 2);
  cached.cached = true;
  world.Submit(RunOf("r", {cached}));
  EXPECT_TRUE(world.Tick().empty()) << "nobody was asked yet";
  const std::optional<TaskRef> first = world.scheduler.NextLocal();
  ASSERT_TRUE(first && world.scheduler.IsCached(*first));
  world.Do(ResultKnown{*first, 7});
  const std::optional<TaskRef> second = world.scheduler.NextLocal();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->task, 1);
  world.Do(ResultUnknown{*second});
  EXPECT_FALSE(world.scheduler.NextLocal().has_value());
  const std::vector<TaskRef> granted = world.Tick();
  ASSERT_EQ(granted.size(), 1U);
  // A cache and retries go together: the second attempt asks again, and then runs.
  world.Do(TaskFailed{granted[0].fence, Unavailable("x")});
  world.Pass(60'000);
  world.Join("w", 4);
  EXPECT_TRUE(world.Tick().empty());
  world.Do(ResultUnknown{*world.scheduler.NextLocal()});
  world.Do(TaskSucceeded{world.Tick().at(0).fence, 3});
  const RunView view = world.View("r");
  EXPECT_EQ(view.state, RunState::kSucceeded);
  EXPECT_EQ(view.steps[0].rows, 10);
  EXPECT_EQ(view.steps[0].attempts, 2);
}

}  // namespace
}  // namespace signet::coordinator
