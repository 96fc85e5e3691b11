#include "pipelines/plan/unused_columns.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class UnusedColumns : public PlanWorld {
 protected:
  void SetUp() override { refuse_unused_ = true; }

  /// kSources with a crm of these further columns, all of whose other columns are used.
  static std::string WithCrm(const std::string& columns) {
    return R"(signet: 1
pipeline: small
policies: [gdpr, ccpa]
settings: {partitions: 4}
params: {as_of: {type: date, default: 2026-01-01}}
sources:
  crm:
    read: {format: csv, path: /nowhere/crm.csv}
    subject: {id: customer_id, links: [email]}
    time: seen_at
    unique: [row_id]
    columns:
      row_id: {category: system.operations}
      seen_at: {category: system.operations, type: timestamp}
      customer_id: {category: user.unique_id}
      email: {category: user.contact.email}
      birth_date: {category: user.demographic.date_of_birth, type: date, minor: birth_date}
      country: {category: user.contact.address.country, jurisdiction: country}
      ok: {consent: marketing.segmentation, as_of: ok_at}
      ok_at: {category: system.operations, type: timestamp}
      gpc: {category: user.privacy_preferences, signal: gpc}
      tier: {category: user.account.settings}
)" + columns +
           R"(steps:
  profile: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm},
            sql: "SELECT subject, tier FROM c"}
)";
  }
};

TEST_F(UnusedColumns, WhatLinksDatesOrTellsOfConsentIsUsed) {
  const auto planned = Make(WithCrm(""));
  EXPECT_TRUE(planned.ok()) << planned.status().message();
}

TEST_F(UnusedColumns, AColumnThatNoStepReadsIsAnErrorAtItsLine) {
  ExpectOneError(
      "SIG-3009", "unused_column", WithCrm("      shoe_size: {category: user.account.settings}\n"));
}

TEST_F(UnusedColumns, ADroppedColumnNamesTheRuleThatDropsIt) {
  ExpectOneError("SIG-3009",
                 "unused_dropped_column",
                 WithCrm("      first_name: {category: user.name.first}\n"));
}

TEST_F(UnusedColumns, AColumnThatOnlyAReleaseNeedsIsUsed) {
  std::string text = WithCrm("      number: {category: user.unique_id}\n");
  text +=
      R"(  gold: {uses: segment, purpose: marketing.segmentation, from: profile,
         where: tier = 'gold'}
  publish:
    uses: publish
    purpose: marketing.segmentation
    segments: [gold]
    recipients: [email_platform]
    identify_by: crm.number
)";
  const auto planned = Make(text);
  EXPECT_TRUE(planned.ok()) << planned.status().message();
}

TEST_F(UnusedColumns, AnotherErrorIsNotBuriedUnderThem) {
  const std::string refusal =
      Refusal(Replaced(WithCrm("      first_name: {category: user.name.first}\n"),
                       "SELECT subject, tier",
                       "SELECT subject, teir"));
  EXPECT_EQ(refusal.find("SIG-3009"), std::string::npos) << refusal;
}

TEST_F(UnusedColumns, AreTakenWhereNobodyAsked) {
  refuse_unused_ = false;
  EXPECT_TRUE(Make(WithCrm("      first_name: {category: user.name.first}\n")).ok());
}

}  // namespace
}  // namespace signet::pipelines
