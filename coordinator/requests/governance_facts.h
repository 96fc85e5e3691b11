/// What ran, for the reports: from the frozen plans of the runs that succeeded, and the log.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/policy_in_force.h"
#include "crypto/base/clock.h"
#include "policies/reports/activity.h"
#include "policies/reports/lineage.h"

namespace signet::coordinator {

/// The plan of one run, as lineage.
struct RunLineage {
  policies::LineageOf of;
  std::vector<policies::ColumnLineage> columns;
};

/// Reads the state once. Belongs to one thread.
class GovernanceFacts {
 public:
  /// Runs that began before `since` are left out.
  static Result<GovernanceFacts> Gather(StateFolder& state, Timestamp since);

  /// By pipeline and purpose: what its runs did together.
  [[nodiscard]] const std::vector<policies::ProcessingActivity>& activities() const {
    return activities_;
  }
  /// What is held of each source, by the newest run of each pipeline.
  [[nodiscard]] std::vector<policies::HeldData> Held() const;
  /// The newest run of each pipeline, or of one; kNotFound when none succeeded.
  [[nodiscard]] Result<std::vector<RunLineage>> Lineage(const std::string& pipeline) const;
  [[nodiscard]] const std::vector<FrozenRun>& runs() const { return runs_; }

 private:
  GovernanceFacts() = default;
  Status ReadOutcomes(StateFolder& state);
  void AddActivities(const FrozenRun& frozen, const std::map<std::string, uint64_t>& rows);

  std::vector<FrozenRun> runs_;  ///< that succeeded, the newest first
  std::map<std::string, std::string> outcomes_;
  std::vector<policies::ProcessingActivity> activities_;
};

}  // namespace signet::coordinator
