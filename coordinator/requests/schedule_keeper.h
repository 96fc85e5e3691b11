/// ScheduleKeeper: makes the runs of schedules when they are due, and says why not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/run_folder.h"
#include "coordinator/requests/run_host.h"
#include "coordinator/requests/run_notices.h"
#include "coordinator/requests/schedule_lane.h"
#include "coordinator/schedules/schedule_book.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Each due moment makes one run or one report, whatever crashes meanwhile (P5): the schedule's new
/// state is in the batch that accepts the run. A schedule has at most one run under way; what falls
/// due meanwhile waits for its end, and is then late (`missed` decides). Belongs to the
/// coordinator's loop thread.
class ScheduleKeeper {
 public:
  /// The references must outlive the keeper.
  ScheduleKeeper(StateFolder& state, RunHost& host, RunNotices& notices, LaneTools tools);
  ~ScheduleKeeper();
  ScheduleKeeper(const ScheduleKeeper&) = delete;
  ScheduleKeeper& operator=(const ScheduleKeeper&) = delete;

  /// Real planning and real files.
  static LaneTools RealTools();

  /// Takes up the schedules of the state.
  Status Load();
  /// Adds the pipeline's schedule, or replaces it, from now on; what it waits for and is there
  /// already counts as seen. kInvalid when the pipeline has no `schedule`.
  Result<Json> Add(const PreparedRun& prepared);
  /// kNotFound.
  Status Remove(const std::string& name);
  /// A paused schedule makes no runs; when it goes on, what passed meanwhile is missed.
  Status SetPaused(const std::string& name, bool paused);

  /// Acts on what is due. Each turn of the loop.
  void Turn();

  /// [{schedule, file, cron, time_zone, missed, files, snapshots, next, paused, runs, missed_count,
  /// last_run, last_due, owner, why}], by name.
  [[nodiscard]] Json All();
  [[nodiscard]] bool Knows(const std::string& name) const { return book_.Find(name) != nullptr; }
  /// {schedule, why}: one sentence; kNotFound.
  [[nodiscard]] Result<Json> Why(const std::string& name);

 private:
  struct Lane;
  void TurnOne(const std::string& name, Lane& lane);
  void Report(const Schedule& schedule, int64_t missed, const Json& facts);
  void Accept(const Schedule& schedule, Lane& lane, PlannedMoment planned);
  void Refuse(const Schedule& schedule, Lane& lane, const PlannedMoment& planned);
  void Begin(const Schedule& schedule, Lane& lane, Timestamp due, const std::string& cause);
  [[nodiscard]] std::string Triggered(const Schedule& schedule, const Lane& lane);
  [[nodiscard]] bool IsOver(const std::string& run) const;
  [[nodiscard]] std::string WhyOf(const Schedule& schedule, const Lane& lane);
  [[nodiscard]] Json Shown(const Schedule& schedule);
  void RefreshSnapshots();
  void OpenLane(const Schedule& schedule);

  StateFolder& state_;
  RunHost& host_;
  RunNotices& notices_;
  LaneTools tools_;
  ScheduleBook book_;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
  std::map<std::string, std::string> versions_;  ///< of published snapshots, the newest, by name
  int64_t turned_ = 0;
  int64_t refreshed_ = 0;
};

}  // namespace signet::coordinator
