/// What a run is, as the scheduler sees it: steps of tasks, what waits for what, and the views that
/// are shown to people. No personal data and no keys ever enter these types.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// One edge of the DAG: the step waits for `step`. `partitionwise`: task i waits for task i only
/// (both steps must have equally many tasks); otherwise every task waits for the whole step.
struct Dependency {
  StepId step;
  bool partitionwise = false;
};

/// How often a task is tried again after a failure that IsRetryable. Delay before try n is drawn
/// uniformly from [0, min(delay_ms_max, delay_ms_base * 2^(n-1))] ("full jitter").
struct RetryPolicy {
  int failures_max = 3;  ///< the task fails for good with this many failures; at least 1
  int64_t delay_ms_base = 200;
  int64_t delay_ms_max = 30'000;
};

/// When a step begins, seen from the steps it waits for. kFailed and kAlways wait for whole steps
/// only; a step that does not begin is skipped.
enum class StepWhen : uint8_t {
  kSucceeded,  ///< all succeeded, or may fail
  kFailed,     ///< all have ended, and at least one failed
  kAlways,     ///< all have ended, however
};

/// What a worker must offer to get a task.
struct Needs {
  std::vector<std::string> labels;  ///< each must be among the worker's: "region=eu", "gpu"
  int64_t memory_mb = 0;            ///< taken from what the worker offers; 0 = not accounted
  int64_t cpu_milli = 0;            ///< thousandths of a processor, likewise
  friend bool operator==(const Needs&, const Needs&) = default;
};

/// Limits in milliseconds; 0 = none.
struct Timeouts {
  int64_t attempt_ms = 3'600'000;  ///< one attempt, from its lease to its result
  int64_t queue_ms = 0;            ///< from ready to leased
  int64_t start_ms = 0;            ///< from leased to the worker's word that it has begun
};

struct StepSpec {
  StepId id;
  int tasks = 1;                  ///< 1 ... kTasksPerStepMax
  std::vector<Dependency> after;  ///< ids of steps of this run; no cycles
  bool local = false;             ///< executed by the binder inside the coordinator (RunLocal)
  bool allow_failure = false;     ///< dependents go on, the run can still succeed
  RetryPolicy retry;
  Timeouts timeouts;
  std::string pool;  ///< empty, or a name in RunSpec::pools
  StepWhen when = StepWhen::kSucceeded;
  Needs needs;
  /// All tasks are leased together or none, and share their fate: when one loses its attempt, all
  /// do. For tasks that talk to each other.
  bool gang = false;
  /// Before a task is leased, the binder is asked whether its result is known (RunBinder::LookUp).
  bool cached = false;
  /// For tasks that may be computed twice at a time (they change nothing but their own output):
  /// when half of the step's tasks have succeeded, one that has run for so long, and three times as
  /// long as those took, gets a second attempt on another worker, if nobody else wants the slot.
  /// The first to succeed is the one that counts. 0 = never.
  int64_t second_after_ms = 0;
  /// Waits for so many persons other than the run's owner to agree; local, one task, no work.
  int approvals = 0;
};

struct RunSpec {
  RunId id;
  std::string pipeline;
  std::vector<StepSpec> steps;
  /// Concurrency limits: at most so many tasks of the pool are leased at a time (within this run).
  std::map<std::string, int> pools;
  /// Those of `pools` that are counted over all runs that share the name.
  std::set<std::string> shared_pools;
  int64_t total_ms = 0;  ///< the whole run's limit; 0 = none
  /// Runs of one lane follow each other: the next begins when the one before has ended. Empty:
  /// none.
  std::string lane;
  /// -100 ... 100: of the runs that could go on, the highest goes first. A run that got no lease
  /// for a while counts as higher (SchedulerOptions::ageing_ms), so that nobody waits for ever.
  int priority = 0;
  std::string owner;  ///< who asked for it, for people and approvals
  /// Journalled as it is and given back by Coordinator::ContextOf, also after a restart: the
  /// binder's own facts (plan digest, parameters). Never keys, never personal data.
  std::string context;
};

inline constexpr int kTasksPerStepMax = 10'000'000;
inline constexpr int kStepsPerRunMax = 10'000;
inline constexpr int kGangTasksMax = 1'000;
inline constexpr int kApprovalsMax = 10;
inline constexpr int kPriorityMax = 100;
/// What backfills run at: below everything that was asked for or is due.
inline constexpr int kBackfillPriority = -10;

/// States of runs and steps. The last four (from kSucceeded) are terminal: they never change.
enum class RunState : uint8_t { kWaiting, kRunning, kSucceeded, kFailed, kCancelled, kSkipped };
inline constexpr bool IsTerminal(RunState state) {
  return state >= RunState::kSucceeded;
}
/// "waiting", "running", "succeeded", "failed", "cancelled", "skipped".
std::string_view RunStateName(RunState state);

/// Names one attempt at one task.
struct TaskRef {
  RunId run;
  StepId step;
  int task = 0;         ///< 0 ... tasks-1; the partition for partitioned steps
  int attempt = 0;      ///< 1 for the first
  uint64_t fence = 0;   ///< the lease that may commit; 0 for local tasks
  bool second = false;  ///< another attempt of the task is under way
  /// "run/step/task", for messages and logs.
  [[nodiscard]] std::string Text() const;
};

/// A step as people see it.
struct StepView {
  StepId id;
  RunState state = RunState::kWaiting;
  int done = 0;  ///< tasks that succeeded
  int total = 0;
  int running = 0;
  int attempts = 0;     ///< leases granted so far, all tasks together
  double progress = 0;  ///< 0 ... 1 with the running tasks' own progress
  int64_t rows = 0;     ///< sum of RunBinder::RowsOf over the finished tasks
  Timestamp started;    ///< zero until the first lease
  Timestamp finished;   ///< zero until terminal
  std::string message;  ///< the first failure's text (with its status code), or why it waits
  Status failure;       ///< the first failure as a status; ok when none
};

struct RunView {
  RunId run;
  std::string pipeline;
  std::string owner;
  int priority = 0;
  RunState state = RunState::kWaiting;
  Timestamp submitted;
  Timestamp finished;
  std::vector<StepView> steps;  ///< in the order of the RunSpec
  Status failure;  ///< of the first failed step that is not allowed to fail; ok when none
};

/// kInvalid with a located text: empty or duplicate ids, unknown dependency, cycle, partitionwise
/// edge between steps of different size, unknown pool, numbers out of range.
Status CheckRunSpec(const RunSpec& spec);

}  // namespace signet::coordinator
