/// The scheduler's tables: one row per run, step and task, kept small.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/scheduler/run_spec.h"
#include "coordinator/scheduler/task_rows.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Tasks first ... last-1 of one step that are ready, oldest first. An entry may be stale: whoever
/// takes a task checks its row.
struct ReadyRange {
  uint32_t step = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

/// A concurrency limit; `leased` always equals the live leases of its steps.
struct PoolRow {
  int limit = 0;  ///< 0 = none
  int leased = 0;
  std::string shared;  ///< its name, when other runs' pools of that name count, too
  std::deque<ReadyRange> ready;
};

struct Dependent {
  uint32_t step = 0;
  bool partitionwise = false;
};

struct StepRow {
  TaskRows tasks;  ///< cleared when the run ends
  std::array<uint32_t, kTaskStates> counts{};
  std::vector<Dependent> dependents;
  uint32_t waits = 0;  ///< unmet whole-step dependencies
  uint32_t pool = 0;   ///< index in RunRow::pools; 0 = unlimited
  uint32_t attempts = 0;
  int64_t rows = 0;
  bool ended = false;
  uint32_t timed = 0;        ///< attempts that succeeded since this process began (not durable)
  int64_t timed_micros = 0;  ///< what they took together (not durable)
  Timestamp started;
  Timestamp finished;
  Status failure;            ///< the first
  std::string last_trouble;  ///< why the newest lost attempt was lost, for `why`
  std::vector<std::string> approvers;
  [[nodiscard]] uint32_t count(TaskState state) const { return counts[static_cast<size_t>(state)]; }
};

struct RunRow {
  RunSpec spec;
  uint32_t number = 0;
  RunState state = RunState::kWaiting;
  Timestamp submitted;
  Timestamp finished;
  Status failure;
  std::vector<StepRow> steps;
  std::vector<PoolRow> pools;  ///< [0] is the unlimited one
  std::deque<ReadyRange> local_ready;
  uint32_t steps_open = 0;
  int64_t deadline = 0;   ///< monotonic micros; 0 = none
  int64_t fed = 0;        ///< monotonic micros of the last lease, or of the beginning
  uint32_t leased = 0;    ///< live leases, second attempts too
  bool attached = false;  ///< a binder is there (not durable)
};

struct TaskKey {
  uint32_t run = 0;
  uint32_t step = 0;
  uint32_t task = 0;
};

/// One live attempt.
struct LeaseRow {
  TaskKey task;
  uint32_t worker = 0;
  int64_t granted = 0;  ///< monotonic micros
  int64_t active = 0;   ///< when progress or CPU time last advanced
  double progress = 0;
  int64_t cpu_ms = 0;
  bool started = false;  ///< the worker said so
  bool second = false;   ///< beside a slow one that began earlier
};

struct WorkerRow {
  WorkerId id;
  uint64_t boot = 0;
  int slots = 0;
  int leased = 0;
  Needs offer;  ///< labels and resources; a resource of 0 is not accounted
  int64_t memory_mb_used = 0;
  int64_t cpu_milli_used = 0;
  int64_t heard = 0;  ///< monotonic micros
  bool connected = false;
  bool draining = false;
};

}  // namespace signet::coordinator
