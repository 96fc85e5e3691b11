// The scheduler's durable state as bytes: u8 format, u32 next run, u64 next fence, workers, runs.
// Tasks that wait (blocked, ready, delayed) are one state there: restoring derives which it is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

constexpr uint8_t kFormat = 2;
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

void EncodeTaskRow(const TaskRow& task, uint32_t worker, Bytes& to) {
  const bool waits = !IsTerminal(task.state) && task.state != TaskState::kLeased;
  to.push_back(static_cast<uint8_t>(waits ? TaskState::kBlocked : task.state));
  AppendU16(to, task.attempts);
  to.push_back(task.failures);
  to.push_back(task.losses);
  if (task.state != TaskState::kLeased) return;
  AppendU64(to, task.fence);
  AppendU32(to, worker);
}

}  // namespace

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
      for (const TaskRow& task : step.tasks) {
        const bool leased = task.state == TaskState::kLeased;
        EncodeTaskRow(task, leased ? leases_.at(task.fence).worker : 0, to);
      }
    }
  }
  return to;
}

Status Scheduler::Restore(ByteView snapshot, Now now) {
  CHECK(runs_.empty() && workers_.empty());
  ByteReader from(snapshot);
  ASSIGN_OR_RETURN(const uint8_t format, from.U8());
  if (format != kFormat && format != kFormatFirst) {
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
  const SpecFormat spec_format =
      format == kFormatFirst ? SpecFormat::kFirst : SpecFormat::kExtended;
  ASSIGN_OR_RETURN(const uint32_t runs, from.U32());
  for (uint32_t i = 0; i < runs; ++i) TRY(RestoreRun(from, spec_format, now));
  if (!from.empty()) return Corrupt("the scheduler's snapshot has bytes behind its end");
  next_run_ = next_run;
  next_fence_ = next_fence;
  return OkStatus();
}

Status Scheduler::RestoreRun(ByteReader& from, SpecFormat spec_format, Now now) {
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
      std::vector<TaskRow>().swap(step.tasks);
      for (uint32_t& count : step.counts) {
        ASSIGN_OR_RETURN(count, from.U32());
      }
    }
    for (uint32_t task = 0; task < step.tasks.size(); ++task) {
      TRY(RestoreTask(from, run, i, task, now));
    }
  }
  run.fed = now.monotonic_micros;
  if (IsTerminal(run.state)) return OkStatus();
  open_.insert(run.number);
  Unblock(run, now);
  return OkStatus();
}

Status Scheduler::RestoreTask(
    ByteReader& from, RunRow& run, uint32_t step, uint32_t task, Now now) {
  TaskRow& row = run.steps[step].tasks[task];
  ASSIGN_OR_RETURN(const uint8_t state, from.U8());
  if (state >= kTaskStates) return Corrupt("a task has an unknown state");
  ASSIGN_OR_RETURN(row.attempts, from.U16());
  ASSIGN_OR_RETURN(row.failures, from.U8());
  ASSIGN_OR_RETURN(row.losses, from.U8());
  if (static_cast<TaskState>(state) == TaskState::kBlocked) return OkStatus();
  SetState(run, step, task, static_cast<TaskState>(state), now);
  if (row.state != TaskState::kLeased) return OkStatus();
  ASSIGN_OR_RETURN(row.fence, from.U64());
  LeaseRow lease;
  ASSIGN_OR_RETURN(lease.worker, from.U32());
  if (lease.worker >= workers_.size()) return Corrupt("a lease names an unknown worker");
  lease.task = {run.number, step, task};
  lease.granted = now.monotonic_micros;
  lease.active = now.monotonic_micros;
  if (!leases_.emplace(row.fence, lease).second) return Corrupt("two leases have one fence");
  ++workers_[lease.worker].leased;
  ++run.leased;
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
    for (size_t task = 0; task < row.tasks.size(); ++task) {
      const TaskState at = row.tasks[task].state;
      const bool passes = Satisfies(at == TaskState::kSucceeded, at == TaskState::kFailed, lenient);
      if (passes) --next.tasks[task].waits;
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
