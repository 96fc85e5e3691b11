#include "coordinator/simulator/simulated_schedules.h"

#include <memory>

#include <gtest/gtest.h>

#include "coordinator/simulator/simulated_network.h"

namespace signet::coordinator {
namespace {

constexpr Timestamp kStart{1'760'000'000'000'000};
constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;

struct World {
  explicit World(uint64_t seed) : dice(seed) {}
  /// A coordinator without workers: runs are cancelled as soon as they are accepted.
  void Play(bool written) {
    CoordinatorOptions options;
    options.seed = 1;
    if (!written) options.mutation = Mutation::kForgetBeside;
    for (int day = 0; day < 4; ++day) {
      Dispatcher coordinator(options, network.Serve(), nullptr, *store, clock);
      ASSERT_TRUE(coordinator.Recover().ok());
      ASSERT_TRUE(schedules.Restart().ok());
      for (int turn = 0; turn < 40; ++turn) {
        ASSERT_TRUE(schedules.Turn(coordinator, binder, checkers).ok());
        for (const RunId& run : coordinator.UnfinishedRuns()) {
          ASSERT_TRUE(coordinator.Resume(run, binder).ok());
          coordinator.Cancel(run, "by test");
        }
        ASSERT_TRUE(coordinator.Turn().ok());
      }
      clock.JumpWall({clock.Now().micros + (day == 1 ? -kDayMicros : kDayMicros)});
    }
    clock.JumpWall({clock.Now().micros - kDayMicros});
    schedules.AtEnd();
  }
  Dice dice;
  ManualClock clock{kStart};
  SimulatedNetwork network{dice, clock};
  std::unique_ptr<crypto::KvStore> store = crypto::NewMemoryStore();
  Verdicts verdicts;
  bool faults = false;
  CheckingBinder binder{*store, dice, faults, verdicts};
  Checkers checkers{*store, network, verdicts};
  SimulatedSchedules schedules{dice, clock, *store, *store, verdicts};
};

TEST(SimulatedSchedules, TheCheckerIsContentWithWhatTheBookDoes) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    World world(seed);
    world.Play(/*written=*/true);
    EXPECT_EQ(world.verdicts.first(), "") << "seed " << seed;
    EXPECT_GT(world.schedules.moments(), 0);
  }
}

TEST(SimulatedSchedules, TheCheckerSeesAMomentThatComesTwice) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    World world(seed);
    world.Play(/*written=*/false);
    found += world.verdicts.first().empty() ? 0 : 1;
  }
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace signet::coordinator
