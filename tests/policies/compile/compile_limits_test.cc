// Retention, publication and transfers of a policy document.
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "policies/compile/compile.h"
#include "tests/support/environment.h"

namespace signet::policies {
namespace {

// The shipped GDPR policy with one text in place of another.
Result<Policy> With(const std::string& from, const std::string& to) {
  testing_support::ScratchFolder folder;
  const Result<Bytes> shipped = ReadFile("policies/bundles/gdpr.yaml");
  CHECK(shipped.ok());
  std::string text(AsText(*shipped));
  const size_t at = text.find(from);
  CHECK_FACTS(at != std::string::npos, from);
  text.replace(at, from.size(), to);
  CHECK(WriteFileAtomically(folder.path() / "own.yaml", AsBytes(text)).ok());
  const Result<PolicySources> sources =
      FindPolicies({"./own.yaml"}, folder.path(), "policies/bundles");
  CHECK(sources.ok());
  return CompilePolicies(*sources);
}

TEST(Limits, TheShippedPolicyStatesThemAll) {
  const Result<Policy> policy = With("signet: 1", "signet: 1");
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_EQ(policy->publication().min_group, 50);
  EXPECT_EQ(policy->publication().min_class, 10);
  EXPECT_EQ(policy->publication().epsilon_max, 1.0);
  EXPECT_EQ(policy->RetentionOf("snapshot"), 90 * 86'400);
  EXPECT_NE(policy->RetentionRuleOf("snapshot").find("retention.snapshot, GDPR Art. 5(1)(e)"),
            std::string::npos);
  EXPECT_TRUE(policy->RetentionRuleOf("nothing").empty());
}

TEST(Limits, ABudgetLiesAboveNothingAndBelowNonsense) {
  for (const char* epsilon : {"0", "-1", "21"}) {
    const Result<Policy> policy = With("{epsilon: 1.0,", std::string("{epsilon: ") + epsilon + ",");
    ASSERT_FALSE(policy.ok()) << epsilon;
    EXPECT_NE(policy.status().message().find("epsilon must lie"), std::string::npos);
  }
}

TEST(Limits, AClassBelowTheFloorIsRefused) {
  EXPECT_EQ(With("min_class: 10", "min_class: 4").status().diagnostic(), "SIG-2015");
  EXPECT_TRUE(With("min_class: 10", "min_class: 5").ok());
}

TEST(Limits, AKindOfDatasetThatDoesNotExistIsToldWithTheNearest) {
  const Result<Policy> policy = With("  features: 400d", "  featurs: 400d");
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.status().diagnostic(), "SIG-2016");
  EXPECT_NE(policy.status().message().find("did you mean 'features'"), std::string::npos);
}

}  // namespace
}  // namespace signet::policies
