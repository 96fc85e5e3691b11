/// What of a schedule is to be done now, and what was missed: pure decisions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/schedules/schedule_book.h"
#include "crypto/base/clock.h"

namespace signet::coordinator {

/// A moment is on time if it is at most this old when it is looked at.
inline constexpr int64_t kOnTimeMicros = int64_t{120} * 1'000'000;
/// So many moments are decided about at a time; the rest follows.
inline constexpr size_t kMomentsMax = 1'000;

struct DueNow {
  int64_t missed = 0;      ///< moments that will not be run: to be reported first (AfterMissed)
  Timestamp missed_first;  ///< of those
  Timestamp missed_last;
  std::optional<Timestamp> run;  ///< then this one is to be run (AfterRun)
};

/// Decides about the moments of the crons in (handled, now], the oldest first. Each is reported or
/// run once (P5), since what AfterMissed and AfterRun say is durable in the write that reports, or
/// that accepts the run: neither a crash nor a clock that jumps makes one vanish or come twice.
DueNow Decide(const Schedule& schedule, Timestamp now);

/// The schedule once what was missed is reported.
Schedule AfterMissed(Schedule schedule, const DueNow& due);
/// The schedule once the run of `due`, a moment of its crons, is accepted.
Schedule AfterRun(Schedule schedule, Timestamp due, const std::string& run);
/// The schedule once `due` made no run, and why.
Schedule AfterRefusal(Schedule schedule, Timestamp due, const std::string& why);

/// The next moment of its crons after both `handled` and `now`; nothing without crons.
std::optional<Timestamp> NextDue(const Schedule& schedule, Timestamp now);

}  // namespace signet::coordinator
