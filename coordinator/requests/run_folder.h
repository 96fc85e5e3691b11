/// RunFolder: what a run was asked for, frozen: documents, parameters, plan. A restart binds the
/// run by this, whatever became of the files meanwhile.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/plan/planner.h"

namespace signet::coordinator {

/// What somebody asks for: a pipeline with parameters.
struct RunRequest {
  std::filesystem::path file;                 ///< the pipeline's YAML
  std::map<std::string, std::string> params;  ///< given with -p
  std::filesystem::path base;                 ///< relative data paths start here
  std::filesystem::path bundles;              ///< the shipped policies
  int priority = 0;
  std::string owner;  ///< who asks
  std::string cause;  ///< "submit", "schedule", "rerun of RUN", "backfill"
  bool no_cache = false;
  std::string only;                    ///< this step and what it needs, nothing else; empty: all
  std::vector<std::string> recompute;  ///< these and what follows them are computed again
  /// As of when it is planned (rerun --failed: the failed run's own moment); zero: now.
  Timestamp moment;
  int64_t min_group = 0;  ///< of a test state; 0 = what the policy says

  [[nodiscard]] Json ToJson() const;
  static RunRequest FromJson(const Json& json);
};

/// A request that is planned: all that can be refused without the state's keys has been.
struct PreparedRun {
  RunRequest request;
  pipelines::Planned planned;
};

/// Plans the request as of `now`. Any thread; looks at files only.
Result<PreparedRun> PrepareRun(RunRequest request, Timestamp now);

/// The steps that wait, directly or not, for one of `steps`, and these.
std::set<std::string> StepsFrom(const pipelines::Plan& plan, const std::vector<std::string>& steps);

/// STATE/runs/RUN/
///   request.json          RunRequest
///   plan.json             the whole plan
///   pipeline.yaml         as it was
///   policies/NN-NAME      the policy documents in their order; taxonomy.yaml, organisation.yaml
///   log.jsonl             see RunLog
/// No personal data: parameters and documents only.
class RunFolder {
 public:
  RunFolder(StateFolder& state, const RunId& run);
  /// Writes everything, durably, before the run is accepted.
  Status Freeze(const PreparedRun& prepared) const;
  /// What Freeze wrote. kCorrupt when plan or policies are not what they were; kNotFound when the
  /// run has no folder.
  [[nodiscard]] Result<PreparedRun> Thaw() const;
  [[nodiscard]] Result<RunRequest> Request() const;
  void Remove() const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace signet::coordinator
