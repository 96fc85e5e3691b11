/// LeaseBook: which keys workers hold, and what of it waits to be logged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Takes note of every lease, denial and release of one run, and hands them to the log with the
/// next write: at the latest with the run's end, so that none is missing. Belongs to one thread.
class LeaseBook {
 public:
  /// Writes one entry: its type and facts.
  using Append = std::function<Status(const std::string& type, Json facts)>;

  /// The keys of `assignment` go to a worker. An earlier attempt of the task has ended without a
  /// result then: it is released.
  void Granted(const TaskRef& task, const pipelines::TaskAssignment& assignment);
  void Denied(const TaskRef& task, const Status& why);
  /// The attempt is over; `result` says how often it sealed.
  void Released(const TaskRef& task, const pipelines::TaskResult& result);
  /// All that is still out: the run ended.
  void ReleaseAll();
  /// Entries for what was noted since. On failure they wait for the next call.
  Status Flush(const Append& append);

 private:
  using TaskKey = std::pair<std::string, int>;

  void Release(const TaskKey& task, int attempt, uint64_t uses);

  std::map<TaskKey, int> out_;  // the attempt that holds a lease
  std::vector<Json> granted_;
  std::vector<Json> denied_;
  std::vector<Json> released_;
};

/// How many times a task's streams called the cipher: their chunks.
uint64_t SealCalls(const pipelines::TaskResult& result);

}  // namespace signet::coordinator
