/// How a step and a pipeline are run, as the document says it: retries, limits, needs. It decides
/// when and where something is computed, never what: it is no part of the plan's digest.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/schedule/schedule_options.h"
#include "policies/document/diagnostic.h"
#include "policies/document/json_schema.h"
#include "policies/document/map_reader.h"

namespace signet::pipelines {

/// No run is without a deadline: 7 days, unless the document says otherwise.
inline constexpr int64_t kRunMsMax = int64_t{7} * 86'400'000;

/// Of one step.
struct StepRunOptions {
  int failures_max = 3;  ///< attempts that may fail with a code that a retry can help
  int64_t delay_ms = 200;
  int64_t delay_ms_max = 30'000;
  int64_t attempt_ms = 3'600'000;  ///< 0 = no limit, here and below
  int64_t queue_ms = 0;
  int64_t start_ms = 0;
  std::string pool;
  std::string when = "success";     ///< or "failure", "always"
  std::vector<std::string> labels;  ///< of the worker
  int64_t memory_mb = 0;
  int64_t cpu_milli = 0;
  /// A task that is slow beside the others is tried on a second worker, after so long at least;
  /// 0 = never. Only where computing twice changes nothing.
  int64_t straggler_ms = 30'000;
  int approvals = 0;  ///< persons, other than who asked, that agree before it begins
  friend bool operator==(const StepRunOptions&, const StepRunOptions&) = default;

  [[nodiscard]] Json ToJson() const;
  static StepRunOptions FromJson(const Json& json);
};

/// Of the pipeline.
struct PipelineRunOptions {
  std::map<std::string, int> pools;    ///< concurrency limits
  std::set<std::string> shared_pools;  ///< those that count over all runs
  int64_t total_ms = kRunMsMax;        ///< of a whole run, from its acceptance; 0 = none
  int priority = 0;
  ScheduleOptions schedule;
  std::vector<NotifyOptions> notify;
  friend bool operator==(const PipelineRunOptions&, const PipelineRunOptions&) = default;

  [[nodiscard]] Json ToJson() const;
  static PipelineRunOptions FromJson(const Json& json);
};

/// Reads `retry`, `timeout`, `pool`, `when`, `needs`, `straggler_after` and `approvals` of a step.
StepRunOptions ReadStepRunOptions(policies::MapReader& step, policies::Diagnostics& diagnostics);
/// Reads `pools`, `timeout` and `priority` of the settings.
PipelineRunOptions ReadPipelineRunOptions(policies::MapReader& settings,
                                          policies::Diagnostics& diagnostics);
/// SIG-1208 for a pool that the settings do not name.
void CheckPool(const StepRunOptions& step,
               const PipelineRunOptions& pipeline,
               const policies::Mark& mark,
               policies::Diagnostics& diagnostics);

/// For the JSON Schema.
std::vector<policies::SchemaField> StepRunFields();
std::vector<policies::SchemaField> PipelineRunFields();

}  // namespace signet::pipelines
