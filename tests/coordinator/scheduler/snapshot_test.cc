#include "coordinator/scheduler/scheduler.h"
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

RunSpec RandomRun(int number, SeededEntropy& dice) {
  StepSpec a = Step("a", 1 + static_cast<int>(dice.Next() % 4));
  a.allow_failure = dice.Next() % 3 == 0;
  a.second_after_ms = a.tasks > 1 ? 50 : 0;
  StepSpec b = Step("b", a.tasks, {On("a", dice.Next() % 2 == 0)});
  b.local = dice.Next() % 4 == 0;
  return RunOf("r" + std::to_string(number), {a, b, Step("c", 2, {On("b")})});
}

/// Grants what can be granted; some of it ends at once, well or not.
void WorkRandomly(World& world, SeededEntropy& dice) {
  world.Pass(static_cast<int64_t>(dice.Next() % 300));
  for (const TaskRef& task : world.Tick()) {
    if (dice.Next() % 4 == 0) continue;  // left running
    if (dice.Next() % 4 == 0) {
      world.Do(TaskFailed{task.fence, dice.Next() % 2 == 0 ? Unavailable("x") : Invalid("y")});
    } else {
      world.Do(TaskSucceeded{task.fence, 1});
    }
  }
}

/// Random events, as in a long life; the same course whatever is done with its records.
void LiveRandomly(World& world, uint64_t seed, int steps) {
  SeededEntropy dice(seed);
  for (int i = 0; i < steps; ++i) {
    const std::string worker = "w" + std::to_string(dice.Next() % 3);
    switch (dice.Next() % 8) {
      case 0:
        world.Submit(RandomRun(i, dice));
        break;
      case 1:
        world.Do(WorkerJoined{WorkerId(worker), dice.Next(), 2, {}, {}});
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
        WorkRandomly(world, dice);
    }
  }
}

/// A second of the life of a scheduler with one worker that does everything at once.
void WorkForASecond(Scheduler& scheduler, Now& now) {
  now.monotonic_micros += 1'000'000;
  scheduler.Step(WorkerBeat{WorkerId("fresh"), {}, {}}, now);
  while (const auto local = scheduler.NextLocal()) {
    scheduler.Step(LocalFinished{*local, OkStatus(), 0}, now);
  }
  const Outcome out = scheduler.Step(Tick{}, now);
  for (const Command& command : out.commands) {
    const auto* grant = std::get_if<GrantLease>(&command);
    if (grant != nullptr) scheduler.Step(TaskSucceeded{grant->task.fence, 0}, now);
  }
}

void ExpectToEnd(Scheduler& scheduler, Now now) {
  for (const RunId& run : scheduler.UnfinishedRuns()) scheduler.Step(AttachRun{run}, now);
  scheduler.Step(WorkerJoined{WorkerId("fresh"), 7, 50, {}, {}}, now);
  for (int i = 0; i < 200 && !scheduler.UnfinishedRuns().empty(); ++i) {
    WorkForASecond(scheduler, now);
  }
  EXPECT_TRUE(scheduler.UnfinishedRuns().empty());
}

Status ReplayAll(const Bytes& journal, Now now, Scheduler& scheduler) {
  ByteReader from(journal);
  while (!from.empty()) {
    ASSIGN_OR_RETURN(const Record record, DecodeRecord(from));
    TRY(scheduler.Replay(record, now));
  }
  return OkStatus();
}

TEST(Scheduler, ReplayedRecordsGiveTheSameState) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    World world;
    LiveRandomly(world, seed, 150);
    Bytes journal;
    for (const Record& record : world.records) EncodeRecord(record, journal);
    Scheduler replayed{SchedulerOptions{}};
    const Status status = ReplayAll(journal, world.now, replayed);
    ASSERT_TRUE(status.ok()) << status.message();
    const Bytes want = world.scheduler.Snapshot();
    EXPECT_TRUE(replayed.Snapshot() == want);
    Scheduler restored{SchedulerOptions{}};
    ASSERT_TRUE(restored.Restore(want, world.now).ok());
    EXPECT_TRUE(restored.Snapshot() == want);
    // Both go on to the end.
    ExpectToEnd(replayed, world.now);
    ExpectToEnd(restored, world.now);
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

}  // namespace
}  // namespace signet::coordinator
