/// When a pipeline runs by itself, and who is told of it, as the document says it. No part of the
/// plan's digest: it decides when something is computed, never what.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/document/diagnostic.h"
#include "policies/document/json_schema.h"
#include "policies/document/map_reader.h"

namespace signet::pipelines {

/// What becomes of moments that passed while nobody was there to act.
enum class Missed {
  kSkip,     ///< reported, and that is all
  kRunOnce,  ///< the newest is run, the others are reported
  kRunAll,   ///< each is run
};
/// "skip", "run_once", "run_all".
std::string_view MissedName(Missed missed);

/// `schedule:` of a pipeline. It is due when any of its parts says so.
struct ScheduleOptions {
  std::vector<std::string> crons;
  std::string time_zone = "UTC";
  Missed missed = Missed::kRunOnce;
  std::string files;                   ///< a path or glob; due when what it names has changed ...
  int64_t settle_ms = 10'000;          ///< ... and stood still for so long
  std::vector<std::string> snapshots;  ///< due when each was published since the last time
  int64_t late_ms = 0;                 ///< not succeeded so long after it was due: late; 0 = never
  friend bool operator==(const ScheduleOptions&, const ScheduleOptions&) = default;

  /// Whether anything makes it due.
  [[nodiscard]] bool any() const { return !crons.empty() || !files.empty() || !snapshots.empty(); }
  [[nodiscard]] Json ToJson() const;
  static ScheduleOptions FromJson(const Json& json);
};

/// One of `notify:`: who is told of what.
struct NotifyOptions {
  std::string url;
  std::vector<std::string> events;  ///< of NotifyEvents()
  friend bool operator==(const NotifyOptions&, const NotifyOptions&) = default;

  [[nodiscard]] bool Wants(std::string_view event) const;
  [[nodiscard]] Json ToJson() const;
  static NotifyOptions FromJson(const Json& json);
};
/// "success", "failure", "late", "missed".
const std::vector<std::string>& NotifyEvents();

/// Reads `schedule` of the pipeline; SIG-1215 for what can never be due.
ScheduleOptions ReadScheduleOptions(policies::MapReader& pipeline,
                                    policies::Diagnostics& diagnostics);
/// Reads `notify` of the pipeline, a list.
std::vector<NotifyOptions> ReadNotifyOptions(policies::MapReader& pipeline,
                                             policies::Diagnostics& diagnostics);

/// `schedule` and `notify`, for the JSON Schema.
std::vector<policies::SchemaField> ScheduleFields();

}  // namespace signet::pipelines
