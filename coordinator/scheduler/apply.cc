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
    case RecordType::kRunAccepted2:
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
    case RecordType::kSecondLeased:
      return ApplySecond(record, now);
    case RecordType::kAttemptDropped:
      return ApplyDropped(record);
    case RecordType::kSucceeded:
      return ApplyEnd(record, TaskState::kSucceeded, now, out);
    case RecordType::kAttemptLost:
      return ApplyLost(record, now);
    case RecordType::kTaskFailed:
      return ApplyEnd(record, TaskState::kFailed, now, out);
    case RecordType::kRunCancelled:
      return ApplyCancelled(record, now, out);
    case RecordType::kApproved: {
      const auto run = runs_.find(record.run);
      if (run == runs_.end() || record.step >= run->second.steps.size()) {
        return Corrupt("an approval names an unknown step");
      }
      run->second.steps[record.step].approvers.push_back(record.text);
      return OkStatus();
    }
  }
  return Corrupt("a record has an unknown type");
}

Status Scheduler::ApplyAccepted(const Record& record, Now now) {
  if (record.run != next_run_ || record.spec == nullptr) {
    return Corrupt("a run's number is out of order");
  }
  if (!run_numbers_.emplace(record.spec->id, record.run).second) {
    return Corrupt("a run is accepted twice");
  }
  ++next_run_;
  ForgetOldRuns();
  RunRow& run = runs_[record.run];
  run.number = record.run;
  run.spec = *record.spec;
  run.submitted = record.wall;
  run.fed = now.monotonic_micros;
  open_.insert(record.run);
  BuildRun(run, now);
  return OkStatus();
}

void Scheduler::BuildRun(RunRow& run, Now now) const {
  std::unordered_map<StepId, uint32_t> index;
  run.steps.resize(run.spec.steps.size());
  run.steps_open = static_cast<uint32_t>(run.steps.size());
  run.pools.resize(1 + run.spec.pools.size());
  std::unordered_map<std::string, uint32_t> pools;
  for (const auto& pool : run.spec.pools) {
    const auto number = static_cast<uint32_t>(pools.size() + 1);
    run.pools[number].limit = pool.second;
    if (run.spec.shared_pools.count(pool.first) != 0) run.pools[number].shared = pool.first;
    pools.emplace(pool.first, number);
  }
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    const StepSpec& spec = run.spec.steps[i];
    StepRow& step = run.steps[i];
    TaskRow blocked;
    blocked.waits = static_cast<uint16_t>(std::count_if(
        spec.after.begin(), spec.after.end(), [](const auto& edge) { return edge.partitionwise; }));
    step.tasks.Reset(static_cast<uint32_t>(spec.tasks), blocked);
    step.counts[static_cast<size_t>(TaskState::kBlocked)] = static_cast<uint32_t>(spec.tasks);
    if (!spec.pool.empty()) step.pool = pools.at(spec.pool);
    index.emplace(spec.id, i);
  }
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    for (const Dependency& edge : run.spec.steps[i].after) {
      run.steps[index.at(edge.step)].dependents.push_back({i, edge.partitionwise});
      if (!edge.partitionwise) ++run.steps[i].waits;
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
  TaskRows& tasks = run->second.steps[record.step].tasks;
  if (record.task >= tasks.size()) return Corrupt("a record names an unknown task");
  return &tasks.Touch(record.task);
}

Status Scheduler::ApplyLeased(const Record& record, Now now) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  // In replay a task whose delay was over is still kDelayed: waking is not recorded.
  const bool grantable = row->state == TaskState::kReady || row->state == TaskState::kDelayed;
  if (!grantable || record.fence < next_fence_ || record.worker >= workers_.size()) {
    return Corrupt("a lease does not fit its task's state");
  }
  RunRow& run = runs_.at(record.run);
  StepRow& step = run.steps[record.step];
  SetState(run, record.step, record.task, TaskState::kLeased, now);
  row->fence = record.fence;
  if (step.started.micros == 0) step.started = record.wall;
  run.state = RunState::kRunning;
  run.fed = now.monotonic_micros;
  AddLease(record, /*second=*/false, now);
  return OkStatus();
}

/// One more live attempt at the task, which has a row of its own.
void Scheduler::AddLease(const Record& record, bool second, Now now) {
  next_fence_ = record.fence + 1;
  RunRow& run = runs_.at(record.run);
  StepRow& step = run.steps[record.step];
  TaskRow& row = step.tasks.Touch(record.task);
  if (row.attempts < UINT16_MAX) ++row.attempts;
  ++step.attempts;
  ++run.leased;
  LeaseRow lease;
  lease.task = {record.run, record.step, record.task};
  lease.worker = record.worker;
  lease.granted = now.monotonic_micros;
  lease.active = now.monotonic_micros;
  lease.second = second;
  leases_.emplace(record.fence, lease);
  ++workers_[record.worker].leased;
  ChargeWorker(lease, +1);
}

/// Takes the task's resources from its worker's (+1), or gives them back (-1).
void Scheduler::ChargeWorker(const LeaseRow& lease, int sign) {
  const Needs& needs = runs_.at(lease.task.run).spec.steps[lease.task.step].needs;
  WorkerRow& worker = workers_[lease.worker];
  worker.memory_mb_used += sign * needs.memory_mb;
  worker.cpu_milli_used += sign * needs.cpu_milli;
}

void Scheduler::ReleaseLease(uint64_t fence) {
  const auto lease = leases_.find(fence);
  if (lease == leases_.end()) return;
  --runs_.at(lease->second.task.run).leased;
  ChargeWorker(lease->second, -1);
  if (!options_.leak_slots) --workers_[lease->second.worker].leased;
  if (const uint64_t twin = TwinOf(fence); twin != 0) {
    // The task's state stands for one of its two leases in the pool; this is the other.
    const TaskKey& key = lease->second.task;
    RunRow& run = runs_.at(key.run);
    if (!options_.forget_second_slot) --run.pools[run.steps[key.step].pool].leased;
    twins_.erase(twin);
    twins_.erase(fence);
  }
  leases_.erase(lease);
}

namespace {

/// What a result without a lease begins: that of a local task, of one whose result was known, or
/// of one that nobody took in time.
Status BeginUnleased(const Record& record, TaskState end, RunRow& run, TaskRow& row) {
  if (IsTerminal(row.state) || row.state == TaskState::kLeased) {
    return Corrupt("a local result does not fit its task's state");
  }
  const StepSpec& spec = run.spec.steps[record.step];
  StepRow& step = run.steps[record.step];
  if (spec.local) {
    ++row.attempts;
    ++step.attempts;
  }
  if (step.started.micros == 0) step.started.micros = record.wall.micros - record.delay_micros;
  // An approval, and a task that nobody took in time, begin nothing: the lane may be another's.
  const bool known = spec.cached && end == TaskState::kSucceeded;
  if (known || (spec.local && spec.approvals == 0)) run.state = RunState::kRunning;
  return OkStatus();
}

/// Keeps the first failure of the step, and of the run if the step may not fail.
void NoteFailure(const Record& record, RunRow& run) {
  const StepSpec& spec = run.spec.steps[record.step];
  StepRow& step = run.steps[record.step];
  if (step.failure.ok()) step.failure = record.failure;
  if (run.failure.ok() && !spec.allow_failure) {
    run.failure = record.failure.WithContext("step '" + spec.id.text() + "'");
  }
}

}  // namespace

Status Scheduler::ApplyEnd(const Record& record, TaskState end, Now now, Outcome& out) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  RunRow& run = runs_.at(record.run);
  if (record.fence != 0) {
    if (row->state != TaskState::kLeased || row->fence != record.fence) {
      return Corrupt("a result does not fit its task's lease");
    }
    ReleaseLease(record.fence);
  } else {
    TRY(BeginUnleased(record, end, run, *row));
  }
  if (end == TaskState::kFailed) {
    ++row->failures;
    NoteFailure(record, run);
  }
  SetState(run, record.step, record.task, end, now);  // the row may be given back here
  run.steps[record.step].rows += record.rows;
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

/// Ends what of the step has not ended, and revokes what runs.
void Scheduler::CancelTasks(RunRow& run, uint32_t step, Now now, Outcome& out) {
  const TaskRows& rows = run.steps[step].tasks;
  const auto tasks = static_cast<uint32_t>(rows.size());
  for (uint32_t task = 0, end = 0; task < tasks; task = end) {
    end = rows.StretchEnd(task, tasks);
    const TaskRow& row = rows[task];
    if (IsTerminal(row.state)) continue;
    const uint64_t fence = row.state == TaskState::kLeased ? row.fence : 0;
    for (const uint64_t one : {fence, TwinOf(fence)}) {
      if (one == 0) continue;
      out.commands.emplace_back(
          RevokeLease{workers_[leases_.at(one).worker].id, one, run.failure.message()});
      ReleaseLease(one);
    }
    SetStates(run, {step, task, end}, TaskState::kCancelled, now);
  }
}

Status Scheduler::ApplyCancelled(const Record& record, Now now, Outcome& out) {
  const auto found = runs_.find(record.run);
  if (found == runs_.end() || IsTerminal(found->second.state)) {
    return Corrupt("a cancelled run is unknown or has ended");
  }
  RunRow& run = found->second;
  run.failure = record.failure;
  for (uint32_t i = 0; i < run.steps.size(); ++i) CancelTasks(run, i, now, out);
  const bool asked = record.failure.code() == StatusCode::kCancelled;
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    if (run.steps[i].ended) continue;
    run.steps[i].ended = true;
    run.steps[i].finished = record.wall;
    out.commands.emplace_back(
        StepEnded{run.spec.id, run.spec.steps[i].id, StateOfStep(run.steps[i])});
  }
  run.steps_open = 0;
  EndRun(run, asked ? RunState::kCancelled : RunState::kFailed, record.wall, out);
  return OkStatus();
}

void Scheduler::SetStates(RunRow& run, const ReadyRange& range, TaskState state, Now now) const {
  StepRow& row = run.steps[range.step];
  PoolRow& pool = run.pools[row.pool];
  for (uint32_t task = range.first, end = 0; task < range.last; task = end) {
    end = row.tasks.StretchEnd(task, range.last);
    TaskRow* target = row.tasks.TouchStretch(task, end);
    if (target == nullptr) {
      end = task + 1;
      target = &row.tasks.Touch(task);
    }
    CHECK(!IsTerminal(target->state));
    // Tasks that are or become leased stand alone: a fence names one.
    CHECK(end == task + 1 || state != TaskState::kLeased);
    if (target->state == TaskState::kLeased && !options_.leak_slots) --pool.leased;
    if (state == TaskState::kLeased) ++pool.leased;
    row.counts[static_cast<size_t>(target->state)] -= end - task;
    row.counts[static_cast<size_t>(state)] += end - task;
    target->state = state;
    target->since = now.monotonic_micros;
    if (IsTerminal(state)) row.tasks.Settle(task);
  }
}

void Scheduler::MakeReady(
    RunRow& run, uint32_t step, uint32_t first, uint32_t last, Now now) const {
  StepRow& row = run.steps[step];
  const StepSpec& spec = run.spec.steps[step];
  // What may be known already is asked for first; what waits for approvals waits for events.
  std::deque<ReadyRange> nowhere;
  std::deque<ReadyRange>& ready =
      spec.local || spec.cached ? run.local_ready : run.pools[row.pool].ready;
  std::deque<ReadyRange>& queue = spec.approvals > 0 ? nowhere : ready;
  uint32_t begin = first;
  for (uint32_t task = first, end = 0; task < last; task = end) {
    end = row.tasks.StretchEnd(task, last);
    const TaskRow& target = row.tasks[task];
    const bool blocked = target.state == TaskState::kBlocked || target.state == TaskState::kDelayed;
    if (blocked && target.waits == 0) {
      SetStates(run, {step, task, end}, TaskState::kReady, now);
      continue;
    }
    if (begin < task) queue.push_back({step, begin, task});
    begin = end;
  }
  if (begin < last) queue.push_back({step, begin, last});
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
