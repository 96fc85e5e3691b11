#include "pipelines/plan/proof_checks.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class ProofChecksTest : public PlanWorld {
 protected:
  /// Plans kSources with `steps` under the shipped GDPR policy, changed by replacing texts.
  Result<Planned> Under(const std::vector<std::pair<std::string, std::string>>& changes,
                        const std::string& steps,
                        const std::string& sources = kSources) {
    const Result<Bytes> shipped = ReadFile("policies/bundles/gdpr.yaml");
    EXPECT_TRUE(shipped.ok());
    std::string policy(AsText(*shipped));
    for (const auto& change : changes) policy = Replaced(policy, change.first, change.second);
    EXPECT_TRUE(WriteFileAtomically(scratch_.path() / "own.yaml", AsBytes(policy)).ok());
    return Make(Replaced(sources, "policies: [gdpr, ccpa]", "policies: [./own.yaml]") + "steps:\n" +
                steps);
  }

  static bool Says(const Result<Planned>& planned, const std::string& text) {
    return !planned.ok() && planned.status().message().find(text) != std::string::npos;
  }
};

constexpr char kTiers[] =
    "  t: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT subject, "
    "tier FROM c\"}\n";

TEST_F(ProofChecksTest, AProxyForASpecialCategoryNeedsACondition) {
  const std::string proxied = Replaced(kSources,
                                       "tier: {category: user.account.settings}",
                                       "tier: {category: user.account.settings, proxy_for: "
                                       "user.demographic.race_ethnicity}");
  EXPECT_TRUE(Under({}, kTiers).ok());
  const Result<Planned> refused = Under({}, kTiers, proxied);
  EXPECT_TRUE(Says(refused, "[SIG-3041]")) << refused.status().message();
  EXPECT_TRUE(Says(refused, "user.demographic.race_ethnicity (from crm.tier)"));
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
  const std::pair<std::string, std::string> condition = {
      "    article: GDPR Art. 6(1)(a), Art. 22(2)(c)\n",
      "    article: GDPR Art. 6(1)(a), Art. 22(2)(c)\n    special: {condition: explicit_consent, "
      "article: GDPR Art. 9(2)(a)}\n"};
  const Result<Planned> allowed = Under({condition}, kTiers, proxied);
  ASSERT_TRUE(allowed.ok()) << allowed.status().message();
}

TEST_F(ProofChecksTest, AProxyOfThePolicyIsFollowedThroughSteps) {
  const std::pair<std::string, std::string> proxy = {
      "  user.account:\n    treatment: keep\n",
      "  user.account:\n    treatment: keep\n    proxy_for: user.health_and_medical\n"};
  const Result<Planned> refused =
      Under({proxy},
            "  t: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT "
            "subject, CASE WHEN tier = 'gold' THEN 1 ELSE 0 END AS g FROM c\"}\n");
  EXPECT_TRUE(Says(refused, "[SIG-3041]")) << refused.status().message();
}

TEST_F(ProofChecksTest, AProxyMustNameASpecialCategory) {
  const std::string wrong = Replaced(kSources,
                                     "tier: {category: user.account.settings}",
                                     "tier: {category: user.account.settings, proxy_for: "
                                     "user.contact.email}");
  EXPECT_TRUE(Says(Under({}, kTiers, wrong), "[SIG-2022]"));
}

TEST_F(ProofChecksTest, EveryKindOfDatasetNeedsARetention) {
  const Result<Planned> refused = Under({{"  features: 400d\n", ""}}, kTiers);
  EXPECT_TRUE(Says(refused, "[SIG-3042]")) << refused.status().message();
  EXPECT_TRUE(Says(refused, "of kind features"));
}

constexpr char kPublish[] = R"(  t:
    uses: sql
    purpose: marketing.segmentation
    inputs: {c: crm}
    sql: SELECT subject, tier FROM c
  gold:
    uses: segment
    purpose: marketing.segmentation
    from: t
    where: tier = 'gold'
  out:
    uses: publish
    purpose: marketing.segmentation
    segments: [gold]
    recipients: [email_platform]
    expires: 60d
)";

TEST_F(ProofChecksTest, ASnapshotDoesNotOutliveTheDataBehindIt) {
  EXPECT_TRUE(Under({}, kPublish).ok());
  const Result<Planned> refused =
      Under({{"  user.account:\n    treatment: keep\n",
              "  user.account:\n    treatment: keep\n    retention: 30d\n"}},
            kPublish);
  EXPECT_TRUE(Says(refused, "[SIG-3043]")) << refused.status().message();
  EXPECT_TRUE(Says(refused, "may be kept for 30d"));
  EXPECT_TRUE(Says(Under({{"  snapshot: 90d", "  snapshot: 50d"}}, kPublish), "[SIG-3043]"));
}

TEST_F(ProofChecksTest, TheShortestRetentionOfKindAndColumnsCounts) {
  const Result<Planned> planned = Under({{"  user.account:\n    treatment: keep\n",
                                          "  user.account:\n    treatment: keep\n    retention: "
                                          "30d\n"}},
                                        kTiers);
  ASSERT_TRUE(planned.ok()) << planned.status().message();
  for (const Json& dataset : planned->plan.derivation.items()) {
    if (dataset["dataset"].AsString() == "t") {
      EXPECT_EQ(dataset["retention"]["seconds"].AsInt(), 30 * 86'400);
    }
    if (dataset["dataset"].AsString() == "orders") {
      EXPECT_EQ(dataset["retention"]["seconds"].AsInt(), int64_t{1095} * 86'400);
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
