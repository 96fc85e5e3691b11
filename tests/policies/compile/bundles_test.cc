#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/compile/compile.h"

namespace signet::policies {
namespace {

Policy Bundles(const std::vector<std::string>& names) {
  Result<PolicySources> sources = FindPolicies(names, "policies/bundles", "policies/bundles");
  CHECK_FACTS(sources.ok(), sources.status().ToString());
  Result<Policy> policy = CompilePolicies(*sources);
  CHECK_FACTS(policy.ok(), policy.status().ToString());
  return *std::move(policy);
}

TEST(Bundles, CompileAloneAndTogether) {
  EXPECT_EQ(Bundles({"gdpr"}).parts().size(), 1U);
  EXPECT_EQ(Bundles({"ccpa"}).parts().size(), 1U);
  EXPECT_EQ(Bundles({"gdpr", "ccpa"}).parts().size(), 2U);
}

TEST(Bundles, OrderDoesNotChangeTheDigest) {
  EXPECT_EQ(Bundles({"gdpr", "ccpa"}).digest(), Bundles({"ccpa", "gdpr"}).digest());
  EXPECT_NE(Bundles({"gdpr", "ccpa"}).digest(), Bundles({"gdpr"}).digest());
  EXPECT_EQ(Bundles({"gdpr"}).digest().size(), 64U);
}

TEST(Bundles, TreatLoyaltyColumnsByTheStricterPolicy) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  struct Case {
    const char* category = "";
    TreatmentKind kind = TreatmentKind::kKeep;
    Json options;
  };
  const Json none{Json::Object{}};
  for (const Case& c : {
           Case{"user.contact.email", TreatmentKind::kEscrow, none},
           Case{"user.unique_id", TreatmentKind::kEscrow, none},
           Case{"user.unique_id.loyalty_card", TreatmentKind::kPseudonymise, none},
           Case{"user.name.first", TreatmentKind::kDrop, none},
           Case{"user.behavior.search_history", TreatmentKind::kDrop, none},
           Case{"user.behavior.purchase_history", TreatmentKind::kKeep, none},
           Case{"user.demographic.date_of_birth",
                TreatmentKind::kGeneralise,
                Json::Of({{"year", true}})},
           Case{"user.demographic.age_range", TreatmentKind::kGeneralise, Json::Of({{"band", 10}})},
           Case{"user.contact.address.postal_code",
                TreatmentKind::kGeneralise,
                Json::Of({{"truncate", 2}})},
           Case{"user.health_and_medical", TreatmentKind::kDrop, none},
           Case{"nonsense", TreatmentKind::kDrop, none},
       }) {
    SCOPED_TRACE(c.category);
    const Treatment treatment = policy.TreatmentOf(c.category);
    EXPECT_EQ(TreatmentName(treatment.kind), TreatmentName(c.kind));
    EXPECT_EQ(treatment.options, c.options);
  }
}

TEST(Bundles, AllowColumnsOnlyForTheirPurposes) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  EXPECT_TRUE(policy.MayUse("user.behavior.purchase_history", "analytics.churn").allowed);
  EXPECT_TRUE(policy.MayUse("user.contact.email", "marketing.email").allowed);
  const Verdict denied = policy.MayUse("user.contact.email", "analytics.churn");
  EXPECT_FALSE(denied.allowed);
  EXPECT_THAT(denied.rule, testing::MatchesRegex("ccpa.yaml:[0-9]+ categories.user.contact.email"));
  EXPECT_FALSE(policy.MayUse("user.name", "marketing.email").allowed);
  EXPECT_FALSE(policy.MayUse("user.behavior.purchase_history", "analytics.nonsense").allowed);
}

TEST(Bundles, ReleaseIdentifiersOnlyToRecipientsWithARule) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  EXPECT_TRUE(
      policy.MayRelease("user.unique_id", "email_platform", "marketing.segmentation").allowed);
  EXPECT_FALSE(
      policy.MayRelease("user.unique_id", "insights_team", "marketing.segmentation").allowed);
  EXPECT_FALSE(policy.MayRelease("user.contact.email", "store_app", "personalize.offers").allowed);
  EXPECT_FALSE(policy.MayReceive("email_platform", "analytics.churn").allowed);
  EXPECT_FALSE(policy.MayReceive("nobody", "analytics.churn").allowed);
}

TEST(Bundles, MapCountriesToJurisdictions) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  struct Case {
    const char* country;
    const char* region;
    const char* want;
  };
  for (const Case& c : {Case{"FI", "", "eu"},
                        Case{" fi ", "Uusimaa", "eu"},
                        Case{"NO", "", "eu"},
                        Case{"GB", "", "uk"},
                        Case{"US", "CA", "us-ca"},
                        Case{"us", "US-CA", "us-ca"},
                        Case{"US", "California", "us-ca"},
                        Case{"US", "NY", "us"},
                        Case{"US", "", "us"},
                        Case{"CA", "", ""},
                        Case{"", "", ""},
                        Case{"XX", "CA", ""}}) {
    SCOPED_TRACE(std::string(c.country) + "/" + c.region);
    EXPECT_EQ(policy.JurisdictionOf(c.country, c.region), c.want);
  }
  EXPECT_EQ(policy.MinorAge("uk"), 13);
  EXPECT_EQ(policy.MinorAge(""), 16);
}

TEST(Bundles, LabelsSayWhatIsLeftAfterTheTreatment) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  const Label email = policy.LabelOf("user.contact.email", "crm.email");
  EXPECT_EQ(email.label_class, LabelClass::kEscrow);
  EXPECT_EQ(email.identifiability, Identifiability::kDirect);
  EXPECT_TRUE(email.Allows("marketing.email"));
  EXPECT_FALSE(email.Allows("analytics.churn"));
  const Label card = policy.LabelOf("user.unique_id.loyalty_card", "orders.card");
  EXPECT_EQ(card.label_class, LabelClass::kLinks);
  EXPECT_EQ(card.identifiability, Identifiability::kPseudonymous);
  const Label born = policy.LabelOf("user.demographic.date_of_birth", "crm.birth_date");
  EXPECT_EQ(born.identifiability, Identifiability::kQuasi);
  const Label unknown = policy.LabelOf("nonsense", "crm.x");
  EXPECT_EQ(unknown.identifiability, Identifiability::kDirect);
  EXPECT_TRUE(unknown.purposes.empty());
}

TEST(Bundles, CiteAnArticleForEveryPurposeAndCategory) {
  const Policy policy = Bundles({"gdpr", "ccpa"});
  for (const PolicyPart& part : policy.parts()) {
    for (const auto& purpose : part.purposes) EXPECT_FALSE(purpose.second.article.empty());
    for (const auto& category : part.categories) EXPECT_FALSE(category.second.article.empty());
  }
}

}  // namespace
}  // namespace signet::policies
