#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "policies/compile/compile.h"
#include "policies/document/reader.h"
#include "tests/policies/golden.h"
#include "tests/support/environment.h"

namespace signet::policies {
namespace {

constexpr const char* kTaxonomy = R"(signet: 1
taxonomy: test
uses: {analytics: Learn, marketing: Sell}
categories:
  user: {description: Person, identifiability: direct}
  user.email: {description: E-mail, link_type: email}
  user.age: {description: Age, identifiability: quasi}
  user.health: {description: Health, special: true}
)";

constexpr const char* kOrganisation = R"(signet: 1
organisation: test
controller: {name: N, address: A, contact: C}
dpo: {name: D, contact: C}
recipients:
  mailer:
    relation: processor
    region: eu
    purposes: [marketing]
    releases: [user.email]
    article: Art. 28
)";

// A small policy; `age` is the treatment of user.age.
std::string PolicyText(const std::string& name,
                       const std::string& country,
                       const std::string& age,
                       const std::string& min_group = "50") {
  return "signet: 1\npolicy: " + name + "\ntitle: T\nlaw: L\nversion: 1\n" + "jurisdictions: {" +
         name + ": {countries: [" + country + "]}}\n" + R"(purposes:
  analytics.churn: {description: D, basis: contract, consent: not_needed, minors: allow, article: A}
  marketing.mail: {description: D, basis: consent, consent: opt_in, minors: deny, article: A}
categories:
  user: {treatment: keep, purposes: [analytics.churn], article: A}
  user.email: {treatment: escrow, purposes: [marketing], releasable: true, article: A}
  user.age: {treatment: )" +
         age + R"(, purposes: [analytics], article: A}
sale: {consent: opt_out, minors: deny, article: A}
rights: {erasure: E, restriction: R, minors: M}
retention: {article: A, governed: 90d}
publication: {min_group: )" +
         min_group + ", article: A}\ntransfers: {regions: [eu], article: A}\n";
}

Result<Policy> Compile(const std::vector<std::string>& policies,
                       const std::string& organisation = kOrganisation,
                       const std::string& taxonomy_text = kTaxonomy) {
  Diagnostics diagnostics;
  const auto read = [&](const char* name, const std::string& text) {
    return ReadDocumentText(name, text, diagnostics).value_or(Node());
  };
  Taxonomy taxonomy = CompileTaxonomy(read("taxonomy.yaml", taxonomy_text), diagnostics);
  Organisation people = CompileOrganisation(read("organisation.yaml", organisation), diagnostics);
  std::vector<PolicyPart> parts;
  const char* names[] = {"one.yaml", "two.yaml"};
  parts.reserve(policies.size());
  for (const std::string& text : policies) {
    parts.push_back(CompilePart(read(names[parts.size()], text), taxonomy, diagnostics));
  }
  TRY(ToStatus(diagnostics));
  std::optional<Policy> policy =
      Policy::Compose(std::move(parts), std::move(taxonomy), std::move(people), diagnostics);
  TRY(ToStatus(diagnostics));
  return *std::move(policy);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  CHECK_FACTS(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

TEST(Policy, TheStrictestOfTwoPoliciesWins) {
  const Result<Policy> policy = Compile({PolicyText("a", "FI", "{generalise: {band: 5}}", "50"),
                                         PolicyText("b", "US", "{generalise: {band: 10}}", "80")});
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_EQ(policy->TreatmentOf("user.age").options, Json::Of({{"band", 10}}));
  EXPECT_THAT(policy->TreatmentOf("user.age").rule, testing::StartsWith("two.yaml:"));
  EXPECT_EQ(policy->publication().min_group, 80);
  EXPECT_EQ(policy->RetentionOf("governed"), 90 * 86400);
  EXPECT_EQ(policy->RetentionOf("scores"), std::nullopt);
}

TEST(Policy, AConflictWithoutStrictestNamesBothLines) {
  const Result<Policy> policy = Compile({PolicyText("a", "FI", "{generalise: {band: 5}}"),
                                         PolicyText("b", "US", "{generalise: {truncate: 1}}")});
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.status().diagnostic(), "SIG-2006");
  ExpectGolden("policy_conflict", policy.status().message());
}

TEST(Policy, SpecialCategoriesInheritNothing) {
  const Result<Policy> policy = Compile({PolicyText("a", "FI", "keep")});
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_TRUE(policy->MayUse("user", "analytics.churn").allowed);
  EXPECT_EQ(policy->TreatmentOf("user.health").kind, TreatmentKind::kDrop);
  EXPECT_FALSE(policy->MayUse("user.health", "analytics.churn").allowed);
}

TEST(Policy, CommentsAndPlacesDoNotChangeTheDigestButRulesDo) {
  const std::string text = PolicyText("a", "FI", "keep");
  const Result<Policy> plain = Compile({text});
  const Result<Policy> commented = Compile({"# why\n\n" + text});
  const Result<Policy> changed = Compile({PolicyText("a", "FI", "drop")});
  ASSERT_TRUE(plain.ok() && commented.ok() && changed.ok());
  EXPECT_EQ(plain->digest(), commented->digest());
  EXPECT_NE(plain->digest(), changed->digest());
  EXPECT_NE(plain->digest(), plain->WithMinGroupForTests(5).digest());
}

TEST(Policy, ErrorsOfDocumentsAreLocated) {
  const std::string good = PolicyText("a", "FI", "keep");
  struct Case {
    const char* code;
    std::string policy;
  };
  std::string all;
  for (const Case& c : {
           Case{"SIG-2001", Replaced(good, "user.age:", "user.agee:")},
           Case{"SIG-2002", Replaced(good, "analytics.churn: {d", "magic.churn: {d")},
           Case{"SIG-2003", Replaced(good, "[marketing]", "[marketng.mail]")},
           Case{"SIG-2004", Replaced(good, "treatment: escrow", "treatment: escro")},
           Case{"SIG-2005",
                Replaced(
                    good, "treatment: escrow", "treatment: {generalise: {band: 1, year: true}}")},
           Case{"SIG-2009", Replaced(good, "releasable: true, article: A", "releasable: true")},
           Case{"SIG-2011", Replaced(good, "basis: contract", "basis: legitimate_interests")},
           Case{"SIG-1208", Replaced(good, "basis: contract", "basis: contrat")},
           Case{"SIG-2015", Replaced(good, "min_group: 50", "min_group: 3")},
           Case{"SIG-2016", Replaced(good, "governed: 90d", "govrned: 90d")},
           Case{"SIG-2017", Replaced(good, "consent: opt_in", "consent: opt_out")},
           Case{"SIG-2019", Replaced(good, "policy: a", "pipeline: a")},
           Case{"SIG-1212", Replaced(good, "signet: 1", "signet: 2")},
           Case{"SIG-1206", Replaced(good, "releasable: true", "releasable: yes")},
           Case{"SIG-1204", Replaced(good, "retention:", "retentoin:")},
       }) {
    SCOPED_TRACE(c.code);
    const Result<Policy> policy = Compile({c.policy});
    ASSERT_FALSE(policy.ok());
    EXPECT_THAT(policy.status().message(), testing::HasSubstr(c.code));
    all += policy.status().message() + "\n";
  }
  ExpectGolden("policy_errors", all);
}

TEST(Policy, RecipientsNeedSafeguardsAndReleasableCategories) {
  const std::string policy = PolicyText("a", "FI", "keep");
  std::string all;
  for (const auto& change :
       {std::pair<const char*, const char*>{"region: eu", "region: us"},
        std::pair<const char*, const char*>{"releases: [user.email]", "releases: [user.age]"},
        std::pair<const char*, const char*>{"purposes: [marketing]", "purposes: [profiling]"}}) {
    const Result<Policy> refused =
        Compile({policy}, Replaced(kOrganisation, change.first, change.second));
    ASSERT_FALSE(refused.ok()) << change.second;
    all += refused.status().message() + "\n";
  }
  ExpectGolden("recipient_errors", all);
  EXPECT_TRUE(
      Compile({policy}, Replaced(kOrganisation, "region: eu", "region: us\n    safeguard: SCC"))
          .ok());
}

// The value of `user.age` with a rule of its own, everything else as in PolicyText.
std::string WithAgeRule(const std::string& rule) {
  return Replaced(PolicyText("a", "FI", "keep"),
                  "treatment: keep, purposes: [analytics], article: A}",
                  "treatment: keep, purposes: [analytics], article: A, " + rule + "}");
}

TEST(Policy, ACategoryMayLimitRetentionRegionsAndGroups) {
  const Result<Policy> policy =
      Compile({WithAgeRule("retention: 30d, regions: [eu], min_group: 200, proxy_for: "
                           "user.health")});
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  const Label label = policy->LabelOf("user.age", "crm.age");
  EXPECT_EQ(label.retention_s, 30 * 86400);
  EXPECT_EQ(label.regions, std::set<std::string>{"eu"});
  EXPECT_EQ(label.min_group, 200);
  EXPECT_EQ(label.special, std::set<std::string>{"user.health"});
  EXPECT_EQ(label.origins, std::set<std::string>{"crm.age"});
  EXPECT_EQ(label.bases, std::set<std::string>{"a:contract"});
  EXPECT_EQ(label.jurisdictions, std::set<std::string>{"a"});
  const Label plain = policy->LabelOf("user", "crm.x");
  EXPECT_FALSE(plain.retention_s.has_value() || plain.regions.has_value());
  EXPECT_EQ(plain.min_group, 0);
  EXPECT_TRUE(plain.special.empty());
}

TEST(Policy, AProxyStandsForASpecialCategoryOnly) {
  const Result<Policy> policy = Compile({WithAgeRule("proxy_for: user.email")});
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.status().diagnostic(), "SIG-2022");
}

TEST(Policy, SpecialCategoriesServePurposesWithAConditionOnly) {
  const std::string health =
      Replaced(PolicyText("a", "FI", "keep"),
               "  user.age:",
               "  user.health: {treatment: encrypt, purposes: [marketing.mail], article: A}\n"
               "  user.age:");
  const Result<Policy> refused = Compile({health});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().diagnostic(), "SIG-2021") << refused.status().message();
  const Result<Policy> policy = Compile({Replaced(
      health,
      "consent: opt_in, minors: deny, article: A}",
      "consent: opt_in, minors: deny, article: A, special: {condition: explicit_consent, article: "
      "Art. 9}}")});
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_TRUE(policy->MayUseSpecial("user.health", "marketing.mail").allowed);
  EXPECT_EQ(policy->MayUseSpecial("user.health", "marketing.mail").article, "Art. 9");
  EXPECT_FALSE(policy->MayUseSpecial("user.health", "analytics.churn").allowed);
  EXPECT_FALSE(policy->MayUseSpecial("user.health", "nothing").allowed);
}

TEST(Policy, ExplicitConsentNeedsOptIn) {
  const Result<Policy> policy =
      Compile({Replaced(PolicyText("a", "FI", "keep"),
                        "consent: not_needed, minors: allow, article: A}",
                        "consent: not_needed, minors: allow, article: A, special: {condition: "
                        "explicit_consent, article: Art. 9}}")});
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.status().diagnostic(), "SIG-2017");
}

TEST(Policy, ASafeguardMustBeOneThatThePolicyAccepts) {
  const std::string policy = Replaced(PolicyText("a", "FI", "keep"),
                                      "transfers: {regions: [eu], article: A}",
                                      "transfers: {regions: [eu], safeguards: [SCC, BCR], article: "
                                      "A}");
  const auto at = [&](const std::string& where) {
    return Compile({policy}, Replaced(kOrganisation, "region: eu", where));
  };
  EXPECT_EQ(at("region: us").status().diagnostic(), "SIG-2007");
  EXPECT_EQ(at("region: us\n    safeguard: a promise").status().diagnostic(), "SIG-2007");
  const Result<Policy> covered = at("region: us\n    safeguard: SCC (EU) 2021/914");
  ASSERT_TRUE(covered.ok()) << covered.status().message();
  EXPECT_TRUE(covered->MayTransfer("mailer", std::nullopt).allowed);
  EXPECT_TRUE(covered->MayTransfer("mailer", std::set<std::string>{"us"}).allowed);
  EXPECT_FALSE(covered->MayTransfer("mailer", std::set<std::string>{"eu"}).allowed)
      << "a rule for the data is stricter than a safeguard";
  EXPECT_FALSE(covered->MayTransfer("nobody", std::nullopt).allowed);
}

TEST(Policy, TheStricterPublicationLimitsAreComposed) {
  const auto with = [](const char* name, const char* country, const std::string& rule) {
    return Replaced(PolicyText(name, country, "keep"),
                    "min_group: 50, article",
                    "min_group: " + rule + ", article");
  };
  const Result<Policy> policy = Compile(
      {with("a", "FI", "60, min_class: 8, min_leaf: 70, budget: {epsilon: 0.5, period: 1d}"),
       with("b", "US", "50, min_class: 12, min_leaf: 20, budget: {epsilon: 2, period: 9d}")});
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_EQ(policy->publication().min_group, 60);
  EXPECT_EQ(policy->publication().min_class, 12);
  EXPECT_EQ(policy->publication().min_leaf, 70);
  EXPECT_EQ(policy->publication().epsilon_max, 0.5);
  EXPECT_EQ(policy->publication().budget_period_s, 9 * 86400);
}

TEST(Policy, ALowerGroupIsForTestStatesOnly) {
  testing_support::ScratchFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    EXPECT_TRUE(WriteFileAtomically(folder.path() / name, AsBytes(text)).ok());
    return folder.path() / name;
  };
  PolicySources sources;
  sources.taxonomy = write("taxonomy.yaml", kTaxonomy);
  sources.organisation = write("organisation.yaml", kOrganisation);
  sources.policies = {write("a.yaml", PolicyText("a", "FI", "keep", "3"))};
  EXPECT_EQ(CompilePolicies(sources).status().diagnostic(), "SIG-2015");
  const Result<Policy> tests = CompilePolicies(sources, GroupFloor::kTestState);
  ASSERT_TRUE(tests.ok()) << tests.status().message();
  EXPECT_EQ(tests->publication().min_group, 3);
}

TEST(Policy, ACountryBelongsToOneJurisdiction) {
  const Result<Policy> policy =
      Compile({PolicyText("a", "FI", "keep"), PolicyText("b", "fi", "keep")});
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.status().diagnostic(), "SIG-2008");
}

TEST(FindPolicies, SuggestsTheNearestBundle) {
  const Result<PolicySources> sources =
      FindPolicies({"gpdr"}, "policies/bundles", "policies/bundles");
  EXPECT_EQ(sources.status().diagnostic(), "SIG-2010");
  EXPECT_THAT(sources.status().remedy(), testing::HasSubstr("gdpr"));
}

TEST(PolicySchema, DescribesEveryKeyOfTheBundles) {
  const Json schema = PolicySchema();
  for (const char* file : {"policies/bundles/gdpr.yaml", "policies/bundles/ccpa.yaml"}) {
    const Result<Node> document = ReadDocument(file);
    ASSERT_TRUE(document.ok());
    for (const Node::Entry& entry : document->entries()) {
      EXPECT_TRUE(schema["properties"].Has(entry.key)) << entry.key;
    }
  }
}

}  // namespace
}  // namespace signet::policies
