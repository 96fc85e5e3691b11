#include "coordinator/simulator/random_run.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace signet::coordinator {

RunSpec RandomRun(int number, Dice& dice) {
  RunSpec run;
  run.id = RunId("run-" + std::to_string(number));
  run.pipeline = "simulated";
  run.owner = "owner";
  if (dice.Chance(40)) run.lane = "lane";
  run.priority = static_cast<int>(dice.Between(-2, 2));
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
    step.timeouts.start_ms = dice.Chance(10) ? dice.Between(2'000, 5'000) : 0;
    if (dice.Chance(10)) step.needs.labels = {"even"};
    if (dice.Chance(10)) step.needs.memory_mb = dice.Between(1, 60);
    step.cached = !step.local && dice.Chance(20);
    step.gang = !step.local && !step.cached && step.pool.empty() && step.needs.labels.empty() &&
                step.needs.memory_mb == 0 && dice.Chance(15);
    if (step.gang) step.tasks = static_cast<int>(dice.Between(1, 2));
    for (size_t before = 0; before < run.steps.size(); ++before) {
      if (!dice.Chance(40)) continue;
      Dependency edge{run.steps[before].id, dice.Chance(50)};
      if (edge.partitionwise && step.after.empty() && !step.gang) {
        step.tasks = run.steps[before].tasks;
      }
      if (run.steps[before].tasks != step.tasks) edge.partitionwise = false;
      step.after.push_back(std::move(edge));
    }
    const bool whole = std::none_of(
        step.after.begin(), step.after.end(), [](const auto& edge) { return edge.partitionwise; });
    if (whole && !step.after.empty() && dice.Chance(20)) {
      step.when = dice.Chance(50) ? StepWhen::kFailed : StepWhen::kAlways;
    }
    if (dice.Chance(8)) {
      step.local = true;
      step.gang = step.cached = false;
      step.needs = {};
      step.approvals = step.tasks == 1 ? static_cast<int>(dice.Between(1, 2)) : 0;
    }
    run.steps.push_back(std::move(step));
  }
  return run;
}

}  // namespace signet::coordinator
