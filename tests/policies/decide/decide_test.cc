#include "policies/decide/decide.h"

#include <gtest/gtest.h>

#include "policies/compile/compile.h"

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

// Calls `use` with each state of a small world: every combination that can matter to a decision.
template <typename Use>
void ForStates(const std::string& purpose, Use use) {
  for (int bits = 0; bits < 3 * 64; ++bits) {
    SubjectState state;
    const int consent = bits / 64;
    if (consent == 1) state.consents[purpose] = ConsentState::kGiven;
    if (consent == 2) state.consents[purpose] = ConsentState::kWithdrawn;
    state.minor = (bits & 1) != 0;
    state.gpc = (bits & 2) != 0;
    state.opt_out_sale = (bits & 4) != 0;
    state.tombstone = (bits & 8) != 0;
    if ((bits & 16) != 0) state.restrictions.insert("");
    if ((bits & 32) != 0) state.restrictions.insert(purpose);
    use(state);
  }
}

/// An unknown jurisdiction allows what all known ones allow.
void ExpectStrictest(const Policy& policy,
                     SubjectState state,
                     const std::string& purpose,
                     Relation relation) {
  bool all = true;
  for (const std::string& name : policy.JurisdictionNames()) {
    state.jurisdiction = name;
    all = all && DecideSubject(policy, state, purpose, relation).allowed;
  }
  for (const char* unknown : {"", "atlantis"}) {
    state.jurisdiction = unknown;
    EXPECT_EQ(DecideSubject(policy, state, purpose, relation).allowed, all) << purpose;
  }
}

TEST(DecideSubject, AnUnknownJurisdictionGetsTheStrictestOfAll) {
  const Policy policy = Bundles();
  for (const std::string& purpose : policy.PurposeNames()) {
    for (const Relation relation : {Relation::kInternal, Relation::kProcessor, Relation::kSale}) {
      ForStates(purpose, [&](const SubjectState& state) {
        ExpectStrictest(policy, state, purpose, relation);
      });
    }
  }
}

TEST(DecideSubject, NoRefusalEverAllowsMore) {
  const Policy policy = Bundles();
  for (const std::string& purpose : policy.PurposeNames()) {
    for (const char* jurisdiction : {"eu", "us-ca", ""}) {
      ForStates(purpose, [&](SubjectState state) {
        state.jurisdiction = jurisdiction;
        const bool allowed = DecideSubject(policy, state, purpose, Relation::kShare).allowed;
        if (allowed) return;
        SubjectState more = state;
        more.opt_out_sale = true;
        EXPECT_FALSE(DecideSubject(policy, more, purpose, Relation::kShare).allowed);
        more = state;
        more.gpc = true;
        EXPECT_FALSE(DecideSubject(policy, more, purpose, Relation::kShare).allowed);
        more = state;
        more.restrictions.insert("");
        EXPECT_FALSE(DecideSubject(policy, more, purpose, Relation::kShare).allowed);
        more = state;
        more.tombstone = true;
        EXPECT_FALSE(DecideSubject(policy, more, purpose, Relation::kShare).allowed);
      });
    }
  }
}

TEST(DecideSubject, DeniesPurposesNobodyDeclares) {
  EXPECT_FALSE(DecideSubject(Bundles(), {}, "analytics.nonsense").allowed);
}

TEST(DecideSubject, EveryVerdictNamesRuleAndArticle) {
  const Policy policy = Bundles();
  for (const std::string& purpose : policy.PurposeNames()) {
    ForStates(purpose, [&](SubjectState state) {
      for (const char* jurisdiction : {"eu", "us-ca", ""}) {
        state.jurisdiction = jurisdiction;
        const Verdict verdict = DecideSubject(policy, state, purpose, Relation::kShare);
        EXPECT_FALSE(verdict.rule.empty());
        EXPECT_FALSE(verdict.article.empty()) << verdict.message;
        EXPECT_FALSE(verdict.message.empty());
      }
    });
  }
}

}  // namespace
}  // namespace signet::policies
