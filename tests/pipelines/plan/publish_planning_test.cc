#include "pipelines/plan/publish_planning.h"

#include <filesystem>

#include "crypto/base/text.h"
#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

constexpr char kPaidSources[] = R"(signet: 1
pipeline: paid
policies: [./own.yaml]
sources:
  crm:
    read: {format: csv, path: /nowhere/crm.csv}
    subject: {id: customer_id}
    columns:
      customer_id: {category: user.unique_id}
      card_type: {category: user.payment}
      tier: {category: user.account.settings}
steps:
)";

class PublishPlanningTest : public PlanWorld {
 protected:
  Result<Planned> Under(const std::vector<std::pair<std::string, std::string>>& changes,
                        const std::string& where,
                        const std::string& organisation = {}) {
    const Result<Bytes> shipped = ReadFile("policies/bundles/gdpr.yaml");
    EXPECT_TRUE(shipped.ok());
    std::string policy(AsText(*shipped));
    for (const auto& change : changes) policy = Replaced(policy, change.first, change.second);
    EXPECT_TRUE(WriteFileAtomically(scratch_.path() / "own.yaml", AsBytes(policy)).ok());
    if (!organisation.empty()) {
      EXPECT_TRUE(
          WriteFileAtomically(scratch_.path() / "organisation.yaml", AsBytes(organisation)).ok());
    }
    return Make(
        Join({kPaidSources,
              "  about:\n    uses: sql\n    purpose: marketing.segmentation\n    inputs: {c: "
              "crm}\n    sql: SELECT subject, card_type, tier FROM c\n"
              "  chosen:\n    uses: segment\n    purpose: marketing.segmentation\n    from: "
              "about\n    where: ",
              where,
              "\n  out:\n    uses: publish\n    purpose: marketing.segmentation\n    segments: "
              "[chosen]\n    recipients: [email_platform]\n"},
             ""));
  }

  static std::string Shipped(const char* name) {
    const Result<Bytes> text = ReadFile(std::filesystem::path("policies/bundles") / name);
    EXPECT_TRUE(text.ok());
    return std::string(AsText(*text));
  }
};

/// Payment data stay encrypted, but marketing may compute with them.
const std::pair<std::string, std::string>& PaymentForMarketing() {
  static const std::pair<std::string, std::string> kChange = {
      "  user.payment:\n    treatment: encrypt\n    purposes: [operations]\n",
      "  user.payment:\n    treatment: encrypt\n    purposes: [operations, "
      "marketing.segmentation]\n"};
  return kChange;
}

TEST_F(PublishPlanningTest, WhatIsEncryptedReachesNoRecipientThroughASegmentWithoutARelease) {
  const Result<Planned> refused = Under({PaymentForMarketing()}, "card_type = 'gold'");
  ASSERT_FALSE(refused.ok());
  const std::string& message = refused.status().message();
  EXPECT_NE(message.find("[SIG-3008]"), std::string::npos) << message;
  EXPECT_NE(message.find("no release rule for 'user.payment'"), std::string::npos) << message;
  EXPECT_NE(message.find("segments: [chosen]"), std::string::npos) << message;
  EXPECT_TRUE(Under({PaymentForMarketing()}, "tier = 'gold'").ok());
}

TEST_F(PublishPlanningTest, AReleaseRuleLetsItThrough) {
  const std::string organisation = Replaced(Shipped("organisation.yaml"),
                                            "releases: [user.unique_id, user.contact.email]",
                                            "releases: [user.unique_id, user.payment]");
  const std::pair<std::string, std::string> releasable = {
      "marketing.segmentation]\n    article: GDPR Art. 32(1)(a)",
      "marketing.segmentation]\n    releasable: true\n    article: GDPR Art. 32(1)(a)"};
  const Result<Planned> planned =
      Under({PaymentForMarketing(), releasable}, "card_type = 'gold'", organisation);
  EXPECT_TRUE(planned.ok()) << planned.status().message();
}

TEST_F(PublishPlanningTest, ARuleOfTheDataKeepsItInItsRegions) {
  const std::pair<std::string, std::string> here = {
      "  user.account:\n    treatment: keep\n",
      "  user.account:\n    treatment: keep\n    regions: [uk]\n"};
  const Result<Planned> refused = Under({PaymentForMarketing(), here}, "tier = 'gold'");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("[SIG-3039]"), std::string::npos)
      << refused.status().message();
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
}

TEST_F(PublishPlanningTest, TheLargerGroupOfPolicyAndDataCounts) {
  const auto group_of = [](const Result<Planned>& planned) {
    EXPECT_TRUE(planned.ok()) << planned.status().message();
    return planned.ok() ? At(planned->plan, "out").task_options.at(0)["min_group"].AsInt() : 0;
  };
  EXPECT_EQ(group_of(Under({PaymentForMarketing()}, "tier = 'gold'")), 50);
  EXPECT_EQ(group_of(Under({PaymentForMarketing(),
                            {"  user.account:\n    treatment: keep\n",
                             "  user.account:\n    treatment: keep\n    min_group: 400\n"}},
                           "tier = 'gold'")),
            400);
}

}  // namespace
}  // namespace signet::pipelines
