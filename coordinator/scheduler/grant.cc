// Who gets the next lease: runs by lane, priority, age and fairness; then workers by free slots.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

/// The pool's leased tasks, with those of the pools that share its name.
int Scheduler::LeasedIn(const PoolRow& pool) const {
  if (pool.shared.empty()) return pool.leased;
  int leased = 0;
  for (const uint32_t number : open_) {
    for (const PoolRow& other : runs_.at(number).pools) {
      if (other.shared == pool.shared) leased += other.leased;
    }
  }
  return leased;
}

bool Scheduler::HasFreeSlot() const {
  return std::any_of(workers_.begin(), workers_.end(), [](const WorkerRow& worker) {
    return worker.connected && !worker.draining && worker.leased < worker.slots;
  });
}

bool Scheduler::Fits(const WorkerRow& worker, const Needs& needs) {
  const Needs& offer = worker.offer;
  if (offer.memory_mb > 0 && worker.memory_mb_used + needs.memory_mb > offer.memory_mb) {
    return false;
  }
  if (offer.cpu_milli > 0 && worker.cpu_milli_used + needs.cpu_milli > offer.cpu_milli) {
    return false;
  }
  return std::all_of(needs.labels.begin(), needs.labels.end(), [&offer](const std::string& label) {
    return std::find(offer.labels.begin(), offer.labels.end(), label) != offer.labels.end();
  });
}

/// Of the workers that offer what is needed, the one with the most free slots.
std::optional<uint32_t> Scheduler::PickWorker(const Needs& needs,
                                              std::optional<uint32_t> besides) const {
  std::optional<uint32_t> best;
  int free_max = 0;
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    const WorkerRow& worker = workers_[i];
    if (!worker.connected || worker.draining || worker.slots - worker.leased <= free_max) continue;
    if (besides == i) continue;
    if (!Fits(worker, needs)) continue;
    free_max = worker.slots - worker.leased;
    best = i;
  }
  return best;
}

namespace {

/// Takes the first task off the pool's range `at`, and an empty range off the pool.
void DropFirst(PoolRow& pool, size_t at) {
  ReadyRange& range = pool.ready[at];
  if (++range.first == range.last) {
    pool.ready.erase(pool.ready.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

}  // namespace

/// Grants the run's next task that somebody can take; false when there is none.
bool Scheduler::GrantOne(RunRow& run, Now now, Outcome& out) {
  for (PoolRow& pool : run.pools) {
    const bool full = pool.limit > 0 && LeasedIn(pool) >= pool.limit;
    if (full && !options_.forget_pool_limit) continue;
    if (GrantFromPool(run, pool, now, out)) return true;
  }
  return false;
}

bool Scheduler::GrantFromPool(RunRow& run, PoolRow& pool, Now now, Outcome& out) {
  for (size_t i = 0; i < pool.ready.size();) {
    const TaskKey key{run.number, pool.ready[i].step, pool.ready[i].first};
    if (run.steps[key.step].tasks[key.task].state != TaskState::kReady) {
      DropFirst(pool, i);
      continue;
    }
    const StepSpec& spec = run.spec.steps[key.step];
    if (spec.gang && !options_.split_gangs) {
      if (GrantGang(run, key.step, now, out)) return true;
      ++i;
      continue;
    }
    const std::optional<uint32_t> worker = PickWorker(spec.needs);
    if (!worker) {
      ++i;  // nobody for this step: perhaps for another
      continue;
    }
    DropFirst(pool, i);
    GrantTask(key, *worker, now, out);
    return true;
  }
  return false;
}

/// Leases all tasks of the step together, or none.
bool Scheduler::GrantGang(RunRow& run, uint32_t step, Now now, Outcome& out) {
  const StepRow& row = run.steps[step];
  const PoolRow& pool = run.pools[row.pool];
  int size = 0;  // those that have not ended: a member may have failed, if the step may
  for (const TaskRow& task : row.tasks) size += IsTerminal(task.state) ? 0 : 1;
  if (static_cast<int>(row.count(TaskState::kReady)) != size) return false;
  if (pool.limit > 0 && LeasedIn(pool) + size > pool.limit) return false;
  // On paper first: who would take which.
  std::vector<WorkerRow> paper = workers_;
  std::vector<uint32_t> takers;
  const Needs& needs = run.spec.steps[step].needs;
  for (int i = 0; i < size; ++i) {
    bool found = false;
    for (uint32_t worker = 0; worker < paper.size() && !found; ++worker) {
      WorkerRow& sheet = paper[worker];
      found =
          sheet.connected && !sheet.draining && sheet.leased < sheet.slots && Fits(sheet, needs);
      if (!found) continue;
      ++sheet.leased;
      sheet.memory_mb_used += needs.memory_mb;
      sheet.cpu_milli_used += needs.cpu_milli;
      takers.push_back(worker);
    }
    if (!found) return false;
  }
  size_t next = 0;
  for (uint32_t task = 0; task < row.tasks.size(); ++task) {
    if (row.tasks[task].state != TaskState::kReady) continue;
    GrantTask({run.number, step, task}, takers[next++], now, out);
  }
  return true;
}

/// The run of the lane that may go on: one that has begun, else the highest priority, else the
/// oldest. Only attached runs count: one that nobody can bind must not hold the others up.
const RunRow* Scheduler::LaneHolder(const std::string& lane) const {
  const RunRow* holder = nullptr;
  for (const uint32_t number : open_) {
    const RunRow& run = runs_.at(number);
    if (run.spec.lane != lane) continue;
    if (run.state == RunState::kRunning) return &run;
    if (!run.attached) continue;
    if (holder == nullptr || run.spec.priority > holder->spec.priority) holder = &run;
  }
  return holder;
}

bool Scheduler::HasLane(const RunRow& run) const {
  return run.spec.lane.empty() || LaneHolder(run.spec.lane) == &run;
}

/// The run's priority now: one more for each full ageing period without a lease.
int64_t Scheduler::StandingOf(const RunRow& run, Now now) const {
  const int64_t period = std::max<int64_t>(options_.ageing_ms, 1) * 1'000;
  return run.spec.priority + std::max<int64_t>(now.monotonic_micros - run.fed, 0) / period;
}

/// Runs that may be given leases, the most deserving first: by standing; among equals the pipeline
/// with the fewest leases; among equals in turn.
std::vector<RunRow*> Scheduler::Candidates(Now now) {
  std::unordered_map<std::string, uint32_t> leased;
  std::unordered_map<std::string, const RunRow*> holders;  // of lanes
  for (const uint32_t number : open_) {
    const RunRow& run = runs_.at(number);
    leased[run.spec.pipeline] += run.leased;
    const bool in_lane = !run.spec.lane.empty();
    if (in_lane && holders.count(run.spec.lane) == 0) {
      holders[run.spec.lane] = LaneHolder(run.spec.lane);
    }
  }
  struct Candidate {
    RunRow* run;
    int64_t standing;
    uint32_t leased;
    bool had_turn;
  };
  std::vector<Candidate> candidates;
  for (const uint32_t number : open_) {
    RunRow& run = runs_.at(number);
    if (!run.attached) continue;
    const bool waits = !run.spec.lane.empty() && holders.at(run.spec.lane) != &run;
    if (waits && !options_.ignore_lanes) continue;
    candidates.push_back({&run, StandingOf(run, now), leased[run.spec.pipeline], number <= turn_});
  }
  std::stable_sort(
      candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        if (a.standing != b.standing) return a.standing > b.standing;
        if (a.leased != b.leased) return a.leased < b.leased;
        return !a.had_turn && b.had_turn;
      });
  std::vector<RunRow*> runs;
  runs.reserve(candidates.size());
  for (const Candidate& candidate : candidates) runs.push_back(candidate.run);
  return runs;
}

void Scheduler::Grant(Now now, Outcome& out) {
  std::vector<RunRow*> candidates = Candidates(now);
  size_t at = 0;
  for (int granted = 0; granted < options_.grants_per_tick_max && at < candidates.size();) {
    if (!HasFreeSlot()) return;
    RunRow& run = *candidates[at];
    if (!GrantOne(run, now, out)) {
      // A gang that has waited long gets the slots that become free, until it fits.
      if (HoldsSlotsForGang(run, now)) return;
      ++at;
      continue;
    }
    ++granted;
    turn_ = run.number;
    // With one run there is nobody to be fair to. Those that had nothing ready have nothing still:
    // they are asked again, which is cheap.
    if (candidates.size() > 1) {
      candidates = Candidates(now);
      at = 0;
    }
  }
  if (at >= candidates.size()) GrantSeconds(now, out);
}

bool Scheduler::HoldsSlotsForGang(const RunRow& run, Now now) const {
  for (size_t i = 0; i < run.steps.size(); ++i) {
    if (!run.spec.steps[i].gang || run.steps[i].count(TaskState::kReady) == 0) continue;
    for (const TaskRow& task : run.steps[i].tasks) {
      const bool long_ago = now.monotonic_micros - task.since > options_.gang_hold_ms * 1'000;
      if (task.state == TaskState::kReady && long_ago) return GangCanEverFit(run, i);
    }
  }
  return false;
}

/// Whether the workers that are connected could take the gang if they had nothing else.
bool Scheduler::GangCanEverFit(const RunRow& run, size_t step) const {
  int64_t slots = 0;
  for (const WorkerRow& worker : workers_) {
    if (!worker.connected || worker.draining) continue;
    WorkerRow empty = worker;
    empty.memory_mb_used = 0;
    empty.cpu_milli_used = 0;
    if (Fits(empty, run.spec.steps[step].needs)) slots += worker.slots;
  }
  return slots >= run.spec.steps[step].tasks;
}

void Scheduler::GrantTask(const TaskKey& key, uint32_t worker, Now now, Outcome& out) {
  Record record;
  record.type = RecordType::kLeased;
  record.run = key.run;
  record.step = key.step;
  record.task = key.task;
  record.fence = next_fence_;
  record.worker = worker;
  const uint64_t fence = record.fence;
  Emit(std::move(record), now, out);
  TaskRef task = RefOf(key);
  CHECK(task.fence == fence);
  const int64_t limit_ms = runs_.at(key.run).spec.steps[key.step].timeouts.attempt_ms;
  out.commands.emplace_back(GrantLease{std::move(task), workers_[worker].id, limit_ms});
}

}  // namespace signet::coordinator
