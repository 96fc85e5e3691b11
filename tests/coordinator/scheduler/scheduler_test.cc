#include "coordinator/scheduler/scheduler.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/entropy.h"

namespace signet::coordinator {
namespace {

StepSpec Step(const std::string& id, int tasks, std::vector<Dependency> after = {}) {
  StepSpec step;
  step.id = StepId(id);
  step.tasks = tasks;
  step.after = std::move(after);
  return step;
}

Dependency On(const std::string& step, bool partitionwise = false) {
  return {StepId(step), partitionwise};
}

/// A scheduler with a clock, that keeps what it decided.
class World {
 public:
  explicit World(SchedulerOptions options = {}) : scheduler(options) {}

  void Do(const Event& event) {
    Outcome out = scheduler.Step(event, now);
    for (Record& record : out.records) records.push_back(std::move(record));
    for (Command& command : out.commands) {
      if (const auto* grant = std::get_if<GrantLease>(&command)) granted.push_back(grant->task);
      if (const auto* revoke = std::get_if<RevokeLease>(&command)) revoked.push_back(revoke->fence);
      if (const auto* ended = std::get_if<RunEnded>(&command)) endings.push_back(ended->state);
    }
  }
  void Submit(const RunSpec& spec) {
    ASSERT_TRUE(CheckRunSpec(spec).ok()) << CheckRunSpec(spec).message();
    Do(SubmitRun{spec});
    Do(AttachRun{spec.id});
  }
  void Join(const std::string& worker, int slots) {
    Do(WorkerJoined{WorkerId(worker), 1, slots, {}});
  }
  /// Lets time pass; workers keep beating with all their leases.
  void Pass(int64_t millis) {
    now.monotonic_micros += millis * 1'000;
    now.wall.micros += millis * 1'000;
  }
  std::vector<TaskRef> Tick() {
    granted.clear();
    Do(signet::coordinator::Tick{});
    return granted;
  }
  RunView View(const std::string& run) { return *scheduler.View(RunId(run)); }

  Scheduler scheduler;
  Now now{1'000'000, Timestamp{1'760'000'000'000'000}};
  std::vector<Record> records;
  std::vector<TaskRef> granted;
  std::vector<uint64_t> revoked;
  std::vector<RunState> endings;
};

RunSpec RunOf(const std::string& id, std::vector<StepSpec> steps) {
  RunSpec run;
  run.id = RunId(id);
  run.steps = std::move(steps);
  return run;
}

TEST(Scheduler, APartitionwiseTaskWaitsForItsOwnPartitionOnly) {
  World world;
  world.Join("w", 8);
  world.Submit(RunOf("r", {Step("a", 3), Step("b", 3, {On("a", true)}), Step("c", 1, {On("b")})}));
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
  world.Submit(RunOf("r", {a, Step("b", 2, {On("a", true)}), Step("c", 1, {On("a")})}));
  const auto tasks = world.Tick();
  world.Do(TaskFailed{tasks[0].fence, Invalid("bad")});
  world.Do(TaskSucceeded{tasks[1].fence, 0});
  for (const TaskRef& task : world.Tick()) world.Do(TaskSucceeded{task.fence, 0});
  EXPECT_EQ(world.View("r").state, RunState::kSucceeded);
  EXPECT_EQ(world.View("r").steps[0].state, RunState::kFailed);
  EXPECT_EQ(world.View("r").steps[1].done, 2);
}

TEST(Scheduler, RetriesWithinThePolicyAndOnlyWhatCanHelp) {
  struct Case {
    const char* name;
    Status failure;
    int failures_max;
    int want_attempts;
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
        WorkerId("w"), {{tasks[0].fence, 0.1, 5}, {tasks[1].fence, 0, second * 900}}, {}});
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

/// Random events, as in a long life; the same course whatever is done with its records.
void LiveRandomly(World& world, uint64_t seed, int steps) {
  SeededEntropy dice(seed);
  for (int i = 0; i < steps; ++i) {
    const std::string worker = "w" + std::to_string(dice.Next() % 3);
    switch (dice.Next() % 8) {
      case 0: {
        StepSpec a = Step("a", 1 + static_cast<int>(dice.Next() % 4));
        a.allow_failure = dice.Next() % 3 == 0;
        StepSpec b = Step("b", a.tasks, {On("a", dice.Next() % 2 == 0)});
        b.local = dice.Next() % 4 == 0;
        world.Submit(RunOf("r" + std::to_string(i), {a, b, Step("c", 2, {On("b")})}));
        break;
      }
      case 1:
        world.Do(WorkerJoined{WorkerId(worker), dice.Next(), 2, {}});
        break;
      case 2:
        world.Do(WorkerGone{WorkerId(worker), "gone"});
        break;
      case 3:
        if (const auto local = world.scheduler.NextLocal()) {
          world.Do(LocalFinished{*local, dice.Next() % 3 == 0 ? Unavailable("x") : OkStatus(), 5});
        }
        break;
      case 4:
        if (dice.Next() % 6 == 0 && !world.scheduler.UnfinishedRuns().empty()) {
          world.Do(CancelRun{world.scheduler.UnfinishedRuns()[0], Cancelled("x")});
        }
        break;
      default:
        world.Pass(static_cast<int64_t>(dice.Next() % 300));
        for (const TaskRef& task : world.Tick()) {
          if (dice.Next() % 4 == 0) continue;  // left running
          if (dice.Next() % 4 == 0) {
            world.Do(
                TaskFailed{task.fence, dice.Next() % 2 == 0 ? Unavailable("x") : Invalid("y")});
          } else {
            world.Do(TaskSucceeded{task.fence, 1});
          }
        }
    }
  }
}

TEST(Scheduler, ReplayedRecordsGiveTheSameState) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    World world;
    LiveRandomly(world, seed, 150);
    Bytes journal;
    for (const Record& record : world.records) EncodeRecord(record, journal);
    Scheduler replayed{SchedulerOptions{}};
    ByteReader from(journal);
    while (!from.empty()) {
      const Result<Record> record = DecodeRecord(from);
      ASSERT_TRUE(record.ok()) << record.status().message();
      const Status status = replayed.Replay(*record, world.now);
      ASSERT_TRUE(status.ok()) << status.message();
    }
    const Bytes want = world.scheduler.Snapshot();
    EXPECT_TRUE(replayed.Snapshot() == want);
    Scheduler restored{SchedulerOptions{}};
    ASSERT_TRUE(restored.Restore(want, world.now).ok());
    EXPECT_TRUE(restored.Snapshot() == want);
    // Both go on to the end, and to the same one.
    for (Scheduler* one : {&replayed, &restored}) {
      Now now = world.now;
      for (const RunId& run : one->UnfinishedRuns()) one->Step(AttachRun{run}, now);
      one->Step(WorkerJoined{WorkerId("fresh"), 7, 50, {}}, now);
      for (int i = 0; i < 200 && !one->UnfinishedRuns().empty(); ++i) {
        now.monotonic_micros += 1'000'000;
        one->Step(WorkerBeat{WorkerId("fresh"), {}, {}}, now);
        while (const auto local = one->NextLocal())
          one->Step(LocalFinished{*local, OkStatus(), 0}, now);
        const Outcome out = one->Step(Tick{}, now);
        for (const Command& command : out.commands) {
          if (const auto* grant = std::get_if<GrantLease>(&command)) {
            one->Step(TaskSucceeded{grant->task.fence, 0}, now);
          }
        }
      }
      EXPECT_TRUE(one->UnfinishedRuns().empty());
    }
  }
}

TEST(Scheduler, ASnapshotThatIsCutOrFlippedIsRefused) {
  World world;
  LiveRandomly(world, 5, 100);
  const Bytes whole = world.scheduler.Snapshot();
  for (size_t size = 0; size < whole.size(); size += 7) {
    Scheduler scheduler{SchedulerOptions{}};
    EXPECT_FALSE(scheduler.Restore(ByteView(whole).first(size), world.now).ok()) << size;
  }
}

TEST(Record, GarbageIsCorruptAndNeverCrashes) {
  SeededEntropy dice(11);
  for (int i = 0; i < 20'000; ++i) {
    Bytes garbage(dice.Next() % 80);
    dice.Fill(garbage);
    if (!garbage.empty() && i % 2 == 0) garbage[0] = static_cast<uint8_t>(1 + dice.Next() % 7);
    ByteReader from(garbage);
    static_cast<void>(DecodeRecord(from));
  }
}

TEST(RunSpec, RefusesWhatCannotRun) {
  struct Case {
    const char* want;
    RunSpec spec;
  };
  RunSpec pool = RunOf("r", {Step("a", 1)});
  pool.steps[0].pool = "nowhere";
  const Case cases[] = {
      {"the run has no id", RunOf("", {Step("a", 1)})},
      {"the run has no steps", RunOf("r", {})},
      {"two steps are called 'a'", RunOf("r", {Step("a", 1), Step("a", 1)})},
      {"step 'a' waits for the unknown step 'b'", RunOf("r", {Step("a", 1, {On("b")})})},
      {"step 'a' waits for itself in a cycle",
       RunOf("r", {Step("a", 1, {On("b")}), Step("b", 1, {On("a")})})},
      {"step 'b' has 3 tasks and waits partitionwise for 'a' with 2",
       RunOf("r", {Step("a", 2), Step("b", 3, {On("a", true)})})},
      {"step 'a' has 0 tasks; 1 to 10000000 are possible", RunOf("r", {Step("a", 0)})},
      {"step 'a' names the unknown pool 'nowhere'", pool},
  };
  for (const Case& c : cases) EXPECT_EQ(CheckRunSpec(c.spec).message(), c.want);
}

TEST(Scheduler, AMillionTasksAreSmallAndAcceptedFast) {
  World world;
  const auto began = std::chrono::steady_clock::now();
  world.Submit(RunOf("big", {Step("a", 500'000), Step("b", 500'000, {On("a", true)})}));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("[ figure ] 1 M tasks accepted in %.3f s, %zu B a task\n", seconds, sizeof(TaskRow));
  EXPECT_LT(seconds, 5);
  EXPECT_LE(sizeof(TaskRow), 300U);
}

}  // namespace
}  // namespace signet::coordinator
