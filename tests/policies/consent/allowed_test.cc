#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "policies/compile/compile.h"
#include "policies/consent/ledger.h"
#include "policies/decide/decide.h"

namespace signet::policies {
namespace {

Policy Bundles() {
  Result<PolicySources> sources =
      FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles");
  CHECK_FACTS(sources.ok(), sources.status().ToString());
  Result<Policy> policy = CompilePolicies(*sources);
  CHECK_FACTS(policy.ok(), policy.status().ToString());
  return *std::move(policy);
}

std::vector<Fact> RandomFacts(SeededEntropy& entropy, size_t subjects) {
  std::vector<Fact> facts;
  const char* jurisdictions[] = {"eu", "uk", "us", "us-ca", "", "nowhere"};
  const char* purposes[] = {"marketing", "marketing.segmentation", "marketing.email", "analytics"};
  for (size_t i = 0; i < subjects; ++i) {
    SubjectId id{entropy.RandomUuid()};
    facts.push_back({id, Fact::kSeen, "", "", 0, "", ""});
    facts.push_back(
        {id, Fact::kJurisdiction, "", jurisdictions[entropy.Next() % 6], 0, "crm.country", ""});
    for (int n = 0; n < 4; ++n) {
      facts.push_back({id,
                       Fact::kConsent,
                       purposes[entropy.Next() % 4],
                       entropy.Next() % 2 == 0 ? "given" : "withdrawn",
                       static_cast<int64_t>(entropy.Next() % 100),
                       entropy.Next() % 4 == 0 ? "api" : "crm.ok",
                       ""});
    }
    for (const Fact::Kind kind :
         {Fact::kMinor, Fact::kOptOutSale, Fact::kGpc, Fact::kLimitSensitive}) {
      if (entropy.Next() % 4 == 0) facts.push_back({id, kind, "", "true", 5, "crm.f", ""});
    }
    if (entropy.Next() % 9 == 0) {
      facts.push_back({id, Fact::kRestriction, "analytics", "true", 5, "api", ""});
    }
    if (entropy.Next() % 20 == 0) facts.push_back({id, Fact::kTombstone, "", "true", 5, "api", ""});
  }
  return facts;
}

TEST(AllowedFor, AgreesWithDecidingEachSubjectByItself) {
  const Policy policy = Bundles();
  SeededEntropy entropy(11);
  const std::vector<Fact> facts = RandomFacts(entropy, 500);
  LedgerPartition ledger;
  ASSERT_TRUE(ledger.Apply(facts).ok());
  std::set<SubjectId> subjects;
  for (const Fact& fact : facts) subjects.insert(fact.subject);
  size_t some = 0;
  for (const std::string& purpose : policy.PurposeNames()) {
    for (const Relation relation : {Relation::kInternal, Relation::kProcessor, Relation::kShare}) {
      std::vector<SubjectId> want;
      std::copy_if(
          subjects.begin(),
          subjects.end(),
          std::back_inserter(want),
          [&](const SubjectId& subject) {
            return DecideSubject(policy, ledger.StateOf(subject), purpose, relation).allowed;
          });
      EXPECT_EQ(ledger.AllowedFor(policy, purpose, relation), want) << purpose;
      some += want.empty() || want.size() == subjects.size() ? 0U : 1U;
    }
  }
  EXPECT_GT(some, 15U) << "the facts are too plain to tell a wrong decision";
}

TEST(AllowedFor, AgreesOnManySubjectsToo) {
  const Policy policy = Bundles();
  SeededEntropy entropy(12);
  constexpr size_t kSubjects = 50'000;
  const std::vector<Fact> facts = RandomFacts(entropy, kSubjects);
  LedgerPartition ledger;
  ASSERT_TRUE(ledger.Apply(facts).ok());
  std::set<SubjectId> want;
  for (const Fact& fact : facts) {
    if (fact.kind != Fact::kSeen) continue;
    const SubjectState state = ledger.StateOf(fact.subject);
    if (DecideSubject(policy, state, "marketing.segmentation").allowed) want.insert(fact.subject);
  }
  EXPECT_GT(want.size(), kSubjects / 20);
  EXPECT_EQ(ledger.AllowedFor(policy, "marketing.segmentation"),
            std::vector<SubjectId>(want.begin(), want.end()));
}

}  // namespace
}  // namespace signet::policies
