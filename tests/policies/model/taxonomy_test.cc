#include "policies/model/taxonomy.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(Taxonomy, KnowsWhatLiesWithinWhat) {
  EXPECT_TRUE(IsWithin("user.contact.email", "user.contact"));
  EXPECT_TRUE(IsWithin("user.contact", "user.contact"));
  EXPECT_FALSE(IsWithin("user.contacts", "user.contact"));
  EXPECT_FALSE(IsWithin("user", "user.contact"));
  EXPECT_EQ(ParentKey("user.contact.email"), "user.contact");
  EXPECT_EQ(ParentKey("user"), "");
}

TEST(Taxonomy, FindsTheUseAboveAPurpose) {
  Taxonomy taxonomy;
  taxonomy.Add(Use{"analytics", ""});
  EXPECT_FALSE(taxonomy.Add(Use{"analytics", "again"}));
  ASSERT_NE(taxonomy.UseOf("analytics.churn"), nullptr);
  EXPECT_EQ(taxonomy.UseOf("analytics.churn")->key, "analytics");
  EXPECT_EQ(taxonomy.UseOf("analyticsx.churn"), nullptr);
}

}  // namespace
}  // namespace signet::policies
