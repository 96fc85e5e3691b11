#include "crypto/audit/event_table.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(EventTable, FactsAreReadFromTheirLines) {
  for (const EventDoc& event : MakeEventTable()) {
    if (event.type != "consent.changed") continue;
    ASSERT_GT(event.facts.size(), 3U);
    EXPECT_EQ(event.facts[0].name, "partition");
    EXPECT_FALSE(event.facts[0].required);
    EXPECT_EQ(event.facts[1].name, "changes");
    EXPECT_TRUE(event.facts[1].required);
    EXPECT_EQ(event.facts[1].type, FactType::kCount);
    return;
  }
  FAIL() << "consent.changed is gone";
}

}  // namespace
}  // namespace signet::crypto
