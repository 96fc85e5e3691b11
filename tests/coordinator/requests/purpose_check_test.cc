#include "coordinator/requests/purpose_check.h"

#include <gtest/gtest.h>

#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

TEST(PurposeCheck, AFactAboutAPurposeThatNobodyDeclaresIsRefused) {
  const policies::Policy policy = *policies::CompilePolicies(
      *policies::FindPolicies({"gdpr"}, "policies/bundles", "policies/bundles"));
  EXPECT_TRUE(CheckPurpose(policy, "marketing.email").ok());
  EXPECT_FALSE(CheckPurpose(policy, "marketing").ok());
  EXPECT_TRUE(CheckPurposeOrAncestor(policy, "marketing").ok());
  const Status misspelt = CheckPurposeOrAncestor(policy, "marketing.emial");
  EXPECT_EQ(misspelt.diagnostic(), "SIG-3017");
  EXPECT_EQ(misspelt.remedy(), "did you mean 'marketing.email'?");
}

}  // namespace
}  // namespace signet::coordinator
