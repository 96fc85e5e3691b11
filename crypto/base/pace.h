/// Pace: what is done every so often, and no more.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/base/clock.h"

namespace signet {

/// Due at once the first time, then whenever `seconds` have passed since it was due last. Reads the
/// monotonic clock: a wall clock that jumps moves nothing.
class Pace {
 public:
  explicit Pace(int64_t seconds) : seconds_(seconds) {}
  /// Whether it is due now; if so, the next time is counted from now.
  bool Due(Clock& clock);

 private:
  int64_t seconds_;
  std::optional<int64_t> last_;
};

}  // namespace signet
