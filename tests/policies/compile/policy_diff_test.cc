#include "policies/compile/policy_diff.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "policies/compile/compile.h"
#include "tests/support/environment.h"

namespace signet::policies {
namespace {

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  CHECK_FACTS(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

// The shipped GDPR policy with one text in place of another.
Policy Changed(const std::string& from, const std::string& to) {
  testing_support::ScratchFolder folder;
  const Result<Bytes> shipped = ReadFile("policies/bundles/gdpr.yaml");
  CHECK(shipped.ok());
  const std::string text = Replaced(std::string(AsText(*shipped)), from, to);
  CHECK(WriteFileAtomically(folder.path() / "own.yaml", AsBytes(text)).ok());
  Result<PolicySources> sources = FindPolicies({"./own.yaml"}, folder.path(), "policies/bundles");
  CHECK(sources.ok());
  Result<Policy> policy = CompilePolicies(*sources);
  CHECK_FACTS(policy.ok(), policy.status().ToString());
  return *std::move(policy);
}

Policy Shipped() {
  return Changed("signet: 1", "signet: 1");
}

TEST(DiffPolicies, OfEqualPoliciesIsEmpty) {
  const Json diff = DiffPolicies(Shipped(), Changed("# The GDPR", "# Our GDPR"));
  EXPECT_TRUE(diff["same"].AsBool());
  EXPECT_EQ(diff["uses"].size() + diff["treatments"].size() + diff["limits"].size(), 0U);
  EXPECT_EQ(PolicyDiffText(diff), "the policies are the same\n");
}

TEST(DiffPolicies, NamesWhatIsNewlyDeniedWithItsLine) {
  const Json diff = DiffPolicies(
      Shipped(),
      Changed("purposes: [analytics, marketing.segmentation, operations.data_quality]\n    note: "
              "The day tells",
              "purposes: [operations.data_quality]\n    note: The day tells"));
  bool found = false;
  for (const Json& use : diff["uses"].items()) {
    EXPECT_EQ(use["category"].AsString(), "user.demographic.date_of_birth");
    EXPECT_TRUE(use["before"].AsBool());
    EXPECT_FALSE(use["after"].AsBool());
    EXPECT_NE(use["rule"].AsString().find("own.yaml:"), std::string::npos);
    found = found || use["purpose"].AsString() == "marketing.segmentation";
  }
  EXPECT_TRUE(found) << diff.Pretty();
}

TEST(DiffPolicies, NamesTreatmentsPurposesAndLimits) {
  const Json treatment =
      DiffPolicies(Shipped(), Changed("treatment: {generalise: {truncate: 2}}", "treatment: drop"));
  ASSERT_GE(treatment["treatments"].size(), 1U);
  EXPECT_EQ(treatment["treatments"].items()[0]["after"]["kind"].AsString(), "drop");
  const Json purpose =
      DiffPolicies(Shipped(),
                   Changed("consent: opt_out\n    refusal_article: GDPR Art. 21(1)",
                           "consent: opt_in\n    refusal_article: GDPR Art. 21(1)"));
  ASSERT_EQ(purpose["purposes"].size(), 1U);
  EXPECT_EQ(purpose["purposes"].items()[0]["after"]["gdpr"]["consent"].AsString(), "opt_in");
  const Json limits = DiffPolicies(Shipped(), Changed("min_group: 50", "min_group: 80"));
  ASSERT_EQ(limits["limits"].size(), 1U);
  EXPECT_EQ(limits["limits"].items()[0]["name"].AsString(), "publication.min_group");
  EXPECT_NE(PolicyDiffText(limits).find("50 -> 80"), std::string::npos);
}

}  // namespace
}  // namespace signet::policies
