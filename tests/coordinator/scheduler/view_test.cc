#include "coordinator/scheduler/scheduler.h"
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Scheduler, WhyNamesTheConstraintInEveryState) {
  World world;
  StepSpec a = Step("a", 2);
  a.retry = {5, 60'000, 60'000};
  world.Submit(RunOf("r", {a, Step("b", 1, {On("a")})}));
  const auto why = [&](const std::string& step, int task) {
    return *world.scheduler.Why(RunId("r"), StepId(step), task, world.now);
  };
  EXPECT_EQ(why("a", 0),
            "waits for a worker: none is connected; start signet-worker or check its enrolment; "
            "ready for 0.0 s");
  EXPECT_EQ(why("b", 0), "waits for 'a' (0 of 2 done) to finish");
  world.Join("w", 1);
  const auto tasks = world.Tick();
  world.Pass(2'300);
  EXPECT_EQ(why("a", 0), "runs on worker w for 2.3 s (attempt 1)");
  EXPECT_EQ(why("a", 1),
            "waits for a free slot: all 1 slots of the workers are in use; ready for 2.3 s");
  world.Do(TaskFailed{tasks[0].fence, Unavailable("disk is slow")});
  EXPECT_NE(why("a", 0).find("before attempt 2, because: disk is slow"), std::string::npos)
      << why("a", 0);
  world.Do(CancelRun{RunId("r"), Cancelled("enough")});
  EXPECT_EQ(why("a", 0), "cancelled");
  EXPECT_EQ(world.scheduler.Why(RunId("r"), StepId("z"), 0, world.now).status().message(),
            "run 'r' has no step 'z'");
  EXPECT_EQ(world.scheduler.Why(RunId("r"), StepId("a"), 2, world.now).status().message(),
            "step 'a' has tasks 0 to 1");
}

TEST(Scheduler, AViewCountsWhatRunsAndWhatIsDone) {
  World world;
  world.Join("w", 2);
  world.Submit(RunOf("r", {Step("a", 4)}));
  EXPECT_EQ(world.View("r").state, RunState::kWaiting);
  const auto tasks = world.Tick();
  world.Do(TaskSucceeded{tasks[0].fence, 7});
  world.Do(WorkerBeat{WorkerId("w"), {{tasks[1].fence, 0.5, 1}}, {}});
  const StepView step = world.View("r").steps[0];
  EXPECT_EQ(step.state, RunState::kRunning);
  EXPECT_EQ(step.done, 1);
  EXPECT_EQ(step.running, 1);
  EXPECT_EQ(step.rows, 7);
  EXPECT_DOUBLE_EQ(step.progress, 1.5 / 4);
}

}  // namespace
}  // namespace signet::coordinator
