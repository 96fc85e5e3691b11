// What the end of a task does to its step, to the steps behind it, and to the run.
#include <cstdint>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

void Scheduler::AfterTask(
    RunRow& run, uint32_t step, uint32_t task, Timestamp wall, Now now, Outcome& out) {
  StepRow& row = run.steps[step];
  const bool failed = row.tasks[task].state == TaskState::kFailed;
  if (!failed || run.spec.steps[step].allow_failure) {
    UnblockPartition(run, step, task, now);
  } else {
    // One task that failed for good fails the step: what has not begun need not.
    SkipWaiting(run, step, now);
    SkipDependents(run, step, wall, now, out);
  }
  EndStepIfDone(run, step, wall, now, out);
}

void Scheduler::UnblockPartition(RunRow& run, uint32_t step, uint32_t task, Now now) const {
  for (const Dependent& edge : run.steps[step].dependents) {
    if (!edge.partitionwise) continue;
    StepRow& next = run.steps[edge.step];
    if (--next.tasks.Touch(task).waits == 0 && next.waits == 0) {
      MakeReady(run, edge.step, task, task + 1, now);
    }
  }
}

/// Skips the step's tasks that have not begun.
void Scheduler::SkipWaiting(RunRow& run, uint32_t step, Now now) const {
  const TaskRows& tasks = run.steps[step].tasks;
  const auto size = static_cast<uint32_t>(tasks.size());
  for (uint32_t task = 0, end = 0; task < size; task = end) {
    end = tasks.StretchEnd(task, size);
    const TaskState state = tasks[task].state;
    if (IsTerminal(state) || state == TaskState::kLeased) continue;
    SetStates(run, {step, task, end}, TaskState::kSkipped, now);
  }
}

void Scheduler::SkipDependents(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out) {
  std::vector<uint32_t> open{step};
  std::vector<bool> seen(run.steps.size());
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    for (const Dependent& edge : run.steps[at].dependents) {
      if (seen[edge.step] || run.spec.steps[edge.step].when != StepWhen::kSucceeded) continue;
      seen[edge.step] = true;
      SkipWaiting(run, edge.step, now);
      open.push_back(edge.step);
      EndStepIfDone(run, edge.step, wall, now, out);
    }
  }
}

bool Scheduler::AnyFailedBefore(const RunRow& run, uint32_t step) const {
  for (const Dependency& edge : run.spec.steps[step].after) {
    for (size_t i = 0; i < run.steps.size(); ++i) {
      if (run.spec.steps[i].id != edge.step) continue;
      if (StateOfStep(run.steps[i]) == RunState::kFailed) return true;
    }
  }
  return false;
}

/// A step whose `when` does not hold, and what waits for its success.
void Scheduler::SkipStep(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out) {
  SkipWaiting(run, step, now);  // it has not begun: nothing is leased
  SkipDependents(run, step, wall, now, out);
  EndStepIfDone(run, step, wall, now, out);
}

void Scheduler::EndStepIfDone(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out) {
  StepRow& row = run.steps[step];
  const RunState state = StateOfStep(row);
  if (row.ended || !IsTerminal(state)) return;
  row.ended = true;
  row.finished = wall;
  --run.steps_open;
  out.commands.emplace_back(StepEnded{run.spec.id, run.spec.steps[step].id, state});
  const bool satisfied = state == RunState::kSucceeded ||
                         (state == RunState::kFailed && run.spec.steps[step].allow_failure);
  for (const Dependent& edge : row.dependents) {
    const StepWhen when = run.spec.steps[edge.step].when;
    if (edge.partitionwise || (when == StepWhen::kSucceeded && !satisfied)) continue;
    StepRow& next = run.steps[edge.step];
    if (--next.waits > 0) continue;
    if (when == StepWhen::kFailed && !AnyFailedBefore(run, edge.step)) {
      SkipStep(run, edge.step, wall, now, out);
    } else {
      MakeReady(run, edge.step, 0, static_cast<uint32_t>(next.tasks.size()), now);
    }
  }
  // A skipped step may have ended the run already.
  if (run.steps_open != 0 || IsTerminal(run.state)) return;
  const bool failed = !run.failure.ok();
  EndRun(run, failed ? RunState::kFailed : RunState::kSucceeded, wall, out);
}

void Scheduler::EndRun(RunRow& run, RunState state, Timestamp wall, Outcome& out) {
  CHECK(!IsTerminal(run.state));
  run.state = state;
  run.finished = wall;
  open_.erase(run.number);
  for (StepRow& step : run.steps) step.tasks.Clear();
  for (PoolRow& pool : run.pools) pool.ready.clear();
  run.local_ready.clear();
  out.commands.emplace_back(RunEnded{run.spec.id, state});
}

}  // namespace signet::coordinator
