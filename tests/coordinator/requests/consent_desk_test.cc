#include "coordinator/requests/consent_desk.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/binding/signal_book.h"
#include "crypto/base/file.h"
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
  EXPECT_EQ(answer["confirmation"]["text"].AsString(), "Opt-out request honored");
  // Its signal is kept until somebody is known by it, once, with an entry that names nobody.
  EXPECT_EQ(answer["kept"].AsInt(), 1);
  EXPECT_EQ(*SignalBook(*state_).Count(), 1U);
  EXPECT_EQ(EntriesOf("consent.changed"), 1);
  ASSERT_TRUE(consents_->Gpc(identifiers, "FI").ok());
  EXPECT_EQ(*SignalBook(*state_).Count(), 1U);
  EXPECT_EQ(EntriesOf("consent.changed"), 1) << "said again, nothing changes";
}

TEST_F(ConsentDeskTest, ASignalReachesAsFarAsThePolicysScope) {
  const Bytes shipped = ReadFile("policies/bundles/ccpa.yaml").value();
  std::string text(AsText(shipped));
  const std::string scopes = "[browser, device, pseudonymous_profile, account]";
  const size_t at = text.find(scopes);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, scopes.size(), "[browser]");
  const std::filesystem::path folder = scratch_.path() / "policies";
  ASSERT_TRUE(MakeFolders(folder).ok());
  ASSERT_TRUE(WriteFileAtomically(folder / "ccpa.yaml", AsBytes(text)).ok());
  for (const char* name : {"taxonomy.yaml", "organisation.yaml"}) {
    std::filesystem::copy(std::filesystem::path("policies/bundles") / name, folder / name);
  }
  *policy_ = *policies::CompilePolicies(
      *policies::FindPolicies({"ccpa.yaml"}, folder, "policies/bundles"));
  std::vector<Identifier> device;
  device.push_back({crypto::LinkType::kDevice, PersonalText("d1"), ""});
  const Json unreached = *consents_->Gpc(device, "FI");
  EXPECT_FALSE(unreached["opted_out"].AsBool());
  EXPECT_EQ(unreached["scope"].items().at(0).AsString(), "browser");
  std::vector<Identifier> cookie;
  cookie.push_back({crypto::LinkType::kCookie, PersonalText("k1"), ""});
  EXPECT_TRUE((*consents_->Gpc(cookie, "FI"))["opted_out"].AsBool());
  EXPECT_EQ(*SignalBook(*state_).Count(), 1U);
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
