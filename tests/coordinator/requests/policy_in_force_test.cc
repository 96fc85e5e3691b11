#include "coordinator/requests/policy_in_force.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using PolicyInForceTest = StateWorld;

TEST_F(PolicyInForceTest, AStateThatNeverRanFollowsTheShippedPolicies) {
  const Result<policies::Policy> policy = PolicyInForce(*state_, "policies/bundles");
  ASSERT_TRUE(policy.ok()) << policy.status().ToString();
  EXPECT_EQ(policy->parts().size(), 2U);
  EXPECT_TRUE(FrozenRuns(*state_).empty());
}

TEST_F(PolicyInForceTest, AFolderThatIsNoRunIsPassedOver) {
  std::filesystem::create_directories(state_->path() / "runs" / "20261122t000000-aa");
  EXPECT_TRUE(FrozenRuns(*state_).empty());
  EXPECT_TRUE(PolicyInForce(*state_, "policies/bundles").ok());
}

}  // namespace
}  // namespace signet::coordinator
