#include "coordinator/scheduler/scheduler.h"
#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

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
      one->Step(WorkerJoined{WorkerId("fresh"), 7, 50, {}, {}}, now);
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

}  // namespace
}  // namespace signet::coordinator
