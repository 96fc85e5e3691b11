// Straggler re-execution: a second attempt beside a slow one, and the first result counts.
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kLeastMillis = 2'000;

/// Four tasks on two workers, three of which took half a second; the fourth is still under way.
class SecondAttempts : public testing::Test {
 protected:
  void Begin(const RunSpec& run) {
    world_.Join("w1", 2);
    world_.Join("w2", 2);
    world_.Submit(run);
    tasks_ = world_.Tick();
    ASSERT_EQ(tasks_.size(), 4U);
    Beat();
    world_.Pass(500);
    for (size_t i = 0; i < 3; ++i) world_.Do(TaskSucceeded{tasks_[i].fence, 1});
    slow_ = tasks_[3];
    Beat();
  }
  static RunSpec Run(int64_t second_after_ms = kLeastMillis) {
    StepSpec step = Step("a", 4);
    step.second_after_ms = second_after_ms;
    return RunOf("r", {step, Step("b", 1, {On("a")})});
  }
  /// Both workers say what they hold; all of it has begun.
  void Beat() {
    for (const char* const name : {"w1", "w2"}) {
      const WorkerId worker(name);
      WorkerBeat beat{worker, {}, {}};
      TasksStarted started{worker, {}};
      for (const auto& lease : world_.scheduler.leases()) {
        if (!world_.scheduler.Holds(lease.first, worker)) continue;
        beat.running.push_back({lease.first, 0, world_.now.monotonic_micros / 1'000});
        started.fences.push_back(lease.first);
      }
      world_.Do(beat);
      world_.Do(started);
    }
  }
  std::vector<TaskRef> PassAndTick(int64_t millis) {
    for (int64_t left = millis; left > 0; left -= 500) {
      world_.Pass(std::min<int64_t>(left, 500));
      Beat();
    }
    return world_.Tick();
  }
  [[nodiscard]] int Leased() const { return world_.scheduler.FindRun(RunId("r"))->pools[0].leased; }

  World world_;
  std::vector<TaskRef> tasks_;
  TaskRef slow_;
};

TEST_F(SecondAttempts, BeginOnAnotherWorkerOnceATaskIsSlowBesideTheOthers) {
  Begin(Run());
  EXPECT_TRUE(PassAndTick(1'400).empty()) << "not before the least time";
  const std::vector<TaskRef> second = PassAndTick(200);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].task, slow_.task);
  EXPECT_EQ(second[0].attempt, 2);
  EXPECT_TRUE(second[0].second);
  EXPECT_NE(second[0].fence, slow_.fence);
  EXPECT_EQ(Leased(), 2) << "it takes a slot";
  const auto& leases = world_.scheduler.leases();
  EXPECT_NE(leases.at(second[0].fence).worker, leases.at(slow_.fence).worker);
  EXPECT_TRUE(PassAndTick(5'000).empty()) << "two attempts at most";
  const auto why = world_.scheduler.Why(RunId("r"), StepId("a"), slow_.task, world_.now);
  EXPECT_NE(why->find("the first to succeed counts"), std::string::npos) << *why;
  EXPECT_EQ(world_.View("r").steps[0].running, 1) << "one task runs, however often";
}

TEST_F(SecondAttempts, TheFirstResultCountsAndTheOtherAttemptLosesItsFence) {
  for (const bool second_wins : {true, false}) {
    SCOPED_TRACE(second_wins);
    world_ = World();
    Begin(Run());
    const TaskRef second = PassAndTick(2'000).at(0);
    const uint64_t winner = second_wins ? second.fence : slow_.fence;
    const uint64_t loser = second_wins ? slow_.fence : second.fence;
    world_.Do(TaskSucceeded{winner, 7});
    EXPECT_EQ(world_.revoked, std::vector<uint64_t>{loser});
    EXPECT_FALSE(world_.scheduler.TaskOf(loser).has_value()) << "it cannot commit any more";
    EXPECT_EQ(world_.View("r").steps[0].state, RunState::kSucceeded);
    EXPECT_EQ(world_.View("r").steps[0].done, 4);
    EXPECT_EQ(world_.scheduler.live_leases(), 0U);
    EXPECT_EQ(Leased(), 0);
  }
}

TEST_F(SecondAttempts, AFailureThatARetryMayHelpLeavesTheOtherAttemptAlone) {
  Begin(Run());
  const TaskRef second = PassAndTick(2'000).at(0);
  world_.Do(TaskFailed{second.fence, Unavailable("no")});
  EXPECT_TRUE(world_.scheduler.TaskOf(slow_.fence).has_value());
  EXPECT_TRUE(PassAndTick(3'000).empty()) << "no third";
  EXPECT_EQ(Leased(), 1);
  world_.Do(TaskSucceeded{slow_.fence, 1});
  EXPECT_EQ(world_.View("r").steps[0].state, RunState::kSucceeded);
}

TEST_F(SecondAttempts, WhenTheFirstWorkerDiesTheSecondAttemptGoesOn) {
  Begin(Run());
  const TaskRef second = PassAndTick(2'000).at(0);
  const auto holder = world_.scheduler.leases().at(slow_.fence).worker;
  world_.Do(WorkerGone{world_.scheduler.workers()[holder].id, "gone"});
  EXPECT_FALSE(world_.scheduler.TaskOf(slow_.fence).has_value());
  ASSERT_TRUE(world_.scheduler.TaskOf(second.fence).has_value());
  EXPECT_EQ(world_.scheduler.TaskOf(second.fence)->attempt, 2);
  world_.Do(TaskSucceeded{second.fence, 1});
  EXPECT_EQ(world_.View("r").steps[0].state, RunState::kSucceeded);
}

TEST_F(SecondAttempts, AFailureForGoodEndsBoth) {
  Begin(Run());
  const TaskRef second = PassAndTick(2'000).at(0);
  world_.Do(TaskFailed{second.fence, Invalid("bad input")});
  EXPECT_EQ(world_.revoked, std::vector<uint64_t>{slow_.fence});
  EXPECT_EQ(world_.View("r").state, RunState::kFailed);
  EXPECT_EQ(world_.scheduler.live_leases(), 0U);
}

TEST_F(SecondAttempts, CancelRevokesBoth) {
  Begin(Run());
  const TaskRef second = PassAndTick(2'000).at(0);
  world_.Do(CancelRun{RunId("r"), Cancelled("by test")});
  EXPECT_EQ(world_.revoked, (std::vector<uint64_t>{slow_.fence, second.fence}));
  EXPECT_EQ(world_.scheduler.live_leases(), 0U);
  for (const WorkerRow& worker : world_.scheduler.workers()) EXPECT_EQ(worker.leased, 0);
}

TEST_F(SecondAttempts, AreNeverWhereTheStepDoesNotAllowThemOrItsPoolIsFull) {
  Begin(Run(/*second_after_ms=*/0));
  EXPECT_TRUE(PassAndTick(20'000).empty());
  world_ = World();
  RunSpec pooled = Run();
  pooled.pools["narrow"] = 4;
  pooled.steps[0].pool = "narrow";
  Begin(pooled);
  EXPECT_EQ(PassAndTick(2'000).size(), 1U);
  world_ = World();
  RunSpec gang = Run();
  gang.steps[0].gang = true;
  EXPECT_EQ(CheckRunSpec(gang).code(), StatusCode::kInvalid);
}

TEST_F(SecondAttempts, WhoWaitsForASlotGoesFirst) {
  RunSpec run = Run();
  run.steps.push_back(Step("c", 5));
  world_.Join("w1", 2);
  world_.Join("w2", 2);
  world_.Submit(run);
  std::vector<TaskRef> running = world_.Tick();
  Beat();
  const uint64_t first = running[0].fence;
  for (int i = 0; i < 10 && running.size() > 1; ++i) {
    world_.Pass(500);
    std::vector<TaskRef> next;
    for (const TaskRef& task : running) {
      if (task.fence != first) world_.Do(TaskSucceeded{task.fence, 1});
    }
    Beat();
    for (const TaskRef& task : world_.Tick()) {
      EXPECT_TRUE(!task.second || world_.View("r").steps[2].done >= 3);
      next.push_back(task);
    }
    Beat();
    running = next;
  }
}

TEST_F(SecondAttempts, OutliveARestartFromRecordsAndFromASnapshot) {
  Begin(Run());
  const TaskRef second = PassAndTick(2'000).at(0);
  Scheduler replayed{SchedulerOptions()};
  for (const Record& record : world_.records) {
    Bytes bytes;
    EncodeRecord(record, bytes);
    ByteReader from(bytes);
    const Result<Record> decoded = DecodeRecord(from);
    ASSERT_TRUE(decoded.ok() && from.empty());
    ASSERT_TRUE(replayed.Replay(*decoded, world_.now).ok());
  }
  EXPECT_EQ(replayed.Snapshot(), world_.scheduler.Snapshot());
  Scheduler restored{SchedulerOptions()};
  ASSERT_TRUE(restored.Restore(world_.scheduler.Snapshot(), world_.now).ok());
  EXPECT_EQ(restored.Snapshot(), world_.scheduler.Snapshot());
  for (Scheduler* const one : {&replayed, &restored}) {
    EXPECT_EQ(one->TaskOf(second.fence)->attempt, 2);
    EXPECT_EQ(one->TaskOf(slow_.fence)->attempt, 1);
    one->Step(AttachRun{RunId("r")}, world_.now);
    one->Step(TaskSucceeded{second.fence, 1}, world_.now);
    EXPECT_EQ(one->live_leases(), 0U);
    EXPECT_EQ(one->FindRun(RunId("r"))->pools[0].leased, 0);
  }
}

}  // namespace
}  // namespace signet::coordinator
