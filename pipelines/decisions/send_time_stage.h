/// The `send_time` stage: the hour of the day, and the day of the week, at which each subject
/// answers best, by channel if there are several.
///
/// In: `events` (governed; subject and a time), out: kind features: subject, `channel` TEXT if it
/// is asked for (then a row per subject and channel), send_hour INT (local by `utc_offset`),
/// send_probability and send_gain DOUBLE, and with `weekday` send_weekday INT (1 = Monday) and
/// send_weekday_probability. One task over all partitions: the population's habits and the
/// smoothing come from everybody, channel by channel. Deterministic; independent of row order.
/// Memory: 100 bytes a subject and channel, twice with `weekday`.
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
  std::string channel;            ///< column; empty: one model for all events
  bool weekday = false;
  int utc_offset_hours = 0;

  static Result<SendTimeOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> SendTimeOutputSchema(const SendTimeOptions& options,
                                    const std::map<std::string, Schema>& inputs);

/// Figures per channel: subjects, the priors' weights, the population's hours and weekdays.
Result<Json> RunSendTime(query::Connection& connection,
                         const SendTimeOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context);

}  // namespace signet::pipelines
