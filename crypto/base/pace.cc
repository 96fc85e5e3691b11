#include "crypto/base/pace.h"

namespace signet {

bool Pace::Due(Clock& clock) {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const int64_t now = clock.MonotonicMicros();
  if (last_ && now - *last_ < seconds_ * kMicrosPerSecond) return false;
  last_ = now;
  return true;
}

}  // namespace signet
