/// RunNotes: what happened to one run since its last write, in the words of the log.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/lease_book.h"
#include "coordinator/dispatch/run_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/record/task.h"

namespace signet::coordinator {

/// Collects a run's entries: each goes into the write that makes its fact durable. Belongs to one
/// thread.
class RunNotes {
 public:
  [[nodiscard]] LeaseBook& leases() { return leases_; }

  /// `tasks` of the run were done already when another coordinator took it up.
  void Resumed(const std::string& pipeline, size_t tasks);
  void Finished(const TaskRef& task, const pipelines::TaskResult& result);
  void Ended(const AttemptEnd& end);
  void Cancelled(const std::string& pipeline, const Status& why);
  /// The run ended: what is out has expired.
  void RunEnded() { leases_.ExpireAll(); }

  [[nodiscard]] bool empty() const;
  /// What could not be written waits for the next call.
  Status Flush(const LeaseBook::Append& append);

 private:
  void Note(const char* type, Json facts) { notes_.emplace_back(type, std::move(facts)); }

  LeaseBook leases_;
  std::vector<std::pair<std::string, Json>> notes_;
};

}  // namespace signet::coordinator
