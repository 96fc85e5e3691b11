// Lanes, priorities, ageing and fairness.
#include <map>
#include <string>

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

RunSpec RunIn(const std::string& id, const std::string& lane, int priority = 0, int tasks = 1) {
  RunSpec run = RunOf(id, {Step("a", tasks)});
  run.lane = lane;
  run.priority = priority;
  return run;
}

std::string RunsOf(const std::vector<TaskRef>& granted) {
  std::string text;
  for (const TaskRef& task : granted) text += task.run.text() + " ";
  return text;
}

TEST(Grant, RunsOfALaneFollowEachOther) {
  World world;
  world.Join("w", 8);
  world.Submit(RunIn("first", "state", 0, 2));
  world.Submit(RunIn("second", "state"));
  world.Submit(RunIn("elsewhere", "other"));
  std::vector<TaskRef> granted = world.Tick();
  EXPECT_EQ(RunsOf(granted), "first elsewhere first ");
  const auto why = world.scheduler.Why(RunId("second"), StepId("a"), 0, world.now);
  EXPECT_NE(why->find("waits for run 'first' to end"), std::string::npos) << *why;
  for (const TaskRef& task : granted) {
    if (task.run.text() == "first") world.Do(TaskSucceeded{task.fence, 0});
  }
  EXPECT_EQ(RunsOf(world.Tick()), "second ");
}

TEST(Grant, AMoreUrgentRunOvertakesInItsLaneButNeverInterrupts) {
  World world;
  world.Join("w", 8);
  world.Submit(RunIn("begun", "state"));
  const uint64_t fence = world.Tick().at(0).fence;
  world.Submit(RunIn("backfill", "state", kBackfillPriority));
  world.Submit(RunIn("today", "state"));
  EXPECT_EQ(RunsOf(world.Tick()), "");
  world.Do(TaskSucceeded{fence, 0});
  EXPECT_EQ(RunsOf(world.Tick()), "today ");
}

TEST(Grant, ASharedPoolCountsTheTasksOfAllRunsThatNameIt) {
  World world;
  world.Join("w", 8);
  for (const char* id : {"first", "second", "apart"}) {
    RunSpec run = RunOf(id, {Step("a", 3)});
    run.steps[0].pool = "warehouse";
    run.pools["warehouse"] = 2;
    if (std::string(id) != "apart") run.shared_pools.insert("warehouse");
    world.Submit(run);
  }
  std::map<std::string, int> leased;
  std::vector<TaskRef> granted = world.Tick();
  for (const TaskRef& task : granted) ++leased[task.run.text()];
  EXPECT_EQ(leased["first"] + leased["second"], 2);
  EXPECT_EQ(leased["apart"], 2);
  const auto why = world.scheduler.Why(RunId("second"), StepId("a"), 2, world.now);
  EXPECT_NE(why->find("2 of 2 in use, by all runs that share it"), std::string::npos) << *why;
  for (const TaskRef& task : granted) {
    if (task.run.text() != "apart") world.Do(TaskSucceeded{task.fence, 0});
  }
  leased.clear();
  for (const TaskRef& task : world.Tick()) ++leased[task.run.text()];
  EXPECT_EQ(leased["first"] + leased["second"], 2) << "the slots come back";
}

TEST(Grant, ABackfillDoesNotStarveTodaysRun) {
  World world;
  world.Join("w", 1);
  for (int day = 0; day < 20; ++day) {
    world.Submit(RunIn("day-" + std::to_string(day), "", kBackfillPriority, 5));
  }
  ASSERT_EQ(world.Tick().size(), 1U);
  world.Submit(RunIn("today", "", 0, 1));
  world.Do(TaskSucceeded{world.granted.at(0).fence, 0});
  EXPECT_EQ(RunsOf(world.Tick()), "today ");
}

TEST(Grant, WhoWaitsLongEnoughIsServedInTheEnd) {
  World world;
  world.Join("w", 1);
  world.Submit(RunIn("low", "", -3, 1));
  world.Submit(RunIn("high", "", 0, 1'000));
  bool served = false;
  int turns = 0;
  for (; turns < 1'000 && !served; ++turns) {
    world.Do(WorkerBeat{WorkerId("w"), {}, {}});
    const std::vector<TaskRef> granted = world.Tick();
    ASSERT_EQ(granted.size(), 1U);
    served = granted[0].run.text() == "low";
    world.Pass(1'000);
    world.Do(TaskSucceeded{granted[0].fence, 0});
  }
  EXPECT_TRUE(served);
  EXPECT_GE(turns, 180);  // three steps of a minute each
}

TEST(Grant, PipelinesShareEvenlyWhateverTheNumberOfTheirRuns) {
  World world;
  world.Join("w", 12);
  for (int i = 0; i < 5; ++i) {
    RunSpec run = RunIn("many-" + std::to_string(i), "", 0, 50);
    run.pipeline = "many";
    world.Submit(run);
  }
  RunSpec lone = RunIn("lone", "", 0, 50);
  lone.pipeline = "lone";
  world.Submit(lone);
  std::map<std::string, int> leases;
  for (const TaskRef& task : world.Tick()) ++leases[task.run.text().substr(0, 4)];
  EXPECT_EQ(leases["lone"], 6);
  EXPECT_EQ(leases["many"], 6);
}

TEST(Grant, ARunThatNobodyBindsHoldsNoLaneUp) {
  World world;
  world.Join("w", 1);
  world.Do(SubmitRun{RunIn("orphan", "state")});
  world.Submit(RunIn("next", "state"));
  EXPECT_EQ(RunsOf(world.Tick()), "next ");
}

TEST(Grant, AWorkerGetsOnlyWhatItOffers) {
  World world;
  world.Do(WorkerJoined{WorkerId("plain"), 1, 4, {}, {}});
  StepSpec step = Step("a", 3);
  step.needs = {{"gpu"}, 600, 0};
  world.Submit(RunOf("r", {step, Step("b", 1)}));
  EXPECT_EQ(world.Tick().size(), 1U) << "b, but no task of a";
  const auto why = world.scheduler.Why(RunId("r"), StepId("a"), 0, world.now);
  EXPECT_NE(why->find("label 'gpu' 600 MB"), std::string::npos) << *why;
  world.Do(WorkerJoined{WorkerId("big"), 1, 4, {}, {{"gpu", "region=eu"}, 1'000, 0}});
  std::vector<TaskRef> granted = world.Tick();
  ASSERT_EQ(granted.size(), 1U) << "1000 MB hold one task of 600";
  world.Do(TaskSucceeded{granted[0].fence, 0});
  EXPECT_EQ(world.Tick().size(), 1U) << "its memory came back";
}

TEST(Grant, AGangBeginsTogetherOrNotAtAll) {
  World world;
  world.Join("w1", 2);
  StepSpec gang = Step("gang", 3);
  gang.gang = true;
  world.Submit(RunOf("r", {gang}));
  EXPECT_TRUE(world.Tick().empty());
  const auto why = world.scheduler.Why(RunId("r"), StepId("gang"), 0, world.now);
  EXPECT_NE(why->find("3 free slots at once"), std::string::npos) << *why;
  world.Join("w2", 1);
  EXPECT_EQ(world.Tick().size(), 3U);
}

TEST(Grant, AGangSharesItsFate) {
  World world;
  world.Join("w1", 1);
  world.Join("w2", 1);
  StepSpec gang = Step("gang", 2);
  gang.gang = true;
  world.Submit(RunOf("r", {gang}));
  const std::vector<TaskRef> granted = world.Tick();
  ASSERT_EQ(granted.size(), 2U);
  world.Do(TaskFailed{granted[0].fence, Unavailable("lost its peer")});
  EXPECT_EQ(world.revoked, std::vector<uint64_t>{granted[1].fence});
  EXPECT_EQ(world.scheduler.live_leases(), 0U);
  world.Pass(1'000);
  EXPECT_EQ(world.Tick().size(), 2U) << "both go on together";
}

TEST(Grant, SlotsAreKeptForAGangThatHasWaitedLong) {
  World world;
  world.Join("w", 2);
  StepSpec gang = Step("gang", 2);
  gang.gang = true;
  RunSpec first = RunOf("busy", {Step("a", 100)});
  world.Submit(first);
  const std::vector<TaskRef> busy = world.Tick();
  RunSpec waiting = RunOf("waits", {gang});
  waiting.priority = 1;
  world.Submit(waiting);
  world.Do(TaskSucceeded{busy[0].fence, 0});
  EXPECT_EQ(world.Tick().size(), 1U) << "a short wait keeps nothing free";
  world.Pass(6'000);
  world.Do(
      WorkerBeat{WorkerId("w"), {{busy[1].fence, 0.5, 1}, {world.granted[0].fence, 0.5, 1}}, {}});
  world.Do(TaskSucceeded{busy[1].fence, 0});
  EXPECT_TRUE(world.Tick().empty()) << "the free slot waits for the second";
}

}  // namespace
}  // namespace signet::coordinator
