/// The scheduler's tables: one row per run, step and task, kept small.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// From kSucceeded on: terminal, never changed again.
enum class TaskState : uint8_t {
  kBlocked,
  kReady,
  kDelayed,
  kLeased,
  kSucceeded,
  kFailed,
  kCancelled,
  kSkipped,
};
inline constexpr size_t kTaskStates = 8;
inline constexpr bool IsTerminal(TaskState state) {
  return state >= TaskState::kSucceeded;
}

/// 24 bytes: a million tasks are 24 MB.
struct TaskRow {
  uint64_t fence = 0;  ///< of the current lease
  int64_t since = 0;   ///< monotonic micros of the last change (kDelayed: when it wakes)
  uint16_t attempts = 0;
  uint16_t waits = 0;  ///< unmet partitionwise dependencies
  uint8_t failures = 0;
  uint8_t losses = 0;  ///< attempts lost with their worker
  TaskState state = TaskState::kBlocked;
};
static_assert(sizeof(TaskRow) == 24);

/// Tasks first ... last-1 of one step that are ready, oldest first. An entry may be stale: whoever
/// takes a task checks its row.
struct ReadyRange {
  uint32_t step = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

/// A concurrency limit; `leased` always equals the leased tasks of its steps.
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
  std::vector<TaskRow> tasks;  ///< emptied when the run ends
  std::array<uint32_t, kTaskStates> counts{};
  std::vector<Dependent> dependents;
  uint32_t waits = 0;  ///< unmet whole-step dependencies
  uint32_t pool = 0;   ///< index in RunRow::pools; 0 = unlimited
  uint32_t attempts = 0;
  int64_t rows = 0;
  bool ended = false;
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
  uint32_t leased = 0;    ///< live leases
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
