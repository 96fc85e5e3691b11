/// Calls about how long data are kept: sweeps, their schedule, legal holds.
#pragma once

#include <optional>
#include <string>

#include "coordinator/requests/rights_calls.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Sweeps: {dry_run} only lists. What is due is destroyed, and the data of withdrawn erasures.
Result<Json> PerformSweep(RightsWorld& world, const Json& arguments);

/// Performs `verb`, which needs the state alone; nothing when it is none of these:
///
///   sweep_at        {cron, time_zone, actor}: a standing coordinator sweeps then; empty: no more
///   hold, release   {pipeline, dataset, reason, actor}
///   holds           {}: {holds, custody_copies_s, schedule}
///   custody_copies  {seconds}
///   hook            {url, actor}: where warnings about the terms of requests are posted
std::optional<Result<Json>> PerformSettingCall(StateFolder& state,
                                               const std::string& verb,
                                               const Json& arguments);

}  // namespace signet::coordinator
