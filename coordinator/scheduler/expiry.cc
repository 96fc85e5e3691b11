// What time alone does to the scheduler: silent workers, late and hung attempts, ended delays.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

std::string SecondsText(int64_t millis) {
  return std::to_string(millis / 1'000) + "." + std::to_string(millis % 1'000 / 100) + " s";
}

/// Why the attempt is lost by now; empty while it is not.
std::string LateReason(const LeaseRow& lease,
                       const Timeouts& timeouts,
                       int64_t hung_ms_max,
                       Now now) {
  const int64_t taken = now.monotonic_micros - lease.granted;
  if (timeouts.start_ms > 0 && !lease.started && taken > timeouts.start_ms * 1'000) {
    return "the worker did not begin it within " + SecondsText(timeouts.start_ms);
  }
  if (timeouts.attempt_ms > 0 && taken > timeouts.attempt_ms * 1'000) {
    return "the attempt took longer than its limit of " + SecondsText(timeouts.attempt_ms);
  }
  if (now.monotonic_micros - lease.active > hung_ms_max * 1'000) {
    return "hung: neither progress nor CPU time for " + SecondsText(hung_ms_max);
  }
  return {};
}

}  // namespace

void Scheduler::ExpireLeases(Now now, Outcome& out) {
  ExpireSilentWorkers(now, out);
  ExpireAttempts(now, out);
  ExpireRuns(now, out);
}

void Scheduler::ExpireSilentWorkers(Now now, Outcome& out) {
  for (uint32_t number = 0; number < workers_.size(); ++number) {
    WorkerRow& worker = workers_[number];
    if (now.monotonic_micros - worker.heard < options_.silence_ms_max * 1'000) continue;
    worker.connected = false;
    if (worker.leased == 0) continue;
    LoseLeasesOf(
        number, "its worker was silent for " + SecondsText(options_.silence_ms_max), now, out);
  }
}

void Scheduler::ExpireAttempts(Now now, Outcome& out) {
  std::map<uint64_t, std::string> late;  // by fence: the oldest first
  for (const auto& lease : leases_) {
    const TaskKey& task = lease.second.task;
    const Timeouts& timeouts = runs_.at(task.run).spec.steps[task.step].timeouts;
    std::string reason = LateReason(lease.second, timeouts, options_.hung_ms_max, now);
    if (!reason.empty()) late.emplace(lease.first, std::move(reason));
  }
  for (const auto& one : late) {
    const auto lease = leases_.find(one.first);
    if (lease == leases_.end()) continue;
    const TaskKey key = lease->second.task;
    out.commands.emplace_back(
        RevokeLease{workers_[lease->second.worker].id, one.first, one.second});
    FailAttempt(key, one.first, Unavailable(one.second), now, out);
  }
}

void Scheduler::ExpireRuns(Now now, Outcome& out) {
  std::vector<RunId> expired;
  for (auto& run : runs_) {
    if (IsTerminal(run.second.state)) continue;
    if (run.second.deadline != 0 && now.monotonic_micros > run.second.deadline) {
      expired.push_back(run.second.spec.id);
    } else {
      ExpireQueued(run.second, now, out);
    }
  }
  for (const RunId& run : expired) {
    On(CancelRun{run, Exhausted("the run took longer than its limit")}, now, out);
  }
}

void Scheduler::ExpireQueued(RunRow& run, Now now, Outcome& out) {
  for (uint32_t step = 0; step < run.steps.size(); ++step) {
    const int64_t limit_ms = run.spec.steps[step].timeouts.queue_ms;
    if (limit_ms == 0 || run.steps[step].count(TaskState::kReady) == 0) continue;
    const TaskRows& tasks = run.steps[step].tasks;
    for (uint32_t task = 0, end = 0; task < tasks.size(); task = end) {
      const TaskRow& row = tasks[task];
      if (row.state != TaskState::kReady || now.monotonic_micros - row.since < limit_ms * 1'000) {
        end = tasks.StretchEnd(task, static_cast<uint32_t>(tasks.size()));
        continue;
      }
      end = task + 1;
      Record record;
      record.type = RecordType::kTaskFailed;
      record.run = run.number;
      record.step = step;
      record.task = task;
      record.failure = Exhausted("no worker took the task within " + SecondsText(limit_ms));
      Emit(std::move(record), now, out);
      if (IsTerminal(run.state)) return;
    }
  }
}

void Scheduler::WakeDelayed(Now now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now.monotonic_micros) {
    const TaskKey key = delayed_.begin()->second;
    delayed_.erase(delayed_.begin());
    const auto run = runs_.find(key.run);
    if (run == runs_.end() || IsTerminal(run->second.state)) continue;
    const TaskRow& row = run->second.steps[key.step].tasks[key.task];
    const bool due = row.state == TaskState::kDelayed && row.since <= now.monotonic_micros;
    if (due) MakeReady(run->second, key.step, key.task, key.task + 1, now);
  }
}

}  // namespace signet::coordinator
