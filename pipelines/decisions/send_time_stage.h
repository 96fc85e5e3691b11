/// The `send_time` stage: the hour of the day at which each subject answers best.
///
/// In: `events` (governed; subject and a time), out: kind features: subject, send_hour INT (local
/// by `utc_offset`), send_probability and send_gain DOUBLE. One task over all partitions: the
/// population's hours and the smoothing come from everybody. Deterministic; independent of row
/// order. Memory: 100 bytes a subject.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct SendTimeOptions {
  std::string events = "events";  ///< input
  std::string time;               ///< its column
  std::string answered;           ///< boolean column: only such events count; empty: all
  int utc_offset_hours = 0;

  static Result<SendTimeOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> SendTimeOutputSchema(const SendTimeOptions& options,
                                    const std::map<std::string, Schema>& inputs);

/// Figures: subjects, events, the prior's weight, the population's hours.
Result<Json> RunSendTime(query::Connection& connection,
                         const SendTimeOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context);

}  // namespace signet::pipelines
