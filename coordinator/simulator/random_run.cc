#include "coordinator/simulator/random_run.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace signet::coordinator {

namespace {

/// A step by itself. The order of the throws of the dice is what a seed means: keep it.
StepSpec RandomStep(int64_t number, bool has_pool, Dice& dice) {
  StepSpec step;
  step.id = StepId("step-" + std::to_string(number));
  step.tasks = static_cast<int>(dice.Between(1, 6));
  step.local = dice.Chance(15);
  step.allow_failure = dice.Chance(20);
  step.retry.failures_max = static_cast<int>(dice.Between(1, 6));
  step.retry.delay_ms_base = dice.Between(0, 500);
  step.retry.delay_ms_max = dice.Between(0, 3'000);
  step.timeouts.attempt_ms = dice.Chance(30) ? dice.Between(300, 5'000) : 0;
  if (has_pool && dice.Chance(50)) step.pool = "narrow";
  step.timeouts.start_ms = dice.Chance(10) ? dice.Between(2'000, 5'000) : 0;
  if (dice.Chance(10)) step.needs.labels = {"even"};
  if (dice.Chance(10)) step.needs.memory_mb = dice.Between(1, 60);
  step.cached = !step.local && dice.Chance(20);
  const bool anywhere = step.pool.empty() && step.needs.labels.empty() && step.needs.memory_mb == 0;
  step.gang = !step.local && !step.cached && anywhere && dice.Chance(15);
  if (step.gang) step.tasks = static_cast<int>(dice.Between(1, 2));
  // Without a throw, so that older seeds keep their meaning.
  const bool alone = !step.local && !step.gang;
  if (alone && step.tasks >= 2) step.second_after_ms = int64_t{20} * step.tasks;
  return step;
}

/// Lets the step wait for some of those before it.
void DependAtRandom(const std::vector<StepSpec>& before, StepSpec& step, Dice& dice) {
  for (const StepSpec& earlier : before) {
    if (!dice.Chance(40)) continue;
    Dependency edge{earlier.id, dice.Chance(50)};
    if (edge.partitionwise && step.after.empty() && !step.gang) step.tasks = earlier.tasks;
    if (earlier.tasks != step.tasks) edge.partitionwise = false;
    step.after.push_back(std::move(edge));
  }
  const bool whole = std::none_of(
      step.after.begin(), step.after.end(), [](const auto& edge) { return edge.partitionwise; });
  if (whole && !step.after.empty() && dice.Chance(20)) {
    step.when = dice.Chance(50) ? StepWhen::kFailed : StepWhen::kAlways;
  }
}

/// Turns the step into one of the coordinator's, which waits for approvals if it has one task.
void ApproveAtRandom(StepSpec& step, Dice& dice) {
  if (!dice.Chance(8)) return;
  step.local = true;
  step.gang = step.cached = false;
  step.needs = {};
  step.second_after_ms = 0;
  step.approvals = step.tasks == 1 ? static_cast<int>(dice.Between(1, 2)) : 0;
}

}  // namespace

RunSpec RandomRun(int number, Dice& dice) {
  RunSpec run;
  run.id = RunId("run-" + std::to_string(number));
  run.pipeline = "simulated";
  run.owner = "owner";
  if (dice.Chance(40)) run.lane = "lane";
  run.priority = static_cast<int>(dice.Between(-2, 2));
  if (dice.Chance(50)) run.pools["narrow"] = static_cast<int>(dice.Between(1, 2));
  if (!run.pools.empty() && dice.Chance(40)) {
    run.pools["narrow"] = kSharedPoolLimit;
    run.shared_pools.insert("narrow");
  }
  const int64_t steps = dice.Between(1, 6);
  run.steps.reserve(static_cast<size_t>(steps));
  for (int64_t i = 0; i < steps; ++i) {
    StepSpec step = RandomStep(i, !run.pools.empty(), dice);
    DependAtRandom(run.steps, step, dice);
    ApproveAtRandom(step, dice);
    run.steps.push_back(std::move(step));
  }
  return run;
}

}  // namespace signet::coordinator
