#include "coordinator/requests/withdrawal_desk.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/snapshots/serving_folder.h"
#include "pipelines/snapshots/withdrawals.h"
#include "policies/compile/compile.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class WithdrawalDeskTest : public DeskWorld {
 protected:
  void SetUp() override {
    DeskWorld::SetUp();
    for (const char* recipient : {"email_platform", "ad_network"}) {
      std::filesystem::create_directories(state_->serving() / recipient);
    }
    policy_ = std::make_unique<policies::Policy>(*policies::CompilePolicies(
        *policies::FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles")));
  }
  [[nodiscard]] size_t EntriesAt(const std::string& recipient) {
    const auto folder = pipelines::ServingFolder::OpenForPublication(state_->serving(), entropy_);
    return pipelines::ReadWithdrawals(*folder, recipient)->entries.size();
  }
  std::unique_ptr<policies::Policy> policy_;
};

TEST_F(WithdrawalDeskTest, TakesManyOutOfEverythingAtOnceAndAgainIsTheSame) {
  WithdrawalDesk desk(*state_);
  const std::vector<LocatedSubject> people = {Person(1), Person(2)};
  for (int i = 0; i < 2; ++i) {
    const auto told = desk.Withdraw(people, {"", false}, policy_.get());
    ASSERT_TRUE(told.ok()) << told.status().ToString();
    EXPECT_EQ(told->size(), 2U);
    EXPECT_EQ(EntriesAt("email_platform"), 2U);
    EXPECT_EQ(EntriesAt("ad_network"), 2U);
  }
}

TEST_F(WithdrawalDeskTest, AnOptOutOfSaleReachesBuyersAndNotProcessors) {
  WithdrawalDesk desk(*state_);
  const std::vector<LocatedSubject> people = {Person(1)};
  EXPECT_EQ(*desk.Withdraw(people, {"", true}, policy_.get()),
            std::vector<std::string>{"ad_network"});
  EXPECT_EQ(EntriesAt("email_platform"), 0U);
  // Without a policy nobody can say who is a buyer: all are told.
  EXPECT_EQ(desk.Withdraw(people, {"", true}, nullptr)->size(), 2U);
}

TEST_F(WithdrawalDeskTest, EachDestinationIsNamedWithTheNoticeThatItGot) {
  WithdrawalDesk desk(*state_);
  const std::vector<LocatedSubject> people = {Person(1)};
  const auto told = desk.Withdraw(people, {"", false}, policy_.get());
  ASSERT_TRUE(told.ok());
  const auto notices = desk.NoticesTo(*told, policy_.get());
  ASSERT_TRUE(notices.ok()) << notices.status().ToString();
  ASSERT_EQ(notices->size(), 2U);
  const auto folder = pipelines::ServingFolder::OpenForPublication(state_->serving(), entropy_);
  for (const Json& notice : notices->items()) {
    const auto overlay = pipelines::ReadWithdrawals(*folder, notice["recipient"].AsString());
    EXPECT_EQ(notice["sequence"].AsInt(), static_cast<int64_t>(overlay->sequence));
    EXPECT_EQ(notice["note_digest"].AsString().size(), 64U);
    EXPECT_FALSE(notice["relation"].AsString().empty());
  }
  const std::string before = notices->Dump();
  const std::vector<LocatedSubject> more = {Person(2)};
  ASSERT_TRUE(desk.Withdraw(more, {"", false}, policy_.get()).ok());
  EXPECT_NE(desk.NoticesTo(*told, policy_.get())->Dump(), before)
      << "another overlay, another note";
}

TEST_F(WithdrawalDeskTest, TheEntryNamesRecipientsAndCountsOnly) {
  const crypto::AuditEvent event = WithdrawalDesk::EventOf({"email_platform"}, 3);
  EXPECT_EQ(event.type, "snapshot.withdrawn");
  EXPECT_EQ(event.facts["tokens"].AsInt(), 3);
}

TEST_F(WithdrawalDeskTest, NothingServedIsNothingToRemove) {
  EXPECT_TRUE(WithdrawalDesk(*state_).RemoveOldVersions()->empty());
}

}  // namespace
}  // namespace signet::coordinator
