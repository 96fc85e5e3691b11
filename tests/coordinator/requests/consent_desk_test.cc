#include "coordinator/requests/consent_desk.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

/// Rows that name somebody are tested end to end (tests/e2e/rights).
class ConsentDeskTest : public DeskWorld {
 protected:
  void SetUp() override {
    DeskWorld::SetUp();
    policy_ = std::make_unique<policies::Policy>(*policies::CompilePolicies(
        *policies::FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles")));
    consents_ = std::make_unique<ConsentDesk>(*state_, *ledger_, desk_->finder(), *policy_);
  }
  std::unique_ptr<policies::Policy> policy_;
  std::unique_ptr<ConsentDesk> consents_;
};

TEST_F(ConsentDeskTest, ShowsStatementsAndWhatFollowsForEachPurpose) {
  ASSERT_TRUE(desk_->SetConsent(Person(1), "marketing.email", /*given=*/false).ok());
  const Json shown = *consents_->Show(Person(1));
  EXPECT_EQ(shown["statements"].items().at(0)["value"].AsString(), "withdrawn");
  for (const Json& decision : shown["decisions"].items()) {
    if (decision["purpose"].AsString() != "marketing.email") continue;
    EXPECT_FALSE(decision["allowed"].AsBool());
  }
  EXPECT_EQ(shown["decisions"].size(), policy_->PurposeNames().size());
}

TEST_F(ConsentDeskTest, ABrowserThatNobodyKnowsIsToldThatNothingIsSold) {
  std::vector<Identifier> identifiers;
  identifiers.push_back({crypto::LinkType::kCookie, PersonalText("k1"), ""});
  const Json answer = *consents_->Gpc(identifiers, "FI");
  EXPECT_FALSE(answer["known"].AsBool());
  EXPECT_TRUE(answer["opted_out"].AsBool());
}

TEST_F(ConsentDeskTest, AnExportWithoutUsableRowsLeavesNoEntry) {
  policies::ConsentImport import;
  import.refused["says nothing"] = 2;
  const uint64_t before = state_->audit().size();
  const Json result = *consents_->Import(std::move(import), {"onetrust", "FI"});
  EXPECT_EQ(result["refused"]["says nothing"].AsInt(), 2);
  EXPECT_EQ(state_->audit().size(), before);
}

}  // namespace
}  // namespace signet::coordinator
