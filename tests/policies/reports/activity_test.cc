#include "policies/reports/activity.h"

#include <gtest/gtest.h>

#include "tests/policies/reports/reports_world.h"

namespace signet::policies {
namespace {

TEST(Activity, SaysWhatARegisterDeclares) {
  const Json json = ShopActivities().at(1).ToJson();
  EXPECT_EQ(json["purpose"].AsString(), "marketing.segmentation");
  EXPECT_EQ(json["recipients"].AsStrings(), std::vector<std::string>{"email_platform"});
  EXPECT_EQ(json["sources"].AsStrings(), (std::vector<std::string>{"crm", "orders"}));
}

TEST(Activity, WordsComeFromThePolicyInForce) {
  const Policy policy = ShippedPolicy();
  EXPECT_NE(BasisText(policy, "analytics.churn").find("GDPR Art. 6(1)(f)"), std::string::npos);
  EXPECT_EQ(BasisText(policy, "nobody.declared.it"), "none declared");
  // The shorter of 180 (GDPR) and 365 (CCPA) days.
  EXPECT_EQ(RetentionText(policy, {"scores"}), "scores 180 days");
  EXPECT_EQ(RetentionText(policy, {"kindless"}), "none stated");
  EXPECT_EQ(RecipientText(policy, {"ad_network", "stranger"}),
            "ad_network (share, us), stranger (not declared)");
  EXPECT_EQ(ListText({}), "none");
}

}  // namespace
}  // namespace signet::policies
