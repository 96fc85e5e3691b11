// What people see of the scheduler: views and reasons.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/scheduler/scheduler.h"

namespace signet::coordinator {

namespace {

std::string Quoted(const StepId& step) {
  return "'" + step.text() + "'";
}

/// The dependencies that are not met, "step 'a' (3 of 8 done)".
std::string UnmetText(const RunRow& run, const StepSpec& spec) {
  std::string text;
  for (const Dependency& edge : spec.after) {
    for (size_t i = 0; i < run.steps.size(); ++i) {
      if (run.spec.steps[i].id != edge.step || run.steps[i].ended) continue;
      if (!text.empty()) text += " and ";
      text += Quoted(edge.step) + " (" + std::to_string(run.steps[i].count(TaskState::kSucceeded)) +
              " of " + std::to_string(run.spec.steps[i].tasks) + " done)";
    }
  }
  return text;
}

std::string WhySkipped(const RunRow& run, const StepSpec& spec) {
  if (spec.when == StepWhen::kFailed) {
    return "was skipped: it begins only when a step before it fails, and none did";
  }
  std::string text = "was skipped, because a step it needs failed";
  if (!run.failure.ok()) text += ": " + run.failure.message();
  return text;
}

std::string SinceText(int64_t micros) {
  const int64_t tenths = micros > 0 ? micros / 100'000 : 0;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

const RunRow* Scheduler::FindRun(const RunId& run) const {
  const auto found = run_numbers_.find(run);
  return found == run_numbers_.end() ? nullptr : &runs_.at(found->second);
}

std::vector<RunId> Scheduler::UnfinishedRuns() const {
  std::vector<RunId> unfinished;
  for (const uint32_t number : open_) unfinished.push_back(runs_.at(number).spec.id);
  return unfinished;
}

int Scheduler::ConnectedWorkers() const {
  int connected = 0;
  for (const WorkerRow& worker : workers_) connected += worker.connected ? 1 : 0;
  return connected;
}

Result<RunView> Scheduler::View(const RunId& id) const {
  const RunRow* const run = FindRun(id);
  if (run == nullptr) return NotFound("there is no run '" + id.text() + "'");
  RunView view;
  view.run = id;
  view.pipeline = run->spec.pipeline;
  view.owner = run->spec.owner;
  view.priority = run->spec.priority;
  view.state = run->state;
  view.submitted = run->submitted;
  view.finished = run->finished;
  view.failure = run->failure;
  std::vector<double> running(run->steps.size());
  for (const auto& lease : leases_) {
    if (lease.second.task.run == run->number && !lease.second.second) {
      running[lease.second.task.step] += lease.second.progress;
    }
  }
  for (size_t i = 0; i < run->steps.size(); ++i) {
    const StepRow& row = run->steps[i];
    StepView step;
    step.id = run->spec.steps[i].id;
    step.state = StateOfStep(row);
    step.done = static_cast<int>(row.count(TaskState::kSucceeded));
    step.total = run->spec.steps[i].tasks;
    step.running = static_cast<int>(row.count(TaskState::kLeased));
    step.attempts = static_cast<int>(row.attempts);
    step.progress = (step.done + running[i]) / step.total;
    step.rows = row.rows;
    step.started = row.started;
    step.finished = row.finished;
    step.failure = row.failure;
    step.message = row.failure.ok() ? (row.ended ? "" : row.last_trouble) : row.failure.ToString();
    view.steps.push_back(std::move(step));
  }
  return view;
}

/// There are free slots, but not for this step.
std::string Scheduler::WhyNobodyFits(const StepSpec& spec) const {
  std::string wanted;
  for (const std::string& label : spec.needs.labels) wanted += " label '" + label + "'";
  if (spec.needs.memory_mb > 0) wanted += " " + std::to_string(spec.needs.memory_mb) + " MB";
  if (spec.needs.cpu_milli > 0) {
    wanted += " " + std::to_string(spec.needs.cpu_milli) + "/1000 of a processor";
  }
  return "waits for a worker with" + wanted + " free: none of the " +
         std::to_string(ConnectedWorkers()) +
         " connected offers it now; start one that does, or change the step's `needs`";
}

std::string Scheduler::WhyLane(const RunRow& run) const {
  const RunRow* const holder = LaneHolder(run.spec.lane);
  return "waits for run '" + (holder != nullptr ? holder->spec.id.text() : std::string()) +
         "' to end: runs of '" + run.spec.lane +
         "' follow each other; cancel that run, or give this one a higher priority";
}

namespace {

std::string WhyUnapproved(const StepRow& step, const StepSpec& spec, const std::string& owner) {
  std::string given;
  for (const std::string& who : step.approvers) given += (given.empty() ? "" : ", ") + who;
  return "waits for approval by " + std::to_string(spec.approvals) + " person(s) other than '" +
         owner + "'" + (given.empty() ? "" : "; given by " + given) +
         "; `signet approve` gives one";
}

}  // namespace

std::string Scheduler::WhyReady(const RunRow& run,
                                const StepRow& step,
                                const StepSpec& spec) const {
  if (!run.attached) return "waits: the coordinator restarted and nobody has resumed the run yet";
  if (!HasLane(run)) return WhyLane(run);
  if (spec.approvals > 0) return WhyUnapproved(step, spec, run.spec.owner);
  if (spec.local) return "waits for the coordinator, which is about to do it";
  const PoolRow& pool = run.pools[step.pool];
  if (const int leased = LeasedIn(pool); pool.limit > 0 && leased >= pool.limit) {
    return "waits for a slot in pool '" + spec.pool + "' (" + std::to_string(leased) + " of " +
           std::to_string(pool.limit) + " in use" +
           (pool.shared.empty() ? "" : ", by all runs that share it") +
           "); raise the pool's limit to run more at a time";
  }
  return WhyNoSlot(spec);
}

/// No worker takes the step's next task.
std::string Scheduler::WhyNoSlot(const StepSpec& spec) const {
  int slots = 0;
  int draining = 0;
  for (const WorkerRow& worker : workers_) {
    if (!worker.connected) continue;
    slots += worker.draining ? 0 : worker.slots;
    draining += worker.draining ? 1 : 0;
  }
  if (slots == 0 && draining > 0) return "waits for a worker: all that are connected are draining";
  if (slots == 0) {
    return "waits for a worker: none is connected; start signet-worker or check its enrolment";
  }
  if (!PickWorker(spec.needs) && HasFreeSlot()) return WhyNobodyFits(spec);
  if (spec.gang && HasFreeSlot()) {
    return "waits for " + std::to_string(spec.tasks) +
           " free slots at once: its tasks begin together; start more workers";
  }
  return "waits for a free slot: all " + std::to_string(slots) + " slots of the workers are in use";
}

std::string Scheduler::WhySecond(uint64_t fence) const {
  const uint64_t second = TwinOf(fence);
  if (second == 0) return {};
  return ", and on worker " + workers_[leases_.at(second).worker].id.text() +
         " too, because it takes long beside the others: the first to succeed counts";
}

Result<std::string> Scheduler::Why(const RunId& id, const StepId& step, int task, Now now) const {
  const RunRow* const run = FindRun(id);
  if (run == nullptr) return NotFound("there is no run '" + id.text() + "'");
  size_t i = 0;
  while (i < run->steps.size() && run->spec.steps[i].id != step) ++i;
  if (i == run->steps.size()) {
    return NotFound("run '" + id.text() + "' has no step " + Quoted(step));
  }
  const StepSpec& spec = run->spec.steps[i];
  const StepRow& row = run->steps[i];
  if (task < 0 || task >= spec.tasks) {
    return NotFound("step " + Quoted(step) + " has tasks 0 to " + std::to_string(spec.tasks - 1));
  }
  if (row.tasks.empty()) {
    const std::string ended = std::string(RunStateName(StateOfStep(row)));
    return row.failure.ok() ? ended : ended + ": " + row.failure.ToString();
  }
  const TaskRow& at = row.tasks[static_cast<size_t>(task)];
  const std::string since = SinceText(now.monotonic_micros - at.since);
  switch (at.state) {
    case TaskState::kBlocked:
      return "waits for " + UnmetText(*run, spec) + " to finish";
    case TaskState::kReady:
      return WhyReady(*run, row, spec) + "; ready for " + since;
    case TaskState::kDelayed:
      return "waits " + SinceText(at.since - now.monotonic_micros) + " before attempt " +
             std::to_string(at.attempts + 1) + ", because: " + row.last_trouble;
    case TaskState::kLeased:
      return "runs on worker " + workers_[leases_.at(at.fence).worker].id.text() + " for " + since +
             " (attempt " + std::to_string(AttemptOf(at.fence)) + ")" + WhySecond(at.fence);
    case TaskState::kSucceeded:
      return std::string("succeeded");
    case TaskState::kFailed:
      return "failed: " + row.failure.ToString();
    case TaskState::kCancelled:
      return "was cancelled: " + run->failure.message();
    case TaskState::kSkipped:
      return WhySkipped(*run, spec);
  }
  return Internal("a task has an unknown state");
}

}  // namespace signet::coordinator
