#include "policies/disclosure/difference_ledger.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

PublicationRule Fifty() {
  PublicationRule rule;
  rule.min_group = 50;
  rule.rule = "gdpr.yaml:240 publication";
  rule.article = "GDPR recital 26";
  return rule;
}

CountStatement Of(const char* recipient, int64_t count, const char* group = "loyalty/at_risk") {
  return {recipient, group, count, 1};
}

TEST(DifferenceLedger, ACountMayBeRepeatedButNotShiftedByAFew) {
  DifferenceLedger ledger;
  EXPECT_TRUE(ledger.Tell(Of("press", 1000), Fifty()).allowed);
  EXPECT_TRUE(ledger.Tell(Of("press", 1000), Fifty()).allowed);
  EXPECT_FALSE(ledger.Tell(Of("press", 1001), Fifty()).allowed);
  EXPECT_FALSE(ledger.Tell(Of("press", 951), Fifty()).allowed);
  EXPECT_TRUE(ledger.Tell(Of("press", 950), Fifty()).allowed);
  EXPECT_FALSE(ledger.Tell(Of("press", 999), Fifty()).allowed) << "the first is not forgotten";
  EXPECT_FALSE(ledger.Tell(Of("press", 49, "loyalty/new"), Fifty()).allowed);
}

TEST(DifferenceLedger, RecipientsTalkToEachOther) {
  DifferenceLedger ledger;
  ASSERT_TRUE(ledger.Tell(Of("press", 1000), Fifty()).allowed);
  EXPECT_FALSE(ledger.Tell(Of("board", 1003), Fifty()).allowed);
  EXPECT_TRUE(ledger.Tell(Of("board", 1000), Fifty()).allowed);
  EXPECT_EQ(ledger.Told("board").size(), 1U);
  EXPECT_EQ(ledger.Told("").size(), 2U);
}

TEST(DifferenceLedger, NoTwoCountsToldOfAGroupDifferByASmallGroup) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SeededEntropy entropy(seed);
    DifferenceLedger ledger;
    std::set<int64_t> told;
    for (int i = 0; i < 200; ++i) {
      const auto count = static_cast<int64_t>(entropy.Next() % 2000);
      const char* recipient = entropy.Next() % 2 == 0 ? "press" : "board";
      if (ledger.Tell(Of(recipient, count), Fifty()).allowed) told.insert(count);
    }
    ASSERT_GT(told.size(), 3U);
    int64_t previous = 0;  // that nobody is in the group is told to nobody
    for (const int64_t count : told) {
      EXPECT_GE(count - previous, 50) << "seed " << seed;
      previous = count;
    }
  }
}

TEST(DifferenceLedger, GroupsThatDifferByAFewAreNotToldTogether) {
  const PublicationRule rule = Fifty();
  EXPECT_TRUE(DifferenceLedger::MayTellBoth("a", "b", {100, 100, 100}, rule).allowed);
  EXPECT_TRUE(DifferenceLedger::MayTellBoth("a", "b", {0, 400, 100}, rule).allowed);
  const Verdict verdict = DifferenceLedger::MayTellBoth("gold", "all", {100, 7, 100}, rule);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_NE(verdict.message.find("'all' without 'gold'"), std::string::npos) << verdict.message;
  EXPECT_EQ(verdict.message.find('7'), std::string::npos) << "the count is not told";
  EXPECT_FALSE(DifferenceLedger::MayTellBoth("a", "b", {100, 100, 1}, rule).allowed);
}

TEST(DifferenceLedger, PartsLeaveNoSmallRest) {
  const PublicationRule rule = Fifty();
  EXPECT_TRUE(DifferenceLedger::MayTellParts("all", 200, {100, 50}, rule).allowed);
  EXPECT_TRUE(DifferenceLedger::MayTellParts("all", 200, {100, 100}, rule).allowed);
  EXPECT_FALSE(DifferenceLedger::MayTellParts("all", 200, {100, 99}, rule).allowed);
  EXPECT_FALSE(DifferenceLedger::MayTellParts("all", 200, {150, 99}, rule).allowed);
}

TEST(DifferenceLedger, ComesBackFromJsonAndRefusesOther) {
  DifferenceLedger ledger;
  ASSERT_TRUE(ledger.Tell(Of("press", 1000), Fifty()).allowed);
  ASSERT_TRUE(ledger.Tell(Of("board", 1000), Fifty()).allowed);
  ASSERT_TRUE(ledger.Tell(Of("board", 400, "loyalty/b"), Fifty()).allowed);
  const Result<DifferenceLedger> again = DifferenceLedger::FromJson(ledger.ToJson());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, ledger);
  EXPECT_TRUE(again->Knows("loyalty/b"));
  EXPECT_FALSE(again->MayTell(Of("press", 401, "loyalty/b"), Fifty()).allowed);
  EXPECT_EQ(DifferenceLedger::FromJson(Json::Of({{"g", Json::List({1})}})).status().code(),
            StatusCode::kCorrupt);
}

TEST(DifferenceLedger, WhatAListShowsMayBeSaidOfItAndNotWhatLiesNear) {
  DifferenceLedger ledger;
  // Lists go out whatever they are: removals must.
  ledger.Note(Of("mail", 1000));
  ledger.Note(Of("ads", 997));
  EXPECT_FALSE(ledger.MayTell(Of("press", 998), Fifty()).allowed);
  EXPECT_TRUE(ledger.Tell(Of("press", 1000), Fifty()).allowed);
  EXPECT_FALSE(ledger.Tell(Of("press", 997), Fifty()).allowed)
      << "who was told one is not told both";
  EXPECT_EQ(ledger.Told("mail").size(), 1U);
  ledger.Note(Of("mail", 999));
  EXPECT_FALSE(ledger.Tell(Of("press", 999), Fifty()).allowed) << "one person left";
  EXPECT_TRUE(ledger.Tell(Of("board", 1000), Fifty()).allowed);
}

TEST(DifferenceLedger, OfTwoGroupsThatLieTooCloseOneIsTold) {
  DifferenceLedger ledger;
  ledger.KeepApart("loyalty/a", "loyalty/b");
  ledger.Note(Of("mail", 1000, "loyalty/a"));
  ledger.Note(Of("mail", 1003, "loyalty/b"));
  EXPECT_TRUE(ledger.Tell(Of("press", 1003, "loyalty/b"), Fifty()).allowed);
  const Verdict other = ledger.Tell(Of("board", 1000, "loyalty/a"), Fifty());
  EXPECT_FALSE(other.allowed);
  EXPECT_EQ(other.message.find("100"), std::string::npos) << other.message;
  EXPECT_TRUE(ledger.Tell(Of("board", 1003, "loyalty/b"), Fifty()).allowed);
  EXPECT_TRUE(ledger.Tell(Of("press", 80, "loyalty/c"), Fifty()).allowed);
  const Result<DifferenceLedger> again = DifferenceLedger::FromJson(ledger.ToJson());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, ledger);
  EXPECT_FALSE(again->MayTell(Of("press", 1000, "loyalty/a"), Fifty()).allowed);
}

}  // namespace
}  // namespace signet::policies
