/// SweepSchedule: when a standing coordinator sweeps by itself (retention, withdrawn erasures).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// What of the schedule is due.
struct SweepDue {
  Timestamp moment;    ///< the newest
  int64_t missed = 0;  ///< moments before it that made no sweep
  bool late = false;   ///< it passed while nobody was there
};

/// Durable in the store under "retention/schedule". A moment that passed while no coordinator stood
/// is swept at the next start, once, and told in the log (schedule.missed). Belongs to one thread.
class SweepSchedule {
 public:
  explicit SweepSchedule(StateFolder& state) : state_(state) {}

  /// A cron expression (pipelines/schedule/cron.h) with its zone; an empty one ends the schedule.
  /// kInvalid, naming the field; the change is an entry of the log.
  Status Set(const std::string& cron, const std::string& time_zone, const std::string& actor);
  /// Nothing when there is no schedule or nothing is due.
  Result<std::optional<SweepDue>> Due();
  /// Before the sweep of `due` is begun again it is forgotten: after this it is dealt with.
  Status Done(const SweepDue& due);
  /// {cron, time_zone, next, last}; {} without a schedule.
  Result<Json> Show();

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
