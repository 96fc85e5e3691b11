// How records change the scheduler's tables: the only code that does, live and in replay.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

Status Scheduler::Replay(const Record& record, Now now) {
  Outcome ignored;
  return Apply(record, now, ignored);
}

Status Scheduler::Apply(const Record& record, Now now, Outcome& out) {
  switch (record.type) {
    case RecordType::kRunAccepted:
      return ApplyAccepted(record, now);
    case RecordType::kWorkerNamed: {
      if (record.worker != workers_.size()) return Corrupt("a worker's number is out of order");
      WorkerRow worker;
      worker.id = WorkerId(record.text);
      worker.heard = now.monotonic_micros;
      if (!worker_numbers_.emplace(worker.id, record.worker).second) {
        return Corrupt("a worker is named twice");
      }
      workers_.push_back(std::move(worker));
      return OkStatus();
    }
    case RecordType::kLeased:
      return ApplyLeased(record, now);
    case RecordType::kSucceeded:
      return ApplyEnd(record, TaskState::kSucceeded, now, out);
    case RecordType::kAttemptLost:
      return ApplyLost(record, now);
    case RecordType::kTaskFailed:
      return ApplyEnd(record, TaskState::kFailed, now, out);
    case RecordType::kRunCancelled:
      return ApplyCancelled(record, now, out);
  }
  return Corrupt("a record has an unknown type");
}

Status Scheduler::ApplyAccepted(const Record& record, Now now) {
  if (record.run != next_run_ || record.spec == nullptr)
    return Corrupt("a run's number is out of order");
  if (!run_numbers_.emplace(record.spec->id, record.run).second)
    return Corrupt("a run is accepted twice");
  ++next_run_;
  ForgetOldRuns();
  RunRow& run = runs_[record.run];
  run.number = record.run;
  run.spec = *record.spec;
  run.submitted = record.wall;
  BuildRun(run, now);
  return OkStatus();
}

void Scheduler::BuildRun(RunRow& run, Now now) {
  std::unordered_map<StepId, uint32_t> index;
  run.steps.resize(run.spec.steps.size());
  run.steps_open = static_cast<uint32_t>(run.steps.size());
  run.pools.resize(1 + run.spec.pools.size());
  std::unordered_map<std::string, uint32_t> pools;
  for (const auto& pool : run.spec.pools) {
    const auto number = static_cast<uint32_t>(pools.size() + 1);
    run.pools[number].limit = pool.second;
    pools.emplace(pool.first, number);
  }
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    const StepSpec& spec = run.spec.steps[i];
    StepRow& step = run.steps[i];
    step.tasks.resize(static_cast<size_t>(spec.tasks));
    step.counts[static_cast<size_t>(TaskState::kBlocked)] = static_cast<uint32_t>(spec.tasks);
    if (!spec.pool.empty()) step.pool = pools.at(spec.pool);
    index.emplace(spec.id, i);
  }
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    for (const Dependency& edge : run.spec.steps[i].after) {
      run.steps[index.at(edge.step)].dependents.push_back({i, edge.partitionwise});
      if (!edge.partitionwise) {
        ++run.steps[i].waits;
        continue;
      }
      for (TaskRow& task : run.steps[i].tasks) ++task.waits;
    }
  }
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    if (run.steps[i].waits == 0) {
      MakeReady(run, i, 0, static_cast<uint32_t>(run.steps[i].tasks.size()), now);
    }
  }
}

Result<TaskRow*> Scheduler::FindTask(const Record& record) {
  const auto run = runs_.find(record.run);
  if (run == runs_.end() || record.step >= run->second.steps.size()) {
    return Corrupt("a record names an unknown step");
  }
  std::vector<TaskRow>& tasks = run->second.steps[record.step].tasks;
  if (record.task >= tasks.size()) return Corrupt("a record names an unknown task");
  return &tasks[record.task];
}

Status Scheduler::ApplyLeased(const Record& record, Now now) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  // In replay a task whose delay was over is still kDelayed: waking is not recorded.
  const bool grantable = row->state == TaskState::kReady || row->state == TaskState::kDelayed;
  if (!grantable || record.fence < next_fence_ || record.worker >= workers_.size()) {
    return Corrupt("a lease does not fit its task's state");
  }
  next_fence_ = record.fence + 1;
  RunRow& run = runs_.at(record.run);
  StepRow& step = run.steps[record.step];
  SetState(run, record.step, record.task, TaskState::kLeased, now);
  row->fence = record.fence;
  if (row->attempts < UINT16_MAX) ++row->attempts;
  ++step.attempts;
  if (step.started.micros == 0) step.started = record.wall;
  run.state = RunState::kRunning;
  LeaseRow lease;
  lease.task = {record.run, record.step, record.task};
  lease.worker = record.worker;
  lease.granted = now.monotonic_micros;
  lease.active = now.monotonic_micros;
  leases_.emplace(record.fence, lease);
  ++workers_[record.worker].leased;
  return OkStatus();
}

void Scheduler::ReleaseLease(uint64_t fence) {
  const auto lease = leases_.find(fence);
  if (lease == leases_.end()) return;
  if (!options_.leak_slots) --workers_[lease->second.worker].leased;
  leases_.erase(lease);
}

Status Scheduler::ApplyEnd(const Record& record, TaskState end, Now now, Outcome& out) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  RunRow& run = runs_.at(record.run);
  StepRow& step = run.steps[record.step];
  if (record.fence != 0) {
    if (row->state != TaskState::kLeased || row->fence != record.fence) {
      return Corrupt("a result does not fit its task's lease");
    }
    ReleaseLease(record.fence);
  } else {
    if (IsTerminal(row->state) || row->state == TaskState::kLeased) {
      return Corrupt("a local result does not fit its task's state");
    }
    if (run.spec.steps[record.step].local) {
      ++row->attempts;
      ++step.attempts;
    }
    if (step.started.micros == 0) step.started.micros = record.wall.micros - record.delay_micros;
    run.state = RunState::kRunning;
  }
  SetState(run, record.step, record.task, end, now);
  step.rows += record.rows;
  if (end == TaskState::kFailed) {
    ++row->failures;
    if (step.failure.ok()) step.failure = record.failure;
    if (run.failure.ok() && !run.spec.steps[record.step].allow_failure) {
      run.failure =
          record.failure.WithContext("step '" + run.spec.steps[record.step].id.text() + "'");
    }
  }
  AfterTask(run, record.step, record.task, record.wall, now, out);
  return OkStatus();
}

Status Scheduler::ApplyLost(const Record& record, Now now) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  RunRow& run = runs_.at(record.run);
  if (record.fence != 0) {
    if (row->state != TaskState::kLeased || row->fence != record.fence) {
      return Corrupt("a lost attempt does not fit its task's lease");
    }
    ReleaseLease(record.fence);
  } else if (IsTerminal(row->state) || row->state == TaskState::kLeased) {
    return Corrupt("a lost local attempt does not fit its task's state");
  } else {
    ++row->attempts;
    ++run.steps[record.step].attempts;
    if (run.steps[record.step].started.micros == 0) run.steps[record.step].started = record.wall;
  }
  if (record.counted) {
    ++row->failures;
  } else {
    ++row->losses;
  }
  run.steps[record.step].last_trouble = record.failure.message();
  SetState(run, record.step, record.task, TaskState::kDelayed, now);
  row->since = now.monotonic_micros + record.delay_micros;
  delayed_.emplace(row->since, TaskKey{record.run, record.step, record.task});
  return OkStatus();
}

Status Scheduler::ApplyCancelled(const Record& record, Now now, Outcome& out) {
  const auto found = runs_.find(record.run);
  if (found == runs_.end() || IsTerminal(found->second.state)) {
    return Corrupt("a cancelled run is unknown or has ended");
  }
  RunRow& run = found->second;
  run.failure = record.failure;
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    StepRow& step = run.steps[i];
    for (uint32_t task = 0; task < step.tasks.size(); ++task) {
      const TaskRow& row = step.tasks[task];
      if (IsTerminal(row.state)) continue;
      if (row.state == TaskState::kLeased) {
        const LeaseRow& lease = leases_.at(row.fence);
        out.commands.push_back(
            RevokeLease{workers_[lease.worker].id, row.fence, record.failure.message()});
        ReleaseLease(row.fence);
      }
      SetState(run, i, task, TaskState::kCancelled, now);
    }
  }
  const bool asked = record.failure.code() == StatusCode::kCancelled;
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    if (run.steps[i].ended) continue;
    run.steps[i].ended = true;
    run.steps[i].finished = record.wall;
    out.commands.push_back(StepEnded{run.spec.id, run.spec.steps[i].id, StateOfStep(run.steps[i])});
  }
  run.steps_open = 0;
  EndRun(run, asked ? RunState::kCancelled : RunState::kFailed, record.wall, out);
  return OkStatus();
}

void Scheduler::SetState(RunRow& run, uint32_t step, uint32_t task, TaskState state, Now now) {
  StepRow& row = run.steps[step];
  TaskRow& target = row.tasks[task];
  CHECK(!IsTerminal(target.state));
  PoolRow& pool = run.pools[row.pool];
  if (target.state == TaskState::kLeased && !options_.leak_slots) --pool.leased;
  if (state == TaskState::kLeased) ++pool.leased;
  --row.counts[static_cast<size_t>(target.state)];
  ++row.counts[static_cast<size_t>(state)];
  target.state = state;
  target.since = now.monotonic_micros;
}

void Scheduler::MakeReady(RunRow& run, uint32_t step, uint32_t first, uint32_t last, Now now) {
  StepRow& row = run.steps[step];
  std::deque<ReadyRange>& queue =
      run.spec.steps[step].local ? run.local_ready : run.pools[row.pool].ready;
  uint32_t begin = first;
  for (uint32_t task = first; task < last; ++task) {
    const TaskRow& target = row.tasks[task];
    const bool blocked = target.state == TaskState::kBlocked || target.state == TaskState::kDelayed;
    if (blocked && target.waits == 0) {
      SetState(run, step, task, TaskState::kReady, now);
      continue;
    }
    if (begin < task) queue.push_back({step, begin, task});
    begin = task + 1;
  }
  if (begin < last) queue.push_back({step, begin, last});
}

void Scheduler::AfterTask(
    RunRow& run, uint32_t step, uint32_t task, Timestamp wall, Now now, Outcome& out) {
  StepRow& row = run.steps[step];
  const bool failed = row.tasks[task].state == TaskState::kFailed;
  if (!failed || run.spec.steps[step].allow_failure) {
    UnblockPartition(run, step, task, now);
  } else {
    // One task that failed for good fails the step: what has not begun need not.
    for (uint32_t i = 0; i < row.tasks.size(); ++i) {
      const TaskState state = row.tasks[i].state;
      if (IsTerminal(state) || state == TaskState::kLeased) continue;
      SetState(run, step, i, TaskState::kSkipped, now);
    }
    SkipDependents(run, step, wall, now, out);
  }
  EndStepIfDone(run, step, wall, now, out);
}

void Scheduler::UnblockPartition(RunRow& run, uint32_t step, uint32_t task, Now now) {
  for (const Dependent& edge : run.steps[step].dependents) {
    if (!edge.partitionwise) continue;
    StepRow& next = run.steps[edge.step];
    if (--next.tasks[task].waits == 0 && next.waits == 0)
      MakeReady(run, edge.step, task, task + 1, now);
  }
}

void Scheduler::SkipDependents(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out) {
  std::vector<uint32_t> open{step};
  std::vector<bool> seen(run.steps.size());
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    for (const Dependent& edge : run.steps[at].dependents) {
      if (seen[edge.step]) continue;
      seen[edge.step] = true;
      StepRow& next = run.steps[edge.step];
      for (uint32_t i = 0; i < next.tasks.size(); ++i) {
        const TaskState state = next.tasks[i].state;
        if (!IsTerminal(state) && state != TaskState::kLeased) {
          SetState(run, edge.step, i, TaskState::kSkipped, now);
        }
      }
      open.push_back(edge.step);
      EndStepIfDone(run, edge.step, wall, now, out);
    }
  }
}

void Scheduler::EndStepIfDone(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out) {
  StepRow& row = run.steps[step];
  const RunState state = StateOfStep(row);
  if (row.ended || !IsTerminal(state)) return;
  row.ended = true;
  row.finished = wall;
  --run.steps_open;
  out.commands.push_back(StepEnded{run.spec.id, run.spec.steps[step].id, state});
  const bool satisfied = state == RunState::kSucceeded ||
                         (state == RunState::kFailed && run.spec.steps[step].allow_failure);
  for (const Dependent& edge : row.dependents) {
    if (!satisfied || edge.partitionwise) continue;
    StepRow& next = run.steps[edge.step];
    if (--next.waits == 0)
      MakeReady(run, edge.step, 0, static_cast<uint32_t>(next.tasks.size()), now);
  }
  if (run.steps_open != 0) return;
  const bool failed = !run.failure.ok();
  EndRun(run, failed ? RunState::kFailed : RunState::kSucceeded, wall, out);
}

void Scheduler::EndRun(RunRow& run, RunState state, Timestamp wall, Outcome& out) {
  CHECK(!IsTerminal(run.state));
  run.state = state;
  run.finished = wall;
  for (StepRow& step : run.steps) std::vector<TaskRow>().swap(step.tasks);
  for (PoolRow& pool : run.pools) pool.ready.clear();
  run.local_ready.clear();
  out.commands.push_back(RunEnded{run.spec.id, state});
}

void Scheduler::ForgetOldRuns() {
  // Run numbers ascend: the oldest are first.
  while (runs_.size() >= static_cast<size_t>(options_.finished_runs_max) &&
         IsTerminal(runs_.begin()->second.state)) {
    run_numbers_.erase(runs_.begin()->second.spec.id);
    runs_.erase(runs_.begin());
  }
}

RunState StateOfStep(const StepRow& step) {
  uint32_t open = 0;
  for (const TaskState state :
       {TaskState::kBlocked, TaskState::kReady, TaskState::kDelayed, TaskState::kLeased}) {
    open += step.count(state);
  }
  const bool begun = step.attempts > 0 || step.count(TaskState::kFailed) > 0;
  if (open > 0) return begun ? RunState::kRunning : RunState::kWaiting;
  if (step.count(TaskState::kFailed) > 0) return RunState::kFailed;
  if (step.count(TaskState::kCancelled) > 0) return RunState::kCancelled;
  if (step.count(TaskState::kSkipped) > 0) return RunState::kSkipped;
  return RunState::kSucceeded;
}

TaskRef Scheduler::RefOf(const TaskKey& key) const {
  const RunRow& run = runs_.at(key.run);
  const TaskRow& row = run.steps[key.step].tasks[key.task];
  TaskRef task;
  task.run = run.spec.id;
  task.step = run.spec.steps[key.step].id;
  task.task = static_cast<int>(key.task);
  task.attempt = row.attempts;
  task.fence = row.fence;
  return task;
}

}  // namespace signet::coordinator
