#include "coordinator/api/login_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::coordinator {
namespace {

class LoginBookTest : public crypto::AuditWorld {
 protected:
  void SetUp() override {
    log_ = Open().value();
    group_ = std::make_unique<crypto::GroupCommit>(*log_, *store_);
    book_ = std::make_unique<LoginBook>(*group_, clock_);
  }
  std::vector<Json> Entries() {
    std::vector<Json> entries;
    for (uint64_t i = 0; i < log_->size(); ++i) {
      entries.push_back(*log_->Entry(i));
      const Status fits = crypto::CheckEntry(entries.back());
      EXPECT_TRUE(fits.ok()) << fits.ToString();
    }
    return entries;
  }

  std::unique_ptr<crypto::AuditLog> log_;
  std::unique_ptr<crypto::GroupCommit> group_;
  std::unique_ptr<LoginBook> book_;
};

TEST_F(LoginBookTest, WhoIsLetInIsToldOnceAnHour) {
  book_->LetIn("ada", "operator", "certificate");
  book_->LetIn("ada", "operator", "certificate");
  EXPECT_EQ(Entries().size(), 1U);
  EXPECT_EQ(Entries()[0]["type"].AsString(), "login.succeeded");
  EXPECT_EQ(Entries()[0]["actor"].AsString(), "operator:ada");
  book_->LetIn("bob", "operator", "certificate");
  EXPECT_EQ(Entries().size(), 2U);
  clock_.Advance(LoginBook::kAgainSeconds * 1'000'000);
  book_->LetIn("ada", "operator", "certificate");
  EXPECT_EQ(Entries().size(), 3U);
}

TEST_F(LoginBookTest, RefusalsAreCountedAndNeverRepeatWhatAStrangerSays) {
  clock_.Advance(5'000'000);
  for (int i = 0; i < 10; ++i) book_->Refused("certificate");
  ASSERT_EQ(Entries().size(), 1U) << "a flood of strangers fills no log";
  EXPECT_EQ(Entries()[0]["facts"]["count"].AsInt(), 1);
  clock_.Advance(LoginBook::kRefusalsSeconds * 1'000'000);
  book_->Refused("certificate");
  ASSERT_EQ(Entries().size(), 2U);
  EXPECT_EQ(Entries()[1]["facts"]["count"].AsInt(), 10);
  EXPECT_EQ(Entries()[1]["actor"].AsString(), "stranger");
}

}  // namespace
}  // namespace signet::coordinator
