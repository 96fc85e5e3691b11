/// A rights desk over a state that ends its process at a chosen look at the clock, for the test of
/// deaths (rights_crash_test.cc) and the program that it starts (test_desk.cc).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

#include "coordinator/requests/rights_desk.h"

namespace signet::coordinator {

/// Ends the process, as a kill does, when it is asked for the time once too often. Desks ask before
/// each durable step, so that every gap between two of them is met.
class FatalClock final : public Clock {
 public:
  static constexpr int kDied = 9;
  Timestamp Now() override {
    if (armed_ && --left_ < 0) ::_exit(kDied);
    return {1'790'000'000'000'000 + ++ticks_};
  }
  int64_t MonotonicMicros() override { return ++ticks_; }
  /// After `calls` more.
  void Arm(int calls) {
    armed_ = true;
    left_ = calls;
  }

 private:
  bool armed_ = false;
  int left_ = 0;
  int64_t ticks_ = 0;
};

/// What a process opens; made anew in each.
struct DyingDesk {
  explicit DyingDesk(const std::filesystem::path& path)
      : state(StateFolder::Open(path, clock, entropy).value()),
        ledger(*state),
        desk(
            *state,
            ledger,
            [](const RunSpec&, RunBinder&) -> Result<RunView> { return Unavailable("no worker"); },
            [this] { return RunId("20261122t033831-" + UuidText(entropy.RandomUuid())); }) {}

  FatalClock clock;
  SystemEntropy entropy;
  std::unique_ptr<StateFolder> state;
  LedgerBook ledger;
  RightsDesk desk;
};

}  // namespace signet::coordinator
