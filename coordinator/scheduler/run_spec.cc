#include "coordinator/scheduler/run_spec.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::coordinator {

namespace {

Status CheckExtras(const StepSpec& step, const std::string& name) {
  if (step.needs.memory_mb < 0 || step.needs.cpu_milli < 0) {
    return Invalid(name + " needs less than nothing");
  }
  if (step.gang && (step.local || step.cached || step.tasks > kGangTasksMax)) {
    return Invalid(name + " is a gang: at most " + std::to_string(kGangTasksMax) +
                   " tasks on workers, and not cached");
  }
  if (step.cached && step.local) return Invalid(name + " is local and cannot be cached");
  if (step.second_after_ms < 0 || (step.second_after_ms > 0 && (step.local || step.gang))) {
    return Invalid(name + " may have second attempts only when its tasks are leased one by one");
  }
  if (step.approvals < 0 || step.approvals > kApprovalsMax ||
      (step.approvals > 0 && (!step.local || step.tasks != 1))) {
    return Invalid(name + " waits for approvals: it must be local, one task, at most " +
                   std::to_string(kApprovalsMax) + " persons");
  }
  if (step.when == StepWhen::kSucceeded) return OkStatus();
  for (const Dependency& edge : step.after) {
    if (edge.partitionwise) return Invalid(name + " waits for whole steps, as its `when` says");
  }
  return OkStatus();
}

Status CheckStep(const StepSpec& step, const RunSpec& run) {
  const std::string name = "step '" + step.id.text() + "'";
  if (step.id.empty()) return Invalid("a step has no id");
  if (step.tasks < 1 || step.tasks > kTasksPerStepMax) {
    return Invalid(name + " has " + std::to_string(step.tasks) + " tasks; 1 to " +
                   std::to_string(kTasksPerStepMax) + " are possible");
  }
  if (step.retry.failures_max < 1 || step.retry.failures_max > 100) {
    return Invalid(name + " allows " + std::to_string(step.retry.failures_max) +
                   " failures; 1 to 100 are possible");
  }
  if (step.retry.delay_ms_base < 0 || step.retry.delay_ms_max < 0) {
    return Invalid(name + " has a negative retry delay");
  }
  if (step.timeouts.attempt_ms < 0 || step.timeouts.queue_ms < 0 || step.timeouts.start_ms < 0) {
    return Invalid(name + " has a negative timeout");
  }
  TRY(CheckExtras(step, name));
  if (!step.pool.empty() && run.pools.find(step.pool) == run.pools.end()) {
    return Invalid(name + " names the unknown pool '" + step.pool + "'");
  }
  return OkStatus();
}

using StepIndex = std::unordered_map<StepId, size_t>;

Status CheckEdges(const StepSpec& step, const RunSpec& run, const StepIndex& index) {
  for (const Dependency& edge : step.after) {
    const auto found = index.find(edge.step);
    if (found == index.end()) {
      return Invalid("step '" + step.id.text() + "' waits for the unknown step '" +
                     edge.step.text() + "'");
    }
    const StepSpec& before = run.steps[found->second];
    if (edge.partitionwise && before.tasks != step.tasks) {
      return Invalid("step '" + step.id.text() + "' has " + std::to_string(step.tasks) +
                     " tasks and waits partitionwise for '" + before.id.text() + "' with " +
                     std::to_string(before.tasks));
    }
  }
  return OkStatus();
}

/// Kahn's algorithm: what never becomes free lies on or behind a cycle.
Status CheckAcyclic(const RunSpec& run, const StepIndex& index) {
  std::vector<size_t> waits(run.steps.size());
  std::vector<std::vector<size_t>> dependents(run.steps.size());
  std::vector<size_t> free;
  for (size_t i = 0; i < run.steps.size(); ++i) {
    waits[i] = run.steps[i].after.size();
    for (const Dependency& edge : run.steps[i].after) dependents[index.at(edge.step)].push_back(i);
    if (waits[i] == 0) free.push_back(i);
  }
  size_t freed = 0;
  while (!free.empty()) {
    const size_t step = free.back();
    free.pop_back();
    ++freed;
    for (const size_t next : dependents[step]) {
      if (--waits[next] == 0) free.push_back(next);
    }
  }
  if (freed == run.steps.size()) return OkStatus();
  for (size_t i = 0; i < waits.size(); ++i) {
    if (waits[i] != 0) {
      return Invalid("step '" + run.steps[i].id.text() + "' waits for itself in a cycle");
    }
  }
  return OkStatus();
}

}  // namespace

std::string_view RunStateName(RunState state) {
  switch (state) {
    case RunState::kWaiting:
      return "waiting";
    case RunState::kRunning:
      return "running";
    case RunState::kSucceeded:
      return "succeeded";
    case RunState::kFailed:
      return "failed";
    case RunState::kCancelled:
      return "cancelled";
    case RunState::kSkipped:
      return "skipped";
  }
  return "unknown";
}

std::string TaskRef::Text() const {
  return run.text() + "/" + step.text() + "/" + std::to_string(task);
}

Status CheckRunSpec(const RunSpec& spec) {
  if (spec.id.empty()) return Invalid("the run has no id");
  if (spec.steps.empty()) return Invalid("the run has no steps");
  if (spec.steps.size() > size_t{kStepsPerRunMax}) {
    return Invalid("the run has more than " + std::to_string(kStepsPerRunMax) + " steps");
  }
  if (spec.total_ms < 0) return Invalid("the run has a negative time limit");
  if (spec.priority < -kPriorityMax || spec.priority > kPriorityMax) {
    return Invalid("the run's priority is not within -" + std::to_string(kPriorityMax) + " and " +
                   std::to_string(kPriorityMax));
  }
  for (const auto& pool : spec.pools) {
    if (pool.first.empty() || pool.second < 1) {
      return Invalid("pool '" + pool.first + "' needs a name and a limit of at least 1");
    }
  }
  for (const std::string& pool : spec.shared_pools) {
    if (spec.pools.count(pool) == 0) return Invalid("the shared pool '" + pool + "' has no limit");
  }
  StepIndex index;
  for (const StepSpec& step : spec.steps) {
    TRY(CheckStep(step, spec));
    if (!index.emplace(step.id, index.size()).second) {
      return Invalid("two steps are called '" + step.id.text() + "'");
    }
  }
  for (const StepSpec& step : spec.steps) TRY(CheckEdges(step, spec, index));
  return CheckAcyclic(spec, index);
}

}  // namespace signet::coordinator
