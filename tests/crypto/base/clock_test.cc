#include "crypto/base/clock.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(Timestamp, RoundTripsItsText) {
  for (const char* text : {"1970-01-01T00:00:00Z",
                           "2026-11-22T03:38:31Z",
                           "2024-02-29T23:59:59.000001Z",
                           "1969-12-31T23:59:59Z"}) {
    EXPECT_EQ(TimestampText(*TimestampFromText(text)), text);
  }
  EXPECT_EQ(TimestampText(*TimestampFromText("2026-11-22")), "2026-11-22T00:00:00Z");
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-13-01",
                           "2026-02-30",
                           "2026-11-22T25:00:00Z",
                           "2026-11-22 03:38:31",
                           "2026-11-22T03:38:31",
                           "x026-11-22"}) {
    EXPECT_FALSE(TimestampFromText(text).ok()) << text;
  }
}

}  // namespace
}  // namespace signet
