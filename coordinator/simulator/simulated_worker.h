/// A worker whose agent is real and whose tasks are simulated.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "coordinator/simulator/dice.h"
#include "coordinator/simulator/simulated_network.h"
#include "crypto/base/clock.h"
#include "workers/agent/agent.h"
#include "workers/executor/task_slots.h"

namespace signet::coordinator {

/// Tasks that take 1 to 400 simulated ms and then succeed, fail, crash or (never ending) hang.
class SimulatedSlots final : public workers::TaskSlots {
 public:
  SimulatedSlots(Dice& dice, ManualClock& clock, const bool& faults)
      : dice_(dice), clock_(clock), faults_(faults) {}
  Status Start(uint64_t fence, Bytes payload) override;
  void Kill(uint64_t fence) override { tasks_.erase(fence); }
  std::vector<workers::TaskEnd> TakeEnded() override;
  std::vector<workers::TaskPulse> Pulses() override;
  std::vector<int> Descriptors() override { return {}; }
  /// Tasks that begin from now on take so many times as long.
  void SlowDown(int64_t factor) { slowness_ = factor; }
  /// Monotonic micros of the next end; INT64_MAX when none is near.
  [[nodiscard]] int64_t NextEnd() const;

 private:
  struct Task {
    int64_t began = 0;
    int64_t ends = 0;  ///< INT64_MAX: hangs
    Status status;
    Bytes payload;
  };
  Dice& dice_;
  ManualClock& clock_;
  const bool& faults_;
  int64_t slowness_ = 1;
  std::map<uint64_t, Task> tasks_;
};

class SimulatedWorker {
 public:
  SimulatedWorker(
      int number, Dice& dice, ManualClock& clock, SimulatedNetwork& network, const bool& faults)
      : number_(number), dice_(dice), clock_(clock), network_(network), faults_(faults) {}
  /// Starts the process, with a new boot id.
  void Start();
  /// Ends it without a word; it starts again at `until` (monotonic micros).
  void Crash(int64_t until);
  /// Stops it (SIGSTOP) until then; its tasks stop too.
  void Pause(int64_t until) { paused_until_ = until; }
  void SlowDown(int64_t factor) {
    if (slots_ != nullptr) slots_->SlowDown(factor);
  }
  /// One turn, if it lives and is not paused. Starts it again when its time has come.
  void Turn();
  [[nodiscard]] int64_t NextWake() const;

 private:
  int number_;
  Dice& dice_;
  ManualClock& clock_;
  SimulatedNetwork& network_;
  const bool& faults_;
  int64_t down_until_ = 0;
  int64_t paused_until_ = 0;
  std::unique_ptr<SimulatedSlots> slots_;
  std::unique_ptr<workers::ClientChannel> channel_;
  std::unique_ptr<workers::Agent> agent_;
};

}  // namespace signet::coordinator
