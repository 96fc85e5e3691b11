#include "coordinator/simulator/checkers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/simulator/simulated_consent.h"

namespace signet::coordinator {

namespace {

/// What a cancel may take while the coordinator stands: a few turns.
constexpr int64_t kCancelMicros = 1'000'000;

/// Why the first open task of the run is open.
std::string WhyOpen(const Scheduler& scheduler, const RunRow& run, Now now) {
  for (size_t i = 0; i < run.steps.size(); ++i) {
    for (size_t task = 0; task < run.steps[i].tasks.size(); ++task) {
      if (IsTerminal(run.steps[i].tasks[task].state)) continue;
      const StepId& step = run.spec.steps[i].id;
      const Result<std::string> why = scheduler.Why(run.spec.id, step, static_cast<int>(task), now);
      return step.text() + "/" + std::to_string(task) + " " +
             (why.ok() ? *why : why.status().message());
    }
  }
  return "although nothing is open";
}

/// Whether a step that it needs was skipped for its `when`: then it is skipped rightly.
bool SkippedBefore(const RunRow& run, size_t step) {
  for (const Dependency& edge : run.spec.steps[step].after) {
    for (size_t i = 0; i < step; ++i) {
      if (run.spec.steps[i].id != edge.step) continue;
      const bool by_when = run.spec.steps[i].when == StepWhen::kFailed || SkippedBefore(run, i);
      if (StateOfStep(run.steps[i]) == RunState::kSkipped && by_when) return true;
    }
  }
  return false;
}

}  // namespace

Status CheckingBinder::RunAccepted(const RunId& run, crypto::WriteBatch& batch) {
  PutOnce("accepted/" + run.text(), std::exchange(context_, {}), batch);
  return OkStatus();
}

Result<Bytes> CheckingBinder::BindTask(const TaskRef& task) {
  if (faults_ && dice_.Chance(3)) return Unavailable("simulated: the vault is unavailable");
  return ToBytes(ResultNaming(task.Text(), ConsentIn(store_)));
}

Result<std::optional<Bytes>> CheckingBinder::LookUp(const TaskRef& task) {
  if (faults_ && dice_.Chance(10)) return Unavailable("simulated: the cache is unavailable");
  if (!dice_.Chance(30)) return std::optional<Bytes>();
  return std::optional<Bytes>(ToBytes(task.Text()));
}

Status CheckingBinder::CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) {
  if (task.step.empty() || TaskOfResult(AsText(result)) != task.Text()) {
    verdicts_.Broken("P2: the result of " + std::string(AsText(result)) + " was committed for " +
                     task.Text());
  }
  if (faults_ && dice_.Chance(2)) {
    batch.Put("torn/" + task.Text(), std::string_view("must not be seen"));
    return Unavailable("simulated: the commit was refused");
  }
  const std::optional<uint64_t> named = PeopleOfResult(AsText(result));
  if (named && heeds_consent_ && (*named & ~ConsentIn(store_)) != 0) {
    return Unavailable("simulated: somebody withdrew since the task began");
  }
  PutOnce("effect/" + task.Text(), AsText(result), batch);
  return OkStatus();
}

Status CheckingBinder::RunLocal(const TaskRef& task, crypto::WriteBatch& batch) {
  if (faults_ && dice_.Chance(5)) return Unavailable("simulated: the local task failed");
  PutOnce("effect/" + task.Text(), "local", batch);
  return OkStatus();
}

void CheckingBinder::RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) {
  PutOnce("ended/" + run.text(), RunStateName(state), batch);
}

void CheckingBinder::PutOnce(const std::string& key,
                             std::string_view value,
                             crypto::WriteBatch& batch) {
  const auto durable = store_.Get(key);
  const bool twice = (durable.ok() && durable->has_value()) || batch.Find(key) != nullptr;
  if (twice) verdicts_.Broken("P2: " + key + " was committed twice");
  batch.Put(key, value);
}

void Checkers::CheckCancelled(const Scheduler& scheduler, Now now) {
  for (auto one = cancelled_.begin(); one != cancelled_.end();) {
    const RunRow* const row = scheduler.FindRun(one->first);
    const bool over = row == nullptr || IsTerminal(row->state);
    if (!over && now.monotonic_micros - one->second > kCancelMicros) {
      verdicts_.Broken("P6: run " + one->first.text() + " was cancelled, and goes on");
    }
    one = over ? cancelled_.erase(one) : std::next(one);
  }
}

void Checkers::AfterTurn(const Scheduler& scheduler) {
  if (!network_.broken_fence().empty()) verdicts_.Broken(network_.broken_fence());
  for (const auto& run : scheduler.runs()) {
    CheckTerminal(run.second);
    CheckPools(scheduler, run.second);
    CheckGangs(run.second);
  }
  CheckSlots(scheduler);
  CheckAttempts(scheduler);
  CheckLanes(scheduler);
  CheckSharedPools(scheduler);
}

/// Counted from the attempts themselves, not from what the pool says.
void Checkers::CheckPools(const Scheduler& scheduler, const RunRow& run) {
  std::map<std::string, int> leased;
  for (const auto& lease : scheduler.leases()) {
    if (lease.second.task.run != run.number) continue;
    ++leased[run.spec.steps[lease.second.task.step].pool];
  }
  for (const auto& pool : run.spec.pools) {
    if (leased[pool.first] > pool.second) {
      verdicts_.Broken("P4: pool '" + pool.first + "' of " + run.spec.id.text() + " holds " +
                       std::to_string(leased[pool.first]) + " of " + std::to_string(pool.second));
    }
  }
}

/// All or nothing: of a gang's tasks that have not ended, all are leased or none.
void Checkers::CheckGangs(const RunRow& run) {
  if (IsTerminal(run.state)) return;
  for (size_t i = 0; i < run.steps.size(); ++i) {
    if (!run.spec.steps[i].gang || IsTerminal(StateOfStep(run.steps[i]))) continue;
    size_t leased = 0;
    size_t waiting = 0;
    for (const TaskRow& task : run.steps[i].tasks) {
      leased += task.state == TaskState::kLeased ? 1U : 0U;
      waiting += !IsTerminal(task.state) && task.state != TaskState::kLeased ? 1U : 0U;
    }
    if (leased > 0 && waiting > 0) {
      verdicts_.Broken("gang " + run.spec.id.text() + "/" + run.spec.steps[i].id.text() +
                       " is leased in part");
    }
  }
}

/// Of pools that share a name, counted from the tasks of all runs.
void Checkers::CheckSharedPools(const Scheduler& scheduler) {
  std::map<std::string, int> leased;
  std::map<std::string, int> limits;
  for (const auto& run : scheduler.runs()) {
    const RunSpec& spec = run.second.spec;
    for (const std::string& pool : spec.shared_pools) {
      limits[pool] = std::max(limits[pool], spec.pools.at(pool));
    }
    for (const auto& lease : scheduler.leases()) {
      if (lease.second.task.run != run.first) continue;
      const std::string& pool = spec.steps[lease.second.task.step].pool;
      if (spec.shared_pools.count(pool) != 0) ++leased[pool];
    }
  }
  for (const auto& pool : leased) {
    if (pool.second <= limits[pool.first]) continue;
    verdicts_.Broken("P4: the shared pool '" + pool.first + "' holds " +
                     std::to_string(pool.second) + " of " + std::to_string(limits[pool.first]));
  }
}

/// At most one run of a lane has begun and not ended.
void Checkers::CheckLanes(const Scheduler& scheduler) {
  std::map<std::string, int> begun;
  for (const auto& run : scheduler.runs()) {
    if (run.second.spec.lane.empty() || run.second.state != RunState::kRunning) continue;
    if (++begun[run.second.spec.lane] > 1) {
      verdicts_.Broken("two runs of lane '" + run.second.spec.lane + "' run beside each other");
    }
  }
}

void Checkers::CheckTerminal(const RunRow& run) {
  std::vector<RunState> steps;
  for (const StepRow& step : run.steps) steps.push_back(StateOfStep(step));
  const auto before = seen_.find(run.spec.id);
  if (before != seen_.end()) {
    if (IsTerminal(before->second.first) && before->second.first != run.state) {
      verdicts_.Broken("P3: run " + run.spec.id.text() + " changed after it had ended");
    }
    for (size_t i = 0; i < steps.size(); ++i) {
      const RunState was = before->second.second[i];
      if (IsTerminal(was) && was != steps[i]) {
        verdicts_.Broken("P3: step " + run.spec.id.text() + "/" + run.spec.steps[i].id.text() +
                         " changed after it had ended");
      }
    }
  }
  seen_[run.spec.id] = {run.state, std::move(steps)};
}

/// Each leased task has one live attempt or two, on different workers; no other task has any.
void Checkers::CheckAttempts(const Scheduler& scheduler) {
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, std::vector<uint32_t>> workers;
  for (const auto& lease : scheduler.leases()) {
    const TaskKey& task = lease.second.task;
    workers[{task.run, task.step, task.task}].push_back(lease.second.worker);
  }
  size_t leased = 0;
  for (const auto& run : scheduler.runs()) {
    for (const StepRow& step : run.second.steps) leased += step.count(TaskState::kLeased);
  }
  if (leased != workers.size()) {
    verdicts_.Broken("P4: " + std::to_string(leased) + " tasks are leased, and " +
                     std::to_string(workers.size()) + " have an attempt");
  }
  for (const auto& task : workers) {
    const bool apart = task.second.size() == 2 && task.second[0] != task.second[1];
    if (task.second.size() != 1 && !apart) {
      verdicts_.Broken("a task has " + std::to_string(task.second.size()) +
                       " attempts at a time, or two on one worker");
    }
  }
}

void Checkers::CheckSlots(const Scheduler& scheduler) {
  std::vector<int> held(scheduler.workers().size());
  for (const auto& lease : scheduler.leases()) ++held[lease.second.worker];
  for (size_t i = 0; i < held.size(); ++i) {
    const WorkerRow& worker = scheduler.workers()[i];
    if (worker.leased != held[i]) {
      verdicts_.Broken("P4: worker " + worker.id.text() + " leaks slots");
    }
    if (worker.connected && held[i] > worker.slots) {
      verdicts_.Broken("P4: worker " + worker.id.text() + " has more leases than slots");
    }
  }
  for (const auto& run : scheduler.runs()) CheckPoolSlots(scheduler, run.second);
}

void Checkers::CheckPoolSlots(const Scheduler& scheduler, const RunRow& run) {
  if (IsTerminal(run.state)) return;
  std::vector<int> leased(run.pools.size());
  for (const auto& lease : scheduler.leases()) {
    if (lease.second.task.run == run.number) ++leased[run.steps[lease.second.task.step].pool];
  }
  for (size_t i = 0; i < leased.size(); ++i) {
    if (leased[i] != run.pools[i].leased) {
      verdicts_.Broken("P4: a pool of " + run.spec.id.text() + " leaks");
    }
    if (run.pools[i].limit > 0 && leased[i] > run.pools[i].limit) {
      verdicts_.Broken("P4: a pool of " + run.spec.id.text() + " is exceeded");
    }
  }
}

void Checkers::AfterRestart(const Scheduler& scheduler, const Bytes& before) {
  for (const auto& run : accepted_) {
    if (scheduler.FindRun(run.first) == nullptr) {
      verdicts_.Broken("P1: run " + run.first.text() + " is lost");
    }
  }
  for (const auto& lease : scheduler.leases()) {
    if (network_.acknowledged().count(lease.first) != 0) {
      verdicts_.Broken("P2: fence " + std::to_string(lease.first) +
                       " was acknowledged before it was durable");
    }
  }
  if (!before.empty() && scheduler.Snapshot() != before) {
    verdicts_.Broken("recovery differs from the state before the crash");
  }
  AfterTurn(scheduler);
}

void Checkers::AtEnd(const Scheduler& scheduler, Now now) {
  for (const auto& run : accepted_) {
    const RunRow* const row = scheduler.FindRun(run.first);
    if (row == nullptr) {
      verdicts_.Broken("P1: run " + run.first.text() + " is lost");
    } else if (!IsTerminal(row->state)) {
      verdicts_.Broken("P1: run " + run.first.text() + " never ended; " +
                       WhyOpen(scheduler, *row, now));
    } else {
      CheckEffects(*row);
    }
  }
}

/// How many tasks of the step left their effect; a refused commit must have left none.
uint32_t Checkers::EffectsOf(const RunId& run, const StepSpec& step) {
  uint32_t effects = 0;
  for (int task = 0; task < step.tasks; ++task) {
    const std::string name = run.text() + "/" + step.id.text() + "/" + std::to_string(task);
    const auto effect = store_.Get("effect/" + name);
    effects += effect.ok() && effect->has_value() ? 1U : 0U;
    const auto torn = store_.Get("torn/" + name);
    if (torn.ok() && torn->has_value()) {
      verdicts_.Broken("a refused commit of " + name + " left a trace");
    }
  }
  return effects;
}

void Checkers::CheckEffects(const RunRow& run) {
  succeeded_ += run.state == RunState::kSucceeded ? 1 : 0;
  const auto ended = store_.Get("ended/" + run.spec.id.text());
  if (!ended.ok() || !ended->has_value() || AsText(**ended) != RunStateName(run.state)) {
    verdicts_.Broken("P7: the end of run " + run.spec.id.text() +
                     " is not what its binder was told");
  }
  for (size_t i = 0; i < run.steps.size(); ++i) {
    const StepSpec& spec = run.spec.steps[i];
    if (spec.approvals > 0) continue;  // it has no effect of its own
    const uint32_t effects = EffectsOf(run.spec.id, spec);
    if (effects != run.steps[i].count(TaskState::kSucceeded)) {
      verdicts_.Broken("P2: step " + run.spec.id.text() + "/" + spec.id.text() + " says " +
                       std::to_string(run.steps[i].count(TaskState::kSucceeded)) +
                       " successes, and has " + std::to_string(effects) + " effects");
    }
    const bool required = run.state == RunState::kSucceeded && !spec.allow_failure &&
                          spec.when == StepWhen::kSucceeded && !SkippedBefore(run, i);
    if (required && effects != static_cast<uint32_t>(spec.tasks)) {
      verdicts_.Broken("P3: run " + run.spec.id.text() + " succeeded without all of step " +
                       spec.id.text());
    }
  }
}

}  // namespace signet::coordinator
