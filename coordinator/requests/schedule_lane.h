/// ScheduleLane: one schedule's own thread, for what may take long: looking at files, planning.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "coordinator/requests/run_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// What a lane may ask of the world; tests put in their own.
struct LaneTools {
  /// Plans a request as of a moment (PrepareRun).
  std::function<Result<PreparedRun>(RunRequest, Timestamp)> plan;
  /// FilesFingerprint.
  std::function<Result<std::string>(const std::string&)> look;
  int64_t poll_ms = 1'000;
};

/// A request that was planned, or why not, as of which moment.
struct PlannedMoment {
  Timestamp due;
  std::string files;  ///< the fingerprint that held when planning began
  Result<PreparedRun> run;
};

/// A lane that hangs (a dead network folder) holds up its own schedule and no other. The owner's
/// methods never wait, but the destructor.
class ScheduleLane {
 public:
  /// Watches `files` (may be empty) until they have stood still for `settle_ms`.
  ScheduleLane(LaneTools tools, std::string files, int64_t settle_ms);
  ~ScheduleLane();
  ScheduleLane(const ScheduleLane&) = delete;
  ScheduleLane& operator=(const ScheduleLane&) = delete;

  /// Begins to plan. Only when it is not busy.
  void Plan(RunRequest request, Timestamp due);
  /// From Plan until Take has given the result.
  [[nodiscard]] bool busy() const;
  std::optional<PlannedMoment> Take();
  /// The fingerprint of the files once they have settled; nothing while they change.
  [[nodiscard]] std::optional<std::string> Settled() const;

 private:
  struct Job {
    RunRequest request;
    Timestamp due;
  };
  void Work();

  LaneTools tools_;
  std::string files_;
  int64_t settle_ms_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::optional<Job> job_;
  std::optional<PlannedMoment> planned_;
  bool planning_ = false;
  std::optional<std::string> settled_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace signet::coordinator
