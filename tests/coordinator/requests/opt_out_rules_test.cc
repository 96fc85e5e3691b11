#include "coordinator/requests/opt_out_rules.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

policies::Policy Compiled(const std::vector<std::string>& names) {
  return *policies::CompilePolicies(
      *policies::FindPolicies(names, "policies/bundles", "policies/bundles"));
}

TEST(GpcScopes, AreThoseOfThePoliciesThatHonourTheSignalElseAll) {
  const std::set<std::string> all = {"browser", "device", "pseudonymous_profile", "account"};
  EXPECT_EQ(GpcScopes(Compiled({"ccpa"})), all);
  EXPECT_EQ(GpcScopes(Compiled({"gdpr"})), all) << "none says: the widest";
}

TEST(GpcScopeOf, NamesWhatAnIdentifierStandsFor) {
  EXPECT_EQ(GpcScopeOf(crypto::LinkType::kCookie), "browser");
  EXPECT_EQ(GpcScopeOf(crypto::LinkType::kDevice), "device");
  for (const auto type : {crypto::LinkType::kEmail, crypto::LinkType::kId}) {
    EXPECT_EQ(GpcScopeOf(type), "account");
  }
}

TEST(OptOutConfirmation, IsGivenWhereAPolicyAsksForItWithItsArticle) {
  const Timestamp now{1'795'348'800'000'000};
  const auto shown = OptOutConfirmation(Compiled({"gdpr", "ccpa"}), now);
  ASSERT_TRUE(shown.has_value());
  EXPECT_FALSE((*shown)["text"].AsString().empty());
  EXPECT_NE((*shown)["article"].AsString().find("7025"), std::string::npos);
  EXPECT_EQ((*shown)["time"].AsString(), TimestampText(now));
  EXPECT_FALSE(OptOutConfirmation(Compiled({"gdpr"}), now).has_value());
}

}  // namespace
}  // namespace signet::coordinator
