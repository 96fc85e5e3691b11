#include "crypto/audit/operation_events.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(OperationEvents, EveryKeyOperationSaysWhatItChanged) {
  EventRows rows;
  AddKeyEvents(rows);
  for (const EventDoc& event : rows.Take()) {
    EXPECT_EQ(event.kind, "key operation");
    EXPECT_FALSE(event.facts.empty()) << event.type;
    EXPECT_LE(event.facts.size(), 6U) << event.type << ": facts of its own, not those of others";
  }
}

TEST(OperationEvents, LoginsConfigurationAndTheLogItselfAreKindsOfTheirOwn) {
  EventRows rows;
  AddOperationEvents(rows);
  const std::vector<EventDoc> events = rows.Take();
  for (const char* kind : {"login", "configuration", "log"}) {
    EXPECT_TRUE(std::any_of(events.begin(), events.end(), [kind](const EventDoc& event) {
      return event.kind == kind;
    })) << kind;
  }
}

}  // namespace
}  // namespace signet::crypto
