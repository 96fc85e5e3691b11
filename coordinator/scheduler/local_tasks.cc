// Tasks that need no worker: the coordinator's own, those whose result may be known, and approvals.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

void Scheduler::On(const ApproveStep& event, Now now, Outcome& out) {
  CHECK(CheckApproval(event.run, event.step, event.who).ok());
  RunRow& run = runs_.at(run_numbers_.at(event.run));
  uint32_t step = 0;
  while (run.spec.steps[step].id != event.step) ++step;
  Record record;
  record.type = RecordType::kApproved;
  record.run = run.number;
  record.step = step;
  record.text = event.who;
  Emit(std::move(record), now, out);
  const StepRow& row = run.steps[step];
  const auto given = static_cast<int>(row.approvers.size());
  if (given < run.spec.steps[step].approvals || row.tasks[0].state != TaskState::kReady) return;
  Record done;
  done.type = RecordType::kSucceeded;
  done.run = run.number;
  done.step = step;
  Emit(std::move(done), now, out);
}

Status Scheduler::CheckApproval(const RunId& id, const StepId& step, const std::string& who) const {
  const RunRow* const run = FindRun(id);
  if (run == nullptr) return NotFound("there is no run '" + id.text() + "'");
  for (size_t i = 0; i < run->steps.size(); ++i) {
    const StepSpec& spec = run->spec.steps[i];
    if (spec.id != step || spec.approvals == 0) continue;
    const StepRow& row = run->steps[i];
    if (row.ended || row.tasks.empty()) return Conflict("step '" + step.text() + "' has ended");
    if (who == run->spec.owner) {
      return Denied("'" + who + "' asked for the run; somebody else has to approve it");
    }
    if (std::find(row.approvers.begin(), row.approvers.end(), who) != row.approvers.end()) {
      return Conflict("'" + who + "' has approved already");
    }
    if (row.tasks[0].state != TaskState::kReady) {
      return Conflict("step '" + step.text() + "' does not wait for approval yet");
    }
    return OkStatus();
  }
  return NotFound("run '" + id.text() + "' has no step '" + step.text() +
                  "' that waits for approval");
}

void Scheduler::On(const ResultKnown& event, Now now, Outcome& out) {
  const auto found = run_numbers_.find(event.task.run);
  if (found == run_numbers_.end() || IsTerminal(runs_.at(found->second).state)) return;
  const RunRow& run = runs_.at(found->second);
  Record record;
  record.type = RecordType::kSucceeded;
  record.run = run.number;
  while (run.spec.steps[record.step].id != event.task.step) ++record.step;
  record.task = static_cast<uint32_t>(event.task.task);
  record.rows = event.rows;
  Emit(std::move(record), now, out);
}

void Scheduler::On(const ResultUnknown& event, Now /*now*/, Outcome& /*out*/) {
  const auto found = run_numbers_.find(event.task.run);
  if (found == run_numbers_.end()) return;
  RunRow& run = runs_.at(found->second);
  if (run.local_ready.empty()) return;
  ReadyRange& range = run.local_ready.front();
  const auto task = static_cast<uint32_t>(event.task.task);
  CHECK(range.first == task && run.spec.steps[range.step].id == event.task.step);
  std::deque<ReadyRange>& pool = run.pools[run.steps[range.step].pool].ready;
  const bool extends = !pool.empty() && pool.back().step == range.step && pool.back().last == task;
  if (extends) {
    pool.back().last = task + 1;
  } else {
    pool.push_back({range.step, task, task + 1});
  }
  if (++range.first == range.last) run.local_ready.pop_front();
}

std::optional<TaskRef> Scheduler::NextLocal() {
  for (const uint32_t number : open_) {
    RunRow& run = runs_.at(number);
    if (!run.attached || run.local_ready.empty() || !HasLane(run)) continue;
    while (!run.local_ready.empty()) {
      ReadyRange& range = run.local_ready.front();
      const TaskKey key{run.number, range.step, range.first};
      if (run.steps[key.step].tasks[key.task].state == TaskState::kReady) {
        TaskRef task = RefOf(key);
        task.attempt += 1;
        task.fence = 0;
        return task;
      }
      if (++range.first == range.last) run.local_ready.pop_front();
    }
  }
  return std::nullopt;
}

bool Scheduler::IsCached(const TaskRef& task) const {
  const RunRow* const run = FindRun(task.run);
  CHECK(run != nullptr);
  for (const StepSpec& step : run->spec.steps) {
    if (step.id == task.step) return step.cached;
  }
  return false;
}

}  // namespace signet::coordinator
