#include "coordinator/requests/governance_facts.h"

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

/// Real runs are reported in tests/e2e/rights/reports_test.cc.
using GovernanceFactsTest = StateWorld;

TEST_F(GovernanceFactsTest, WithoutARunNothingWasProcessed) {
  const Result<GovernanceFacts> facts = GovernanceFacts::Gather(*state_, {});
  ASSERT_TRUE(facts.ok()) << facts.status().ToString();
  EXPECT_TRUE(facts->activities().empty());
  EXPECT_TRUE(facts->runs().empty());
  EXPECT_EQ(facts->Lineage("").status().code(), StatusCode::kNotFound);
  EXPECT_NE(facts->Lineage("shop").status().message().find("shop"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
