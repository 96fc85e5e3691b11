/// Happening: one durable fact about a run in words, for logs that people follow.
#pragma once

#include <string>
#include <string_view>

#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

class Scheduler;

/// What happened to a run (step empty) or to one of its tasks.
struct Happening {
  Timestamp at;
  RunId run;
  StepId step;
  int task = 0;
  std::string_view what;  ///< "accepted", "leased", "succeeded", "retried", "failed", ...
  std::string worker;     ///< leased only
  std::string detail;     ///< why, or after how long it is tried again; our own words
};

/// What the record says, with names from `scheduler`, which has applied it. The run is empty when
/// the record is about no run, or about one that is forgotten.
Happening DescribeRecord(const Scheduler& scheduler, const Record& record);

}  // namespace signet::coordinator
