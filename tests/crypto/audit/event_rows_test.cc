#include "crypto/audit/event_rows.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(EventRows, ALineIsAFactWithItsNameTypeAndMeaning) {
  EventRows rows;
  rows.Kind("lease");
  rows.Add("lease.lent",
           "Meaning.",
           "why",
           EventNames::kRun,
           {"worker name who holds it", "uses? count calls of the cipher"});
  const std::vector<EventDoc> events = rows.Take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, "lease");
  EXPECT_TRUE(events[0].run);
  EXPECT_FALSE(events[0].policy);
  ASSERT_EQ(events[0].facts.size(), 2U);
  EXPECT_EQ(events[0].facts[0].name, "worker");
  EXPECT_TRUE(events[0].facts[0].required);
  EXPECT_EQ(events[0].facts[1].type, FactType::kCount);
  EXPECT_FALSE(events[0].facts[1].required);
  EXPECT_EQ(events[0].facts[1].meaning, "calls of the cipher");
}

TEST(EventRowsDeathTest, ATypeThatDoesNotExistIsABug) {
  EventRows rows;
  EXPECT_DEATH(rows.Add("a.b", "m", "w", EventNames::kNothing, {"x colour red"}), "colour");
}

}  // namespace
}  // namespace signet::crypto
