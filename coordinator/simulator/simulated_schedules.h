/// A schedule under faults: the real decisions and the real book, with the checker of P5.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/dispatch/dispatcher.h"
#include "coordinator/schedules/schedule_book.h"
#include "coordinator/simulator/checkers.h"
#include "coordinator/simulator/dice.h"
#include "crypto/base/clock.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Makes the runs of one hourly schedule, as ScheduleKeeper does, and reports what it missed. The
/// wall clock of a simulation jumps by up to a day either way.
class SimulatedSchedules {
 public:
  /// `memory` is what `store` writes to, without its faults: the checker's own eyes.
  SimulatedSchedules(Dice& dice,
                     ManualClock& clock,
                     crypto::KvStore& store,
                     crypto::KvStore& memory,
                     Verdicts& verdicts);

  /// The coordinator has started, or started again. kUnavailable when the store refuses.
  Status Restart();
  /// Acts on what is due. A status that is not ok is the store's, and final for the coordinator.
  Status Turn(Dispatcher& coordinator, CheckingBinder& binder, Checkers& checkers);
  /// Whether nothing is due.
  [[nodiscard]] bool Settled();
  /// P5: each moment from the first to the last that was dealt with was run or reported, once.
  void AtEnd();
  [[nodiscard]] int64_t moments() const { return moments_; }

 private:
  [[nodiscard]] RunSpec RunFor(Timestamp due);

  ManualClock& clock_;
  crypto::KvStore& store_;
  crypto::KvStore& memory_;
  Verdicts& verdicts_;
  ScheduleBook book_;
  Schedule first_;
  bool added_ = false;
  int64_t runs_ = 0;
  int64_t moments_ = 0;
};

}  // namespace signet::coordinator
