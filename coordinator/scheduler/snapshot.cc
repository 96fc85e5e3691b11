// The scheduler's durable state as bytes: u8 format, u32 next run, u64 next fence, workers, runs.
// Tasks that wait (blocked, ready, delayed) are one state there: restoring derives which it is.
// A step's tasks, until their number is reached:
//   u32 how many are alike | u8 state | u16 attempts | u8 failures | u8 losses
//   if leased: u64 fence | u32 worker | u64 fence of the second attempt, or 0 | u32 its worker
// (formats 1 and 2: each task by itself, without the number and without second attempts).
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

constexpr uint8_t kFormat = 3;
constexpr uint8_t kFormatTaskByTask = 2;
constexpr uint8_t kFormatFirst = 1;  // its specs have no extension

void AppendTime(Bytes& to, Timestamp time) {
  AppendU64(to, static_cast<uint64_t>(time.micros));
}

Status ReadTime(ByteReader& from, Timestamp& time) {
  ASSIGN_OR_RETURN(const uint64_t raw, from.U64());
  time.micros = static_cast<int64_t>(raw);
  return OkStatus();
}

Status ReadText(ByteReader& from, std::string& text) {
  ASSIGN_OR_RETURN(const ByteView raw, from.Field());
  text = std::string(AsText(raw));
  return OkStatus();
}

void EncodeStepRow(const StepRow& step, Bytes& to) {
  AppendU32(to, step.attempts);
  AppendU64(to, static_cast<uint64_t>(step.rows));
  to.push_back(step.ended ? 1 : 0);
  AppendTime(to, step.started);
  AppendTime(to, step.finished);
  EncodeStatus(step.failure, to);
  AppendField(to, step.last_trouble);
  AppendU32(to, static_cast<uint32_t>(step.approvers.size()));
  for (const std::string& approver : step.approvers) AppendField(to, approver);
}

Status DecodeStepRow(ByteReader& from, SpecFormat format, StepRow& step) {
  ASSIGN_OR_RETURN(step.attempts, from.U32());
  ASSIGN_OR_RETURN(const uint64_t rows, from.U64());
  step.rows = static_cast<int64_t>(rows);
  ASSIGN_OR_RETURN(const uint8_t ended, from.U8());
  step.ended = ended != 0;
  TRY(ReadTime(from, step.started));
  TRY(ReadTime(from, step.finished));
  TRY(DecodeStatus(from, step.failure));
  TRY(ReadText(from, step.last_trouble));
  if (format == SpecFormat::kFirst) return OkStatus();
  ASSIGN_OR_RETURN(const uint32_t approvers, from.U32());
  for (uint32_t i = 0; i < approvers; ++i) {
    std::string approver;
    TRY(ReadText(from, approver));
    step.approvers.push_back(std::move(approver));
  }
  return OkStatus();
}

}  // namespace

Bytes Scheduler::EncodeTaskRow(const TaskRow& task) const {
  Bytes to;
  const bool waits = !IsTerminal(task.state) && task.state != TaskState::kLeased;
  to.push_back(static_cast<uint8_t>(waits ? TaskState::kBlocked : task.state));
  AppendU16(to, task.attempts);
  to.push_back(task.failures);
  to.push_back(task.losses);
  if (task.state != TaskState::kLeased) return to;
  AppendU64(to, task.fence);
  AppendU32(to, leases_.at(task.fence).worker);
  const uint64_t second = TwinOf(task.fence);
  AppendU64(to, second);
  AppendU32(to, second == 0 ? 0 : leases_.at(second).worker);
  return to;
}

void Scheduler::EncodeTasks(const TaskRows& tasks, Bytes& to) const {
  const auto size = static_cast<uint32_t>(tasks.size());
  uint32_t alike = 0;
  Bytes pending;
  for (uint32_t task = 0, end = 0; task < size; task = end) {
    end = tasks.StretchEnd(task, size);
    Bytes row = EncodeTaskRow(tasks[task]);
    if (alike > 0 && row != pending) {
      AppendU32(to, alike);
      Append(to, pending);
      alike = 0;
    }
    alike += end - task;
    pending = std::move(row);
  }
  if (alike == 0) return;
  AppendU32(to, alike);
  Append(to, pending);
}

Bytes Scheduler::Snapshot() const {
  Bytes to;
  to.push_back(kFormat);
  AppendU32(to, next_run_);
  AppendU64(to, next_fence_);
  AppendU32(to, static_cast<uint32_t>(workers_.size()));
  for (const WorkerRow& worker : workers_) AppendField(to, worker.id.text());
  AppendU32(to, static_cast<uint32_t>(runs_.size()));
  for (const auto& entry : runs_) {
    const RunRow& run = entry.second;
    AppendU32(to, run.number);
    EncodeRunSpec(run.spec, to);
    to.push_back(static_cast<uint8_t>(run.state));
    AppendTime(to, run.submitted);
    AppendTime(to, run.finished);
    EncodeStatus(run.failure, to);
    for (const StepRow& step : run.steps) {
      EncodeStepRow(step, to);
      for (const uint32_t count : step.counts) {
        if (IsTerminal(run.state)) AppendU32(to, count);
      }
      EncodeTasks(step.tasks, to);
    }
  }
  return to;
}

Status Scheduler::Restore(ByteView snapshot, Now now) {
  CHECK(runs_.empty() && workers_.empty());
  ByteReader from(snapshot);
  ASSIGN_OR_RETURN(const uint8_t format, from.U8());
  if (format > kFormat || format < kFormatFirst) {
    return Corrupt("the scheduler's snapshot has format " + std::to_string(format) +
                   ", this program reads " + std::to_string(kFormat));
  }
  ASSIGN_OR_RETURN(const uint32_t next_run, from.U32());
  ASSIGN_OR_RETURN(const uint64_t next_fence, from.U64());
  ASSIGN_OR_RETURN(const uint32_t workers, from.U32());
  for (uint32_t i = 0; i < workers; ++i) {
    WorkerRow worker;
    std::string id;
    TRY(ReadText(from, id));
    worker.id = WorkerId(std::move(id));
    worker.heard = now.monotonic_micros;
    worker_numbers_.emplace(worker.id, i);
    workers_.push_back(std::move(worker));
  }
  ASSIGN_OR_RETURN(const uint32_t runs, from.U32());
  for (uint32_t i = 0; i < runs; ++i) TRY(RestoreRun(from, format, now));
  if (!from.empty()) return Corrupt("the scheduler's snapshot has bytes behind its end");
  next_run_ = next_run;
  next_fence_ = next_fence;
  return OkStatus();
}

Status Scheduler::RestoreRun(ByteReader& from, uint8_t format, Now now) {
  const SpecFormat spec_format =
      format == kFormatFirst ? SpecFormat::kFirst : SpecFormat::kExtended;
  ASSIGN_OR_RETURN(const uint32_t number, from.U32());
  RunRow& run = runs_[number];
  run.number = number;
  ASSIGN_OR_RETURN(run.spec, DecodeRunSpec(from, spec_format));
  run_numbers_.emplace(run.spec.id, number);
  BuildRun(run, now);
  ASSIGN_OR_RETURN(const uint8_t state, from.U8());
  if (state > static_cast<uint8_t>(RunState::kSkipped)) {
    return Corrupt("a run has an unknown state");
  }
  run.state = static_cast<RunState>(state);
  TRY(ReadTime(from, run.submitted));
  TRY(ReadTime(from, run.finished));
  TRY(DecodeStatus(from, run.failure));
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    StepRow& step = run.steps[i];
    TRY(DecodeStepRow(from, spec_format, step));
    if (step.ended) --run.steps_open;
    if (IsTerminal(run.state)) {
      step.tasks.Clear();
      for (uint32_t& count : step.counts) {
        ASSIGN_OR_RETURN(count, from.U32());
      }
    }
    TRY(RestoreTasks(from, format, run, i, now));
  }
  run.fed = now.monotonic_micros;
  if (IsTerminal(run.state)) return OkStatus();
  open_.insert(run.number);
  Unblock(run, now);
  return OkStatus();
}

Status Scheduler::RestoreTasks(
    ByteReader& from, uint8_t format, RunRow& run, uint32_t step, Now now) {
  TaskRows& tasks = run.steps[step].tasks;
  const auto size = static_cast<uint32_t>(tasks.size());
  for (uint32_t task = 0, end = 0; task < size; task = end) {
    uint32_t alike = 1;
    if (format > kFormatTaskByTask) {
      ASSIGN_OR_RETURN(alike, from.U32());
    }
    if (alike == 0 || alike > size - task) return Corrupt("a step has more tasks than it may");
    end = task + alike;
    TaskRow row;
    ASSIGN_OR_RETURN(const uint8_t state, from.U8());
    if (state >= kTaskStates) return Corrupt("a task has an unknown state");
    row.state = static_cast<TaskState>(state);
    ASSIGN_OR_RETURN(row.attempts, from.U16());
    ASSIGN_OR_RETURN(row.failures, from.U8());
    ASSIGN_OR_RETURN(row.losses, from.U8());
    const bool blocked = row.state == TaskState::kBlocked;
    const bool plain = row.attempts == 0 && row.failures == 0 && row.losses == 0;
    for (uint32_t one = task; one < end && !plain; ++one) {
      TaskRow& target = tasks.Touch(one);
      target.attempts = row.attempts;
      target.failures = row.failures;
      target.losses = row.losses;
    }
    if (!blocked) SetStates(run, {step, task, end}, row.state, now);
    if (row.state != TaskState::kLeased) continue;
    if (alike != 1) return Corrupt("two leases have one fence");
    TRY(RestoreLeases(from, format, {run.number, step, task}, now));
  }
  return OkStatus();
}

Status Scheduler::RestoreLeases(ByteReader& from, uint8_t format, const TaskKey& key, Now now) {
  ASSIGN_OR_RETURN(const uint64_t fence, from.U64());
  ASSIGN_OR_RETURN(const uint32_t worker, from.U32());
  RunRow& run = runs_.at(key.run);
  run.steps[key.step].tasks.Touch(key.task).fence = fence;
  TRY(RestoreLease(fence, worker, key, /*second=*/false, now));
  if (format <= kFormatTaskByTask) return OkStatus();
  ASSIGN_OR_RETURN(const uint64_t second, from.U64());
  ASSIGN_OR_RETURN(const uint32_t its_worker, from.U32());
  if (second == 0) return OkStatus();
  TRY(RestoreLease(second, its_worker, key, /*second=*/true, now));
  twins_[fence] = second;
  twins_[second] = fence;
  ++run.pools[run.steps[key.step].pool].leased;
  return OkStatus();
}

Status Scheduler::RestoreLease(
    uint64_t fence, uint32_t worker, const TaskKey& key, bool second, Now now) {
  LeaseRow lease;
  lease.worker = worker;
  if (lease.worker >= workers_.size()) return Corrupt("a lease names an unknown worker");
  lease.task = key;
  lease.granted = now.monotonic_micros;
  lease.active = now.monotonic_micros;
  lease.second = second;
  if (!leases_.emplace(fence, lease).second) return Corrupt("two leases have one fence");
  ++workers_[lease.worker].leased;
  ++runs_.at(key.run).leased;
  ChargeWorker(lease, +1);
  return OkStatus();
}

namespace {

/// Whether a task or step that ended so lets those begin that wait for its success.
bool Satisfies(bool succeeded, bool failed, bool lenient) {
  return succeeded || (failed && lenient);
}

/// Strikes from the waits of the step's dependents what it has met already.
void StrikeMet(RunRow& run, size_t step) {
  const StepRow& row = run.steps[step];
  const bool lenient = run.spec.steps[step].allow_failure;
  const RunState state = StateOfStep(row);
  const bool satisfied =
      row.ended && Satisfies(state == RunState::kSucceeded, state == RunState::kFailed, lenient);
  for (const Dependent& edge : row.dependents) {
    StepRow& next = run.steps[edge.step];
    if (!edge.partitionwise) {
      const bool any_end = run.spec.steps[edge.step].when != StepWhen::kSucceeded && row.ended;
      if (satisfied || any_end) --next.waits;
      continue;
    }
    const auto tasks = static_cast<uint32_t>(row.tasks.size());
    for (uint32_t task = 0, end = 0; task < tasks; task = end) {
      end = row.tasks.StretchEnd(task, tasks);
      const TaskState at = row.tasks[task].state;
      const bool passes = Satisfies(at == TaskState::kSucceeded, at == TaskState::kFailed, lenient);
      for (uint32_t one = task; one < end && passes; ++one) --next.tasks.Touch(one).waits;
    }
  }
}

}  // namespace

void Scheduler::Unblock(RunRow& run, Now now) const {
  for (size_t i = 0; i < run.steps.size(); ++i) StrikeMet(run, i);
  for (uint32_t i = 0; i < run.steps.size(); ++i) {
    const auto tasks = static_cast<uint32_t>(run.steps[i].tasks.size());
    if (run.steps[i].waits == 0) MakeReady(run, i, 0, tasks, now);
  }
}

}  // namespace signet::coordinator
