#include "coordinator/scheduler/scheduler.h"
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Scheduler, ASilentWorkerLosesItsLeaseAndItsLateResultDoesNotHold) {
  World world;
  world.Join("slow", 1);
  world.Submit(RunOf("r", {Step("a", 1)}));
  const auto first = world.Tick();
  ASSERT_EQ(first.size(), 1U);
  world.Pass(2'400);
  world.Join("other", 1);
  EXPECT_TRUE(world.Tick().empty()) << "not silent for long enough";
  world.Pass(200);
  world.Do(WorkerBeat{WorkerId("other"), {}, {}});
  const auto second = world.Tick();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].attempt, 2);
  EXPECT_GT(second[0].fence, first[0].fence);
  EXPECT_FALSE(world.scheduler.Holds(first[0].fence, WorkerId("slow")));
  EXPECT_TRUE(world.scheduler.Holds(second[0].fence, WorkerId("other")));
  EXPECT_FALSE(world.scheduler.Holds(second[0].fence, WorkerId("slow")))
      << "a lease belongs to its worker";
  // Back again, it is told to stop.
  world.Do(WorkerBeat{WorkerId("slow"), {{first[0].fence, 0.5, 10}}, {}});
  EXPECT_EQ(world.revoked, std::vector<uint64_t>{first[0].fence});
}

TEST(Scheduler, AHungTaskIsRevokedAndABusyOneIsNot) {
  World world;
  world.Join("w", 2);
  world.Submit(RunOf("r", {Step("a", 2)}));
  const auto tasks = world.Tick();
  ASSERT_EQ(tasks.size(), 2U);
  for (int second = 1; second <= 14; ++second) {
    world.Pass(1'000);
    world.Do(WorkerBeat{
        WorkerId("w"), {{tasks[0].fence, 0.1, 5}, {tasks[1].fence, 0, int64_t{900} * second}}, {}});
    world.Tick();
  }
  EXPECT_EQ(world.revoked, std::vector<uint64_t>{tasks[0].fence});
}

TEST(Scheduler, LimitsOfTimeAreKept) {
  World world;
  world.Join("w", 1);
  StepSpec a = Step("a", 1);
  a.timeouts.attempt_ms = 1'000;
  a.retry.failures_max = 1;
  StepSpec q = Step("q", 1);
  q.timeouts.queue_ms = 500;
  world.Submit(RunOf("r", {a, q}));
  RunSpec late = RunOf("late", {Step("x", 1)});
  late.total_ms = 700;
  world.Submit(late);
  const auto tasks = world.Tick();
  ASSERT_EQ(tasks.size(), 1U);
  for (int i = 0; i < 11; ++i) {
    world.Pass(100);
    world.Do(WorkerBeat{WorkerId("w"), {{tasks[0].fence, 0, i}}, {}});
    world.Tick();
  }
  EXPECT_EQ(world.View("late").state, RunState::kFailed);
  EXPECT_EQ(world.View("r").steps[0].state, RunState::kFailed);
  EXPECT_EQ(world.View("r").steps[1].failure.code(), StatusCode::kExhausted);
}

TEST(Expiry, AnAttemptThatItsWorkerDoesNotBeginIsLost) {
  World world;
  world.Join("w", 1);
  StepSpec step = Step("a", 1);
  step.timeouts.start_ms = 1'000;
  world.Submit(RunOf("r", {step}));
  const uint64_t first = world.Tick().at(0).fence;
  world.Pass(1'100);
  world.Do(WorkerBeat{WorkerId("w"), {{first, 0, 0}}, {}});
  world.Tick();
  EXPECT_FALSE(world.scheduler.Holds(first, WorkerId("w")));
  world.Pass(1'000);
  world.Do(WorkerBeat{WorkerId("w"), {}, {}});
  const uint64_t second = world.Tick().at(0).fence;
  world.Do(TasksStarted{WorkerId("w"), {second}});
  world.Pass(1'100);
  world.Do(WorkerBeat{WorkerId("w"), {{second, 0, 0}}, {}});
  world.Tick();
  EXPECT_TRUE(world.scheduler.Holds(second, WorkerId("w")));
}

}  // namespace
}  // namespace signet::coordinator
