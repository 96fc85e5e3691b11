#include "pipelines/snapshots/withdrawals.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

Uuid T(uint8_t n) {
  Uuid token{};
  token[0] = n;
  return token;
}

class WithdrawalsTest : public ::testing::Test {
 protected:
  testing_support::ScratchFolder scratch_;
  SeededEntropy entropy_{5};
  ServingFolder folder_ =
      ServingFolder::OpenForPublication(scratch_.path() / "s", entropy_).value();
};

TEST_F(WithdrawalsTest, AddUpSortedWithoutDuplicates) {
  EXPECT_TRUE(ReadWithdrawals(folder_, "mail").value().entries.empty());
  ASSERT_TRUE(AddWithdrawals(folder_, "mail", {{T(2), Timestamp{1}, ""}}, entropy_, {}).ok());
  ASSERT_TRUE(
      AddWithdrawals(
          folder_, "mail", {{T(1), Timestamp{2}, "p"}, {T(2), Timestamp{3}, ""}}, entropy_, {})
          .ok());
  const Withdrawals all = ReadWithdrawals(folder_, "mail").value();
  EXPECT_EQ(all.sequence, 2U);
  EXPECT_EQ(all.entries,
            (std::vector<Withdrawal>{{T(1), Timestamp{2}, "p"}, {T(2), Timestamp{1}, ""}}));
  EXPECT_TRUE(ReadWithdrawals(folder_, "ads").value().entries.empty());
}

TEST_F(WithdrawalsTest, OfOneRecipientDoNotPassForAnother) {
  ASSERT_TRUE(AddWithdrawals(folder_, "mail", {{T(2), Timestamp{1}, ""}}, entropy_, {}).ok());
  const Bytes bytes = ReadFile(folder_.root() / "mail" / "withdrawn.sealed").value();
  ASSERT_TRUE(MakeFolders(folder_.root() / "ads").ok());
  ASSERT_TRUE(WriteFileAtomically(folder_.root() / "ads" / "withdrawn.sealed", bytes).ok());
  EXPECT_EQ(ReadWithdrawals(folder_, "ads").status().code(), StatusCode::kCorrupt);
}

TEST_F(WithdrawalsTest, AnyChangedByteIsFound) {
  ASSERT_TRUE(AddWithdrawals(folder_, "mail", {{T(2), Timestamp{1}, ""}}, entropy_, {}).ok());
  const auto path = folder_.root() / "mail" / "withdrawn.sealed";
  const Bytes good = ReadFile(path).value();
  for (size_t at = 0; at < good.size(); at += 3) {
    Bytes bad = good;
    bad[at] ^= 1U;
    ASSERT_TRUE(WriteFileAtomically(path, bad).ok());
    EXPECT_FALSE(ReadWithdrawals(folder_, "mail").ok()) << at;
  }
}

TEST_F(WithdrawalsTest, TheSignerSeesTheTextAndItsFailureChangesNothing) {
  std::string seen;
  ASSERT_TRUE(AddWithdrawals(folder_,
                             "mail",
                             {{T(2), Timestamp{1}, ""}},
                             entropy_,
                             [&](const std::string& text) -> Result<std::string> {
                               seen = text;
                               return text + "\n— log signature\n";
                             })
                  .ok());
  EXPECT_EQ(seen.find("signet withdrawals v1\nmail\n1\n"), 0U);
  EXPECT_EQ(ReadWithdrawals(folder_, "mail").value().note.find(seen), 0U);
  EXPECT_FALSE(AddWithdrawals(
                   folder_,
                   "mail",
                   {{T(3), Timestamp{1}, ""}},
                   entropy_,
                   [](const std::string&) -> Result<std::string> { return Unavailable("no key"); })
                   .ok());
  EXPECT_EQ(ReadWithdrawals(folder_, "mail").value().sequence, 1U);
}

}  // namespace
}  // namespace signet::pipelines
