/// LeaseBook: which keys workers hold, and what of it waits to be logged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/run_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Takes note of every lease, denial, release and expiry of one run, and hands them to the log with
/// the next write: that of the change itself. Belongs to one thread.
class LeaseBook {
 public:
  /// Writes one entry: its type and facts.
  using Append = std::function<Status(const std::string& type, Json facts)>;
  /// So many leases are named in one entry at most: an entry has 65,535 bytes.
  static constexpr size_t kLeasesPerEntry = 100;

  /// The keys of `assignment` are made ready for an attempt ...
  void Granted(const TaskRef& task, const pipelines::TaskAssignment& assignment);
  /// ... and go to this worker.
  void Sent(const TaskRef& task, const WorkerId& worker);
  void Denied(const TaskRef& task, const Status& why);
  /// The attempt is over; `result` says how often it sealed.
  void Released(const TaskRef& task, const pipelines::TaskResult& result);
  /// The attempt is over without a result: given back if its worker said so, else expired. Nothing
  /// when it holds no lease.
  void Ended(const AttemptEnd& end);
  /// All that is still out has expired: the run ended.
  void ExpireAll();
  /// Who holds the lease of this attempt; empty when nobody does.
  [[nodiscard]] std::string HolderOf(const TaskRef& task) const;
  /// Whether nothing waits for Flush.
  [[nodiscard]] bool empty() const {
    return granted_.empty() && denied_.empty() && released_.empty() && expired_.empty();
  }
  /// Entries for what was noted since. What could not be written waits for the next call.
  Status Flush(const Append& append);

 private:
  using TaskKey = std::pair<std::string, int>;
  struct Lease {
    int attempt = 0;
    uint64_t fence = 0;
    std::string worker;
  };

  using Held = std::map<uint64_t, Lease>;  ///< by fence: a slow task may have two attempts

  static Json Facts(const TaskKey& task, const Lease& lease);
  [[nodiscard]] const Lease* Find(const TaskRef& task) const;
  void Forget(const TaskKey& task, uint64_t fence);
  void Expire(const TaskKey& task, const Lease& lease, const std::string& reason);
  static Status FlushList(const std::string& type, std::vector<Json>& list, const Append& append);

  std::map<TaskKey, Held> out_;
  std::vector<Json> granted_;
  std::vector<Json> denied_;
  std::vector<Json> released_;
  std::vector<Json> expired_;
};

}  // namespace signet::coordinator
