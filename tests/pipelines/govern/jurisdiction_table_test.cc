#include "pipelines/govern/jurisdiction_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"

namespace signet::pipelines {
namespace {

TEST(JurisdictionTable, AnswersLikeThePolicyItWasMadeFrom) {
  const auto sources =
      policies::FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles");
  ASSERT_TRUE(sources.ok()) << sources.status().ToString();
  const auto policy = policies::CompilePolicies(*sources);
  ASSERT_TRUE(policy.ok()) << policy.status().ToString();
  const auto table = JurisdictionTable::FromJson(JurisdictionTable::FromPolicy(*policy).ToJson());
  ASSERT_TRUE(table.ok());
  std::vector<std::string> names = policy->JurisdictionNames();
  EXPECT_GE(names.size(), 2U);
  for (const char* country : {"FI", "fi", "DE", "US", "us", "GB", "CN", "", "XX"}) {
    for (const char* region : {"", "CA", "ca", "NY", "Uusimaa"}) {
      SCOPED_TRACE(std::string(country) + "/" + region);
      EXPECT_EQ(table->Of(country, region), policy->JurisdictionOf(country, region));
    }
  }
  names.emplace_back("");
  names.emplace_back("atlantis");
  for (const std::string& name : names) EXPECT_EQ(table->MinorAge(name), policy->MinorAge(name));
}

TEST(JurisdictionTable, EmptyTableKnowsNobodyAndProtectsAllMinors) {
  EXPECT_EQ(JurisdictionTable().Of("FI", ""), "");
  EXPECT_EQ(JurisdictionTable().MinorAge("eu"), 18);
  EXPECT_FALSE(JurisdictionTable::FromJson(Json()).ok());
}

}  // namespace
}  // namespace signet::pipelines
