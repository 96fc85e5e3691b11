// Second attempts: a task that is slow beside the others of its step is tried on another worker
// too, where that takes a slot from nobody. Both attempts have a fence; the first result counts.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

constexpr int64_t kLookMicros = 100'000;

}  // namespace

uint64_t Scheduler::TwinOf(uint64_t fence) const {
  const auto twin = twins_.find(fence);
  return twin == twins_.end() ? 0 : twin->second;
}

int Scheduler::AttemptOf(uint64_t fence) const {
  const LeaseRow& lease = leases_.at(fence);
  const TaskRow& row = runs_.at(lease.task.run).steps[lease.task.step].tasks[lease.task.task];
  const bool earlier = !lease.second && TwinOf(fence) != 0;
  return row.attempts - (earlier ? 1 : 0);
}

bool Scheduler::IsSlow(const LeaseRow& lease, Now now) const {
  const RunRow& run = runs_.at(lease.task.run);
  const StepSpec& spec = run.spec.steps[lease.task.step];
  const StepRow& step = run.steps[lease.task.step];
  const TaskRow& row = step.tasks[lease.task.task];
  // One that has failed or was lost is tried anew in any case: it gets no second attempt besides.
  const bool plain = run.attached && lease.started && row.failures == 0 && row.losses == 0;
  if (spec.second_after_ms == 0 || !plain || TwinOf(row.fence) != 0) return false;
  const bool enough =
      step.timed > 0 && step.count(TaskState::kSucceeded) * 2 >= static_cast<uint32_t>(spec.tasks);
  if (!enough) return false;
  const int64_t usual = options_.slow_factor * (step.timed_micros / step.timed);
  return now.monotonic_micros - lease.granted >= std::max(spec.second_after_ms * 1'000, usual);
}

void Scheduler::GrantSeconds(Now now, Outcome& out) {
  if (now.monotonic_micros - looked_for_slow_at_ < kLookMicros) return;
  looked_for_slow_at_ = now.monotonic_micros;
  std::vector<uint64_t> slow;
  for (const auto& lease : leases_) {
    if (IsSlow(lease.second, now)) slow.push_back(lease.first);
  }
  std::sort(slow.begin(), slow.end());  // the oldest first
  for (const uint64_t fence : slow) {
    const LeaseRow& lease = leases_.at(fence);
    const TaskKey key = lease.task;
    const RunRow& run = runs_.at(key.run);
    const StepSpec& spec = run.spec.steps[key.step];
    const PoolRow& pool = run.pools[run.steps[key.step].pool];
    if (pool.limit > 0 && LeasedIn(pool) >= pool.limit) continue;
    const std::optional<uint32_t> worker = PickWorker(spec.needs, lease.worker);
    if (!worker) continue;
    Record record;
    record.type = RecordType::kSecondLeased;
    record.run = key.run;
    record.step = key.step;
    record.task = key.task;
    record.fence = next_fence_;
    record.worker = *worker;
    const uint64_t second = record.fence;
    Emit(std::move(record), now, out);
    out.commands.emplace_back(
        GrantLease{*TaskOf(second), workers_[*worker].id, spec.timeouts.attempt_ms});
  }
}

/// One of a task's two attempts is over; the task goes on with the other.
void Scheduler::DropAttempt(
    uint64_t fence, const Status& why, bool counted, Now now, Outcome& out) {
  const TaskKey key = leases_.at(fence).task;
  Record record;
  record.type = RecordType::kAttemptDropped;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.fence = fence;
  record.failure = why;
  record.counted = counted;
  Emit(std::move(record), now, out);
}

Status Scheduler::ApplySecond(const Record& record, Now now) {
  ASSIGN_OR_RETURN(const TaskRow* const row, FindTask(record));
  const bool fits = row->state == TaskState::kLeased && TwinOf(row->fence) == 0;
  if (!fits || record.fence < next_fence_ || record.worker >= workers_.size()) {
    return Corrupt("a second attempt does not fit its task's state");
  }
  twins_[row->fence] = record.fence;
  twins_[record.fence] = row->fence;
  AddLease(record, /*second=*/true, now);
  RunRow& run = runs_.at(record.run);
  ++run.pools[run.steps[record.step].pool].leased;
  return OkStatus();
}

Status Scheduler::ApplyDropped(const Record& record) {
  ASSIGN_OR_RETURN(TaskRow* const row, FindTask(record));
  const uint64_t other = TwinOf(record.fence);
  const bool ours = row->fence == record.fence || row->fence == other;
  if (row->state != TaskState::kLeased || other == 0 || !ours) {
    return Corrupt("a dropped attempt does not fit its task's leases");
  }
  ReleaseLease(record.fence);
  row->fence = other;
  leases_.at(other).second = false;
  if (record.failure.code() == StatusCode::kCancelled) return OkStatus();
  if (record.counted) {
    ++row->failures;
  } else {
    ++row->losses;
  }
  runs_.at(record.run).steps[record.step].last_trouble = record.failure.message();
  return OkStatus();
}

}  // namespace signet::coordinator
