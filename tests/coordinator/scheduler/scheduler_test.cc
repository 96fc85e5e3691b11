#include "coordinator/scheduler/scheduler.h"

#include <cstdio>

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Scheduler, RetriesWithinThePolicyAndOnlyWhatCanHelp) {
  struct Case {
    const char* name = "";
    Status failure;
    int failures_max = 0;
    int want_attempts = 0;
  };
  for (const Case& c : {Case{"retryable", Unavailable("x"), 3, 3},
                        Case{"only one", Unavailable("x"), 1, 1},
                        Case{"denied", Denied("x"), 3, 1}}) {
    SCOPED_TRACE(c.name);
    World world;
    world.Join("w", 1);
    StepSpec a = Step("a", 1);
    a.retry = {c.failures_max, 100, 150};
    world.Submit(RunOf("r", {a}));
    for (int i = 0; i < 10 && world.endings.empty(); ++i) {
      for (const TaskRef& task : world.Tick()) world.Do(TaskFailed{task.fence, c.failure});
      world.Pass(151);
      world.Do(WorkerBeat{WorkerId("w"), {}, {}});
    }
    EXPECT_EQ(world.endings, std::vector<RunState>{RunState::kFailed});
    EXPECT_EQ(world.View("r").steps[0].attempts, c.want_attempts);
    for (const Record& record : world.records) {
      EXPECT_GE(record.delay_micros, 0);
      EXPECT_LE(record.delay_micros, 150'000);
    }
  }
}

TEST(Scheduler, APoolIsNeverExceededAndItsSlotsComeBack) {
  World world;
  world.Join("w", 10);
  StepSpec a = Step("a", 6);
  a.pool = "narrow";
  RunSpec run = RunOf("r", {a});
  run.pools["narrow"] = 2;
  world.Submit(run);
  int done = 0;
  for (int i = 0; i < 10 && world.endings.empty(); ++i) {
    const auto tasks = world.Tick();
    EXPECT_LE(tasks.size(), 2U);
    EXPECT_NE(
        world.scheduler.Why(RunId("r"), StepId("a"), 5, world.now)->find(done < 4 ? "pool" : ""),
        std::string::npos);
    for (const TaskRef& task : tasks) world.Do(TaskSucceeded{task.fence, 0});
    done += static_cast<int>(tasks.size());
  }
  EXPECT_EQ(done, 6);
}

TEST(Scheduler, ADrainingWorkerGetsNothingMore) {
  World world;
  world.Join("w", 4);
  world.Do(WorkerDraining{WorkerId("w")});
  world.Submit(RunOf("r", {Step("a", 1)}));
  EXPECT_TRUE(world.Tick().empty());
  EXPECT_NE(world.scheduler.Why(RunId("r"), StepId("a"), 0, world.now)->find("draining"),
            std::string::npos);
}

TEST(Scheduler, APoisonTaskThatKillsItsWorkersEndsAfterALimit) {
  World world;
  world.Submit(RunOf("r", {Step("poison", 1)}));
  int attempts = 0;
  for (int i = 0; i < 50 && world.endings.empty(); ++i) {
    world.Join("w" + std::to_string(i), 1);
    for (const TaskRef& task : world.Tick()) {
      ++attempts;
      static_cast<void>(task);
      world.Do(WorkerGone{WorkerId("w" + std::to_string(i)), "killed"});
    }
  }
  EXPECT_EQ(attempts, 8);
  EXPECT_EQ(world.endings, std::vector<RunState>{RunState::kFailed});
}

TEST(Scheduler, TwoRunsShareTheSlotsFairly) {
  World world;
  world.Join("w", 4);
  world.Submit(RunOf("big", {Step("a", 100)}));
  world.Submit(RunOf("small", {Step("a", 2)}));
  int small = 0;
  for (const TaskRef& task : world.Tick()) small += task.run == RunId("small") ? 1 : 0;
  EXPECT_EQ(small, 2);
}

TEST(Scheduler, ARowOfATaskIsSmall) {
  EXPECT_LE(sizeof(TaskRow), 300U);
}

}  // namespace
}  // namespace signet::coordinator
