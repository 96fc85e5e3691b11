#include "policies/reports/ropa.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/policies/reports/reports_world.h"

namespace signet::policies {
namespace {

TEST(Ropa, HasEachItemOfArticle30) {
  const Policy policy = ShippedPolicy();
  const std::vector<ProcessingActivity> activities = ShopActivities();
  const ReportDocument ropa = MakeRopa(policy, {activities, {}}, "2026-11-22");
  for (const char* item : {"(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"}) {
    SCOPED_TRACE(item);
    const std::string article = std::string("GDPR Art. 30(1)") + item;
    bool found = false;
    for (const ReportSection& section : ropa.sections) {
      found = found || section.article.find(article) != std::string::npos;
    }
    EXPECT_TRUE(found);
  }
  const std::string html = ropa.ToHtml();
  for (const char* word : {"Northlight Retail Oy", "marketing.segmentation", "email_platform"}) {
    EXPECT_NE(html.find(word), std::string::npos) << word;
  }
}

TEST(Ropa, ATransferWithoutItsCountryAmongTheAllowedIsListedWithItsSafeguard) {
  const Policy policy = ShippedPolicy();
  std::vector<ProcessingActivity> activities = ShopActivities();
  activities[1].purpose = "marketing.advertising.audiences";
  activities[1].recipients = {"ad_network"};
  const ReportDocument ropa = MakeRopa(policy, {activities, {}}, "2026-11-22");
  const ReportTable& table = ropa.sections.at(4).tables.at(0);
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0][0], "ad_network");
  EXPECT_NE(table.rows[0][2].find("SCC"), std::string::npos);
}

TEST(Ropa, WhatRanAsDeclaredHasNoDrift) {
  const Policy policy = ShippedPolicy();
  const std::vector<ProcessingActivity> activities = ShopActivities();
  const Json declared = MakeRopa(policy, {activities, {}}, "2026-11-22").ToJson();
  EXPECT_TRUE(DriftFrom(declared, {activities, {}})->empty());
  EXPECT_TRUE(DriftFromPolicy(policy, activities).empty());
  // Less than declared is no drift.
  EXPECT_TRUE(DriftFrom(declared, {std::span(activities).first(1), {}})->empty());
}

TEST(Ropa, EachThingThatRanBeyondTheRecordIsDrift) {
  const Policy policy = ShippedPolicy();
  const std::vector<ProcessingActivity> declared = ShopActivities();
  const Json record = MakeRopa(policy, {declared, {}}, "2026-11-22").ToJson();
  std::vector<ProcessingActivity> ran = declared;
  ran[0].categories.insert("user.location.imprecise");
  ran[0].sources.insert("web");
  ran[1].recipients.insert("ad_network");
  ProcessingActivity other = ran[0];
  other.purpose = "personalize.offers";
  ran.push_back(other);
  const std::vector<std::string> drift = *DriftFrom(record, {ran, {}});
  ASSERT_EQ(drift.size(), 4U);
  EXPECT_NE(drift[0].find("user.location.imprecise"), std::string::npos);
  EXPECT_NE(drift[1].find("web"), std::string::npos);
  EXPECT_NE(drift[2].find("ad_network"), std::string::npos);
  EXPECT_NE(drift[3].find("personalize.offers"), std::string::npos);
}

TEST(Ropa, WhatThePoliciesInForceDoNotKnowIsDrift) {
  const Policy policy = ShippedPolicy();
  std::vector<ProcessingActivity> ran = ShopActivities();
  ran[0].purpose = "analytics.resale";
  ran[1].recipients.insert("ad_network");  // may not receive for marketing.segmentation
  EXPECT_EQ(DriftFromPolicy(policy, ran).size(), 2U);
}

TEST(Ropa, AFileThatIsNoRecordIsInvalid) {
  const std::vector<ProcessingActivity> activities = ShopActivities();
  EXPECT_EQ(DriftFrom(Json(Json::Object()), {activities, {}}).status().code(),
            StatusCode::kInvalid);
}

TEST(Ropa, WhatIsHeldIsListedThoughNoPurposeReadsIt) {
  const Policy policy = ShippedPolicy();
  HeldData crm;
  crm.pipeline = "shop";
  crm.source = "crm";
  crm.categories = {"user.contact.email"};
  crm.treatments = {"user.contact.email: escrow (gdpr.yaml:150)"};
  std::vector<HeldData> held = {crm};
  const ReportDocument ropa = MakeRopa(policy, {{}, held}, "2026-11-22");
  EXPECT_NE(ropa.ToHtml().find("user.contact.email: escrow"), std::string::npos);
  const Json record = ropa.ToJson();
  EXPECT_TRUE(DriftFrom(record, {{}, held})->empty());
  held[0].categories.insert("user.location.imprecise");
  const std::vector<std::string> drift = *DriftFrom(record, {{}, held});
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_NE(drift[0].find("user.location.imprecise"), std::string::npos);
}

}  // namespace
}  // namespace signet::policies
