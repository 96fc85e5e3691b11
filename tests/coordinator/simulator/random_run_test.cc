#include "coordinator/simulator/random_run.h"

namespace signet::coordinator {
namespace {

TEST(RandomRun, IsAlwaysValidAndUsesEveryFeature) {
  int local = 0;
  int pooled = 0;
  int partitionwise = 0;
  int lenient = 0;
  for (uint64_t seed = 1; seed <= 1'000; ++seed) {
    Dice dice(seed);
    const RunSpec run = RandomRun(1, dice);
    ASSERT_TRUE(CheckRunSpec(run).ok()) << "seed " << seed << ": " << CheckRunSpec(run).message();
    for (const StepSpec& step : run.steps) {
      local += step.local ? 1 : 0;
      pooled += step.pool.empty() ? 0 : 1;
      lenient += step.allow_failure ? 1 : 0;
      for (const Dependency& edge : step.after) partitionwise += edge.partitionwise ? 1 : 0;
    }
  }
  EXPECT_GT(local, 100);
  EXPECT_GT(pooled, 100);
  EXPECT_GT(lenient, 100);
  EXPECT_GT(partitionwise, 100);
}

}  // namespace
}  // namespace signet::coordinator
