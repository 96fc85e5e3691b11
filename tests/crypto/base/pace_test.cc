#include "crypto/base/pace.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(Pace, IsDueAtOnceAndThenOncePerPeriodFromTheFirstMicrosecondOn) {
  ManualClock clock;
  ASSERT_EQ(clock.MonotonicMicros(), 0) << "the moment that a sentinel would take for never";
  Pace pace(60);
  EXPECT_TRUE(pace.Due(clock));
  EXPECT_FALSE(pace.Due(clock));
  clock.Advance(59'999'999);
  EXPECT_FALSE(pace.Due(clock));
  clock.Advance(1);
  EXPECT_TRUE(pace.Due(clock));
  EXPECT_FALSE(pace.Due(clock));
}

}  // namespace
}  // namespace signet
