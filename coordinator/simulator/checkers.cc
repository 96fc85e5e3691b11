#include "coordinator/simulator/checkers.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace signet::coordinator {

namespace {

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

}  // namespace

Result<Bytes> CheckingBinder::BindTask(const TaskRef& task) {
  if (faults_ && dice_.Chance(3)) return Unavailable("simulated: the vault is unavailable");
  return ToBytes(task.Text());
}

Status CheckingBinder::CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) {
  if (task.step.empty() || AsText(result) != task.Text()) {
    verdicts_.Broken("P2: the result of " + std::string(AsText(result)) + " was committed for " +
                     task.Text());
  }
  if (faults_ && dice_.Chance(2)) {
    batch.Put("torn/" + task.Text(), std::string_view("must not be seen"));
    return Unavailable("simulated: the commit was refused");
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

void Checkers::AfterTurn(const Scheduler& scheduler) {
  if (!network_.broken_fence().empty()) verdicts_.Broken(network_.broken_fence());
  for (const auto& run : scheduler.runs()) CheckTerminal(run.second);
  CheckSlots(scheduler);
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

void Checkers::CheckSlots(const Scheduler& scheduler) {
  std::vector<int> held(scheduler.workers().size());
  for (const auto& lease : scheduler.leases()) ++held[lease.second.worker];
  for (size_t i = 0; i < held.size(); ++i) {
    const WorkerRow& worker = scheduler.workers()[i];
    if (worker.leased != held[i])
      verdicts_.Broken("P4: worker " + worker.id.text() + " leaks slots");
    if (worker.connected && held[i] > worker.slots) {
      verdicts_.Broken("P4: worker " + worker.id.text() + " has more leases than slots");
    }
  }
  for (const auto& entry : scheduler.runs()) {
    const RunRow& run = entry.second;
    std::vector<int> leased(run.pools.size());
    for (const StepRow& step : run.steps) {
      for (const TaskRow& task : step.tasks)
        leased[step.pool] += task.state == TaskState::kLeased ? 1 : 0;
    }
    for (size_t i = 0; i < leased.size() && !IsTerminal(run.state); ++i) {
      if (leased[i] != run.pools[i].leased)
        verdicts_.Broken("P4: a pool of " + run.spec.id.text() + " leaks");
      if (run.pools[i].limit > 0 && leased[i] > run.pools[i].limit) {
        verdicts_.Broken("P4: a pool of " + run.spec.id.text() + " is exceeded");
      }
    }
  }
}

void Checkers::AfterRestart(const Scheduler& scheduler, const Bytes& before) {
  for (const auto& run : accepted_) {
    if (scheduler.FindRun(run.first) == nullptr)
      verdicts_.Broken("P1: run " + run.first.text() + " is lost");
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

void Checkers::CheckEffects(const RunRow& run) {
  succeeded_ += run.state == RunState::kSucceeded ? 1 : 0;
  const auto ended = store_.Get("ended/" + run.spec.id.text());
  if (!ended.ok() || !ended->has_value() || AsText(**ended) != RunStateName(run.state)) {
    verdicts_.Broken("P7: the end of run " + run.spec.id.text() +
                     " is not what its binder was told");
  }
  for (size_t i = 0; i < run.steps.size(); ++i) {
    const StepSpec& spec = run.spec.steps[i];
    uint32_t effects = 0;
    for (int task = 0; task < spec.tasks; ++task) {
      const std::string name =
          run.spec.id.text() + "/" + spec.id.text() + "/" + std::to_string(task);
      const auto effect = store_.Get("effect/" + name);
      effects += effect.ok() && effect->has_value() ? 1U : 0U;
      const auto torn = store_.Get("torn/" + name);
      if (torn.ok() && torn->has_value())
        verdicts_.Broken("a refused commit of " + name + " left a trace");
    }
    if (effects != run.steps[i].count(TaskState::kSucceeded)) {
      verdicts_.Broken("P2: step " + run.spec.id.text() + "/" + spec.id.text() + " says " +
                       std::to_string(run.steps[i].count(TaskState::kSucceeded)) +
                       " successes, and has " + std::to_string(effects) + " effects");
    }
    const bool required = run.state == RunState::kSucceeded && !spec.allow_failure;
    if (required && effects != static_cast<uint32_t>(spec.tasks)) {
      verdicts_.Broken("P3: run " + run.spec.id.text() + " succeeded without all of step " +
                       spec.id.text());
    }
  }
}

}  // namespace signet::coordinator
