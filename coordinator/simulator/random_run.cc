#include "coordinator/simulator/random_run.h"

#include <cstddef>
#include <string>
#include <utility>

namespace signet::coordinator {

RunSpec RandomRun(int number, Dice& dice) {
  RunSpec run;
  run.id = RunId("run-" + std::to_string(number));
  run.pipeline = "simulated";
  if (dice.Chance(50)) run.pools["narrow"] = static_cast<int>(dice.Between(1, 2));
  const int64_t steps = dice.Between(1, 6);
  for (int64_t i = 0; i < steps; ++i) {
    StepSpec step;
    step.id = StepId("step-" + std::to_string(i));
    step.tasks = static_cast<int>(dice.Between(1, 6));
    step.local = dice.Chance(15);
    step.allow_failure = dice.Chance(20);
    step.retry.failures_max = static_cast<int>(dice.Between(1, 6));
    step.retry.delay_ms_base = dice.Between(0, 500);
    step.retry.delay_ms_max = dice.Between(0, 3'000);
    step.timeouts.attempt_ms = dice.Chance(30) ? dice.Between(300, 5'000) : 0;
    if (!run.pools.empty() && dice.Chance(50)) step.pool = "narrow";
    for (size_t before = 0; before < run.steps.size(); ++before) {
      if (!dice.Chance(40)) continue;
      Dependency edge{run.steps[before].id, dice.Chance(50)};
      if (edge.partitionwise && step.after.empty()) step.tasks = run.steps[before].tasks;
      if (run.steps[before].tasks != step.tasks) edge.partitionwise = false;
      step.after.push_back(std::move(edge));
    }
    run.steps.push_back(std::move(step));
  }
  return run;
}

}  // namespace signet::coordinator
