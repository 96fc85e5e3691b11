/// Time as a dependency: the wall clock is read in clock.cc and nowhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/status.h"

namespace signet {

/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct Timestamp {
  int64_t micros = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// "2026-11-22T03:38:31Z"; with microseconds when there are any.
std::string TimestampText(Timestamp time);
/// Reads "YYYY-MM-DD" (midnight UTC) and "YYYY-MM-DDThh:mm:ss[.ffffff]Z".
Result<Timestamp> TimestampFromText(std::string_view text);
/// "2026-11-22".
std::string DateText(Timestamp time);

/// What time it is. Now() may jump; MonotonicMicros() never goes back and has no meaning beyond
/// differences.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() = 0;
  virtual int64_t MonotonicMicros() = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() override;
  int64_t MonotonicMicros() override;
};

/// A clock that tests and the simulator set.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = {}) : now_(start) {}
  Timestamp Now() override { return now_; }
  int64_t MonotonicMicros() override { return monotonic_; }
  void Advance(int64_t micros);
  void JumpWall(Timestamp to) { now_ = to; }

 private:
  Timestamp now_;
  int64_t monotonic_ = 0;
};

}  // namespace signet
