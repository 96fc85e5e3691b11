/// A scheduler with a clock, for the tests of its room.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/scheduler/scheduler.h"
#include "crypto/base/entropy.h"

namespace signet::coordinator {

inline StepSpec Step(const std::string& id, int tasks, std::vector<Dependency> after = {}) {
  StepSpec step;
  step.id = StepId(id);
  step.tasks = tasks;
  step.after = std::move(after);
  return step;
}

inline Dependency On(const std::string& step, bool partitionwise = false) {
  return {StepId(step), partitionwise};
}

/// A scheduler with a clock, that keeps what it decided.
class World {
 public:
  explicit World(SchedulerOptions options = {}) : scheduler(options) {}

  void Do(const Event& event) {
    Outcome out = scheduler.Step(event, now);
    for (Record& record : out.records) records.push_back(std::move(record));
    for (Command& command : out.commands) {
      if (const auto* grant = std::get_if<GrantLease>(&command)) granted.push_back(grant->task);
      if (const auto* revoke = std::get_if<RevokeLease>(&command)) revoked.push_back(revoke->fence);
      if (const auto* ended = std::get_if<RunEnded>(&command)) endings.push_back(ended->state);
    }
  }
  void Submit(const RunSpec& spec) {
    ASSERT_TRUE(CheckRunSpec(spec).ok()) << CheckRunSpec(spec).message();
    Do(SubmitRun{spec});
    Do(AttachRun{spec.id});
  }
  void Join(const std::string& worker, int slots) {
    Do(WorkerJoined{WorkerId(worker), 1, slots, {}, {}});
  }
  /// Lets time pass; workers keep beating with all their leases.
  void Pass(int64_t millis) {
    now.monotonic_micros += millis * 1'000;
    now.wall.micros += millis * 1'000;
  }
  std::vector<TaskRef> Tick() {
    granted.clear();
    Do(signet::coordinator::Tick{});
    return granted;
  }
  [[nodiscard]] RunView View(const std::string& run) const { return *scheduler.View(RunId(run)); }

  Scheduler scheduler;
  Now now{1'000'000, Timestamp{1'760'000'000'000'000}};
  std::vector<Record> records;
  std::vector<TaskRef> granted;
  std::vector<uint64_t> revoked;
  std::vector<RunState> endings;
};

inline RunSpec RunOf(const std::string& id, std::vector<StepSpec> steps) {
  RunSpec run;
  run.id = RunId(id);
  run.steps = std::move(steps);
  return run;
}

}  // namespace signet::coordinator
