#include "coordinator/scheduler/scheduler.h"
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Scheduler, APartitionwiseTaskWaitsForItsOwnPartitionOnly) {
  World world;
  world.Join("w", 8);
  world.Submit(RunOf(
      "r",
      {Step("a", 3), Step("b", 3, {On("a", /*partitionwise=*/true)}), Step("c", 1, {On("b")})}));
  const auto first = world.Tick();
  ASSERT_EQ(first.size(), 3U);
  world.Do(TaskSucceeded{first[1].fence, 10});
  const auto second = world.Tick();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].Text(), "r/b/1");
  world.Do(TaskSucceeded{second[0].fence, 0});
  EXPECT_TRUE(world.Tick().empty()) << "c must wait for all of b";
  EXPECT_EQ(*world.scheduler.Why(RunId("r"), StepId("c"), 0, world.now),
            "waits for 'b' (1 of 3 done) to finish");
  world.Do(TaskSucceeded{first[0].fence, 1});
  world.Do(TaskSucceeded{first[2].fence, 1});
  for (const TaskRef& task : world.Tick()) world.Do(TaskSucceeded{task.fence, 0});
  const auto last = world.Tick();
  ASSERT_EQ(last.size(), 1U);
  world.Do(TaskSucceeded{last[0].fence, 0});
  EXPECT_EQ(world.endings, std::vector<RunState>{RunState::kSucceeded});
  EXPECT_EQ(world.View("r").steps[0].rows, 12);
}

TEST(Scheduler, AFailureSkipsWhatDependsOnItAndNothingElse) {
  World world;
  world.Join("w", 8);
  world.Submit(RunOf(
      "r", {Step("a", 2), Step("b", 1, {On("a")}), Step("c", 1, {On("b")}), Step("other", 1)}));
  const auto tasks = world.Tick();
  ASSERT_EQ(tasks.size(), 3U);
  world.Do(TaskFailed{tasks[0].fence, Invalid("bad")});
  EXPECT_TRUE(world.endings.empty()) << "a task of it still runs";
  world.Do(TaskSucceeded{tasks[1].fence, 0});
  world.Do(TaskSucceeded{tasks[2].fence, 0});
  const RunView view = world.View("r");
  EXPECT_EQ(view.state, RunState::kFailed);
  EXPECT_EQ(view.steps[0].state, RunState::kFailed);
  EXPECT_EQ(view.steps[1].state, RunState::kSkipped);
  EXPECT_EQ(view.steps[2].state, RunState::kSkipped);
  EXPECT_EQ(view.steps[3].state, RunState::kSucceeded);
  EXPECT_EQ(view.failure.ToString(), "invalid: step 'a': bad");
}

TEST(Scheduler, AnAllowedFailureLetsDependentsGoOnAndTheRunSucceed) {
  World world;
  world.Join("w", 8);
  StepSpec a = Step("a", 2);
  a.allow_failure = true;
  world.Submit(
      RunOf("r", {a, Step("b", 2, {On("a", /*partitionwise=*/true)}), Step("c", 1, {On("a")})}));
  const auto tasks = world.Tick();
  world.Do(TaskFailed{tasks[0].fence, Invalid("bad")});
  world.Do(TaskSucceeded{tasks[1].fence, 0});
  for (const TaskRef& task : world.Tick()) world.Do(TaskSucceeded{task.fence, 0});
  EXPECT_EQ(world.View("r").state, RunState::kSucceeded);
  EXPECT_EQ(world.View("r").steps[0].state, RunState::kFailed);
  EXPECT_EQ(world.View("r").steps[1].done, 2);
}

TEST(Scheduler, CancelIsFinalAndRevokesWhatRuns) {
  World world;
  world.Join("w", 1);
  world.Submit(RunOf("r", {Step("a", 2), Step("b", 1, {On("a")})}));
  const auto tasks = world.Tick();
  world.Do(CancelRun{RunId("r"), Cancelled("enough")});
  EXPECT_EQ(world.revoked, std::vector<uint64_t>{tasks[0].fence});
  EXPECT_EQ(world.endings, std::vector<RunState>{RunState::kCancelled});
  EXPECT_FALSE(world.scheduler.Holds(tasks[0].fence, WorkerId("w")));
  world.Do(CancelRun{RunId("r"), Cancelled("again")});
  EXPECT_EQ(world.endings.size(), 1U);
  EXPECT_TRUE(world.Tick().empty());
}

}  // namespace
}  // namespace signet::coordinator
