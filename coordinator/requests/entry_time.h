/// Times in entries of the log that speak of days and terms: whole seconds.
#pragma once

#include <string>

#include "crypto/base/clock.h"

namespace signet::coordinator {

inline std::string EntrySecond(Timestamp time) {
  constexpr int64_t kSecond = 1'000'000;
  return TimestampText(Timestamp{time.micros / kSecond * kSecond});
}

}  // namespace signet::coordinator
