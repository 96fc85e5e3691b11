#include "crypto/audit/learning_events.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(LearningEvents, AModelsEntriesNameTheVersionAndTheRunThatLearntIt) {
  EventRows rows;
  AddLearningEvents(rows);
  size_t models = 0;
  for (const EventDoc& event : rows.Take()) {
    if (event.kind != "model") continue;
    ++models;
    std::set<std::string> required;
    for (const FactDoc& fact : event.facts) {
      if (fact.required) required.insert(fact.name);
    }
    EXPECT_EQ(required, (std::set<std::string>{"learnt_by", "model", "pipeline", "version"}))
        << event.type;
  }
  EXPECT_EQ(models, 4U);
}

TEST(LearningEvents, ADecisionNamesItsRuleAndWhetherThatCameFirst) {
  const EventDoc* decided = FindEvent("experiment.decided");
  ASSERT_NE(decided, nullptr);
  std::set<std::string> names;
  for (const FactDoc& fact : decided->facts) names.insert(fact.name);
  EXPECT_EQ(names.count("rule_digest"), 1U);
  EXPECT_EQ(names.count("pre_registered"), 1U);
  EXPECT_TRUE(decided->run);
}

}  // namespace
}  // namespace signet::crypto
