#include "coordinator/scheduler/scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace signet::coordinator {

namespace {

constexpr int64_t kExpiryScanMicros = 50'000;

}  // namespace

Outcome Scheduler::Step(const Event& event, Now now) {
  Outcome out;
  std::visit([&](const auto& what) { On(what, now, out); }, event);
  return out;
}

void Scheduler::Emit(Record record, Now now, Outcome& out) {
  record.wall = now.wall;
  const Status applied = Apply(record, now, out);
  CHECK_FACTS(applied.ok(), applied.message());
  out.records.push_back(std::move(record));
}

void Scheduler::On(const SubmitRun& event, Now now, Outcome& out) {
  Record record;
  record.type = RecordType::kRunAccepted2;
  record.run = next_run_;
  record.spec = std::make_shared<const RunSpec>(event.spec);
  Emit(std::move(record), now, out);
}

void Scheduler::On(const AttachRun& event, Now now, Outcome& /*out*/) {
  const auto found = run_numbers_.find(event.run);
  if (found == run_numbers_.end()) return;
  RunRow& run = runs_.at(found->second);
  run.attached = true;
  run.fed = now.monotonic_micros;
  if (run.spec.total_ms > 0) {
    // A restarted run keeps the part of its limit that the wall clock says is left.
    const int64_t used = std::max<int64_t>(0, now.wall.micros - run.submitted.micros);
    run.deadline = now.monotonic_micros + std::max<int64_t>(0, run.spec.total_ms * 1'000 - used);
  }
}

void Scheduler::On(const CancelRun& event, Now now, Outcome& out) {
  const auto found = run_numbers_.find(event.run);
  if (found == run_numbers_.end() || IsTerminal(runs_.at(found->second).state)) return;
  Record record;
  record.type = RecordType::kRunCancelled;
  record.run = found->second;
  record.failure = event.reason;
  Emit(std::move(record), now, out);
}

uint32_t Scheduler::WorkerNumber(const WorkerId& worker, Now now, Outcome& out) {
  const auto found = worker_numbers_.find(worker);
  if (found != worker_numbers_.end()) return found->second;
  Record record;
  record.type = RecordType::kWorkerNamed;
  record.worker = static_cast<uint32_t>(workers_.size());
  record.text = worker.text();
  const uint32_t number = record.worker;
  Emit(std::move(record), now, out);
  return number;
}

void Scheduler::On(const WorkerJoined& event, Now now, Outcome& out) {
  const uint32_t number = WorkerNumber(event.worker, now, out);
  WorkerRow& worker = workers_[number];
  // The same process on a new connection may not have seen its newest leases yet; its heartbeats
  // will tell. Another process surely has not.
  const bool same_process = worker.boot == event.boot;
  worker.boot = event.boot;
  worker.slots = event.slots;
  worker.offer = event.offer;
  worker.heard = now.monotonic_micros;
  worker.connected = true;
  worker.draining = false;
  if (same_process) return;
  std::vector<uint64_t> lost;
  for (const auto& lease : leases_) {
    if (lease.second.worker != number) continue;
    const bool held =
        std::find(event.held.begin(), event.held.end(), lease.first) != event.held.end();
    if (!held) lost.push_back(lease.first);
  }
  std::sort(lost.begin(), lost.end());
  for (const uint64_t fence : lost) {
    if (leases_.count(fence) != 0) LoseAttempt(fence, "its worker started anew", now, out);
  }
}

void Scheduler::On(const WorkerBeat& event, Now now, Outcome& out) {
  const auto found = worker_numbers_.find(event.worker);
  if (found == worker_numbers_.end()) return;
  // One that was silent for too long is back; what it lost meanwhile is revoked below.
  workers_[found->second].connected = true;
  workers_[found->second].heard = now.monotonic_micros;
  std::vector<uint64_t> named = event.finished;
  for (const LeaseBeat& beat : event.running) {
    named.push_back(beat.fence);
    const auto lease = leases_.find(beat.fence);
    if (lease == leases_.end() || lease->second.worker != found->second) {
      out.commands.emplace_back(
          RevokeLease{event.worker, beat.fence, "the lease is no longer valid"});
      continue;
    }
    LeaseRow& row = lease->second;
    if (beat.progress > row.progress || beat.cpu_ms > row.cpu_ms) {
      row.active = now.monotonic_micros;
      row.started = true;
    }
    row.progress = std::max(row.progress, std::min(beat.progress, 1.0));
    row.cpu_ms = std::max(row.cpu_ms, beat.cpu_ms);
  }
  std::sort(named.begin(), named.end());
  std::vector<uint64_t> lost;
  for (const auto& lease : leases_) {
    if (lease.second.worker != found->second) continue;
    if (now.monotonic_micros - lease.second.granted < options_.silence_ms_max * 1'000) continue;
    if (!std::binary_search(named.begin(), named.end(), lease.first)) lost.push_back(lease.first);
  }
  std::sort(lost.begin(), lost.end());
  for (const uint64_t fence : lost) {
    if (leases_.count(fence) == 0) continue;  // lost with its gang
    LoseAttempt(fence, "its worker does not know of the lease", now, out);
  }
}

void Scheduler::On(const WorkerSlots& event, Now /*now*/, Outcome& /*out*/) {
  const auto found = worker_numbers_.find(event.worker);
  if (found != worker_numbers_.end()) workers_[found->second].slots = event.slots;
}

void Scheduler::On(const WorkerDraining& event, Now /*now*/, Outcome& /*out*/) {
  const auto found = worker_numbers_.find(event.worker);
  if (found != worker_numbers_.end()) workers_[found->second].draining = true;
}

void Scheduler::On(const WorkerGone& event, Now now, Outcome& out) {
  const auto found = worker_numbers_.find(event.worker);
  if (found == worker_numbers_.end()) return;
  workers_[found->second].connected = false;
  LoseLeasesOf(found->second, event.reason, now, out);
}

void Scheduler::On(const TaskSucceeded& event, Now now, Outcome& out) {
  const auto lease = leases_.find(event.fence);
  CHECK(lease != leases_.end());
  const TaskKey key = lease->second.task;
  StepRow& step = runs_.at(key.run).steps[key.step];
  ++step.timed;
  step.timed_micros += now.monotonic_micros - lease->second.granted;
  if (const uint64_t slower = TwinOf(event.fence); slower != 0) {
    out.commands.emplace_back(RevokeLease{
        workers_[leases_.at(slower).worker].id, slower, "another attempt at the task was first"});
    DropAttempt(
        slower, Cancelled("another attempt at the task was first"), /*counted=*/false, now, out);
  }
  Record record;
  record.type = RecordType::kSucceeded;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.fence = event.fence;
  record.rows = event.rows;
  Emit(std::move(record), now, out);
}

void Scheduler::On(const TaskFailed& event, Now now, Outcome& out) {
  const auto lease = leases_.find(event.fence);
  CHECK(lease != leases_.end());
  const TaskKey key = lease->second.task;
  FailAttempt(key, event.fence, event.failure, now, out);
}

void Scheduler::On(const LocalFinished& event, Now now, Outcome& out) {
  const auto found = run_numbers_.find(event.task.run);
  if (found == run_numbers_.end() || IsTerminal(runs_.at(found->second).state)) return;
  RunRow& run = runs_.at(found->second);
  uint32_t step = 0;
  while (run.spec.steps[step].id != event.task.step) ++step;
  const TaskKey key{run.number, step, static_cast<uint32_t>(event.task.task)};
  if (!event.status.ok()) return FailAttempt(key, /*fence=*/0, event.status, now, out);
  Record record;
  record.type = RecordType::kSucceeded;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.delay_micros = event.took_micros;
  Emit(std::move(record), now, out);
}

void Scheduler::On(const TasksStarted& event, Now now, Outcome& /*out*/) {
  for (const uint64_t fence : event.fences) {
    if (!Holds(fence, event.worker)) continue;
    LeaseRow& lease = leases_.at(fence);
    lease.started = true;
    lease.active = now.monotonic_micros;
  }
}

void Scheduler::On(const Tick& event, Now now, Outcome& out) {
  if (event.expire && now.monotonic_micros - expired_at_ >= kExpiryScanMicros) {
    expired_at_ = now.monotonic_micros;
    ExpireLeases(now, out);
  }
  WakeDelayed(now);
  Grant(now, out);
}

void Scheduler::FailAttempt(
    const TaskKey& key, uint64_t fence, const Status& failure, Now now, Outcome& out) {
  if (const uint64_t other = TwinOf(fence); other != 0) {
    if (IsRetryable(failure.code())) return DropAttempt(fence, failure, /*counted=*/true, now, out);
    // What no retry can help will not help the other attempt either.
    const std::string why = "the other attempt at the task failed for good";
    out.commands.emplace_back(RevokeLease{workers_[leases_.at(other).worker].id, other, why});
    DropAttempt(other, Cancelled(why), /*counted=*/false, now, out);
  }
  const RunRow& run = runs_.at(key.run);
  const StepSpec& spec = run.spec.steps[key.step];
  const TaskRow& row = run.steps[key.step].tasks[key.task];
  Record record;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.fence = fence;
  record.failure = failure;
  record.counted = true;
  const int failures = row.failures + 1;
  if (IsRetryable(failure.code()) && failures < spec.retry.failures_max) {
    record.type = RecordType::kAttemptLost;
    record.delay_micros = JitterMicros(spec.retry, failures);
  } else {
    record.type = RecordType::kTaskFailed;
  }
  const bool again = record.type == RecordType::kAttemptLost;
  Emit(std::move(record), now, out);
  if (spec.gang && again) LoseGang(key, failure.message(), now, out);
}

/// The others of the gang lose their attempts too, and go on together.
void Scheduler::LoseGang(const TaskKey& key, const std::string& reason, Now now, Outcome& out) {
  if (options_.split_gangs) return;
  const RunRow& run = runs_.at(key.run);
  if (IsTerminal(run.state)) return;
  const TaskRows& tasks = run.steps[key.step].tasks;
  const int64_t wakes = tasks[key.task].since;
  for (uint32_t task = 0; task < tasks.size(); ++task) {
    if (tasks[task].state != TaskState::kLeased) continue;
    const uint64_t fence = tasks[task].fence;
    out.commands.emplace_back(
        RevokeLease{workers_[leases_.at(fence).worker].id, fence, "its gang lost a member"});
    Record record;
    record.type = RecordType::kAttemptLost;
    record.run = key.run;
    record.step = key.step;
    record.task = task;
    record.fence = fence;
    record.delay_micros = std::max<int64_t>(wakes - now.monotonic_micros, 0);
    record.failure = Unavailable("its gang lost task " + std::to_string(key.task) + ": " + reason);
    Emit(std::move(record), now, out);
  }
}

void Scheduler::LoseAttempt(uint64_t fence, const std::string& reason, Now now, Outcome& out) {
  const TaskKey key = leases_.at(fence).task;
  const TaskRow& row = runs_.at(key.run).steps[key.step].tasks[key.task];
  Status lost = Unavailable("attempt " + std::to_string(AttemptOf(fence)) + " was lost: " + reason);
  if (TwinOf(fence) != 0) return DropAttempt(fence, lost, /*counted=*/false, now, out);
  Record record;
  record.type =
      row.losses + 1 >= options_.losses_max ? RecordType::kTaskFailed : RecordType::kAttemptLost;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.fence = fence;
  record.failure = std::move(lost);
  const bool again = record.type == RecordType::kAttemptLost;
  const bool gang = runs_.at(key.run).spec.steps[key.step].gang;
  Emit(std::move(record), now, out);
  if (gang && again) LoseGang(key, reason, now, out);
}

void Scheduler::LoseLeasesOf(uint32_t worker, const std::string& reason, Now now, Outcome& out) {
  std::vector<uint64_t> lost;
  for (const auto& lease : leases_) {
    if (lease.second.worker == worker) lost.push_back(lease.first);
  }
  std::sort(lost.begin(), lost.end());
  for (const uint64_t fence : lost) {
    if (leases_.count(fence) != 0) LoseAttempt(fence, reason, now, out);  // else with its gang
  }
}

int64_t Scheduler::JitterMicros(const RetryPolicy& retry, int failures) {
  int64_t ceiling = retry.delay_ms_base * 1'000;
  for (int i = 1; i < failures && ceiling < retry.delay_ms_max * 1'000; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, retry.delay_ms_max * 1'000);
  if (ceiling <= 0) return 0;
  return static_cast<int64_t>(jitter_.Next() % static_cast<uint64_t>(ceiling));
}

int64_t Scheduler::NextWake(Now now) const {
  const int64_t latest = now.monotonic_micros + 100'000;
  return delayed_.empty() ? latest : std::min(latest, delayed_.begin()->first);
}

bool Scheduler::Holds(uint64_t fence, const WorkerId& worker) const {
  const auto lease = leases_.find(fence);
  return lease != leases_.end() && workers_[lease->second.worker].id == worker;
}

std::optional<TaskRef> Scheduler::TaskOf(uint64_t fence) const {
  const auto lease = leases_.find(fence);
  if (lease == leases_.end()) return std::nullopt;
  TaskRef task = RefOf(lease->second.task);
  task.fence = fence;
  task.attempt = AttemptOf(fence);
  task.second = TwinOf(fence) != 0;
  return task;
}

}  // namespace signet::coordinator
