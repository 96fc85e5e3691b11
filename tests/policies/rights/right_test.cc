#include "policies/rights/right.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

Timestamp At(const char* text) {
  return *TimestampFromText(text);
}

TEST(Right, HasANameBothWaysAndAnArticleInEachLaw) {
  for (const char* name : {"access",
                           "portability",
                           "rectification",
                           "erasure",
                           "restriction",
                           "objection",
                           "opt_out",
                           "limit_sensitive"}) {
    SCOPED_TRACE(name);
    const Result<Right> right = RightFromName(name);
    ASSERT_TRUE(right.ok());
    EXPECT_EQ(RightName(*right), name);
    EXPECT_FALSE(RightArticle(*right, "gdpr").empty());
    EXPECT_FALSE(RightArticle(*right, "ccpa").empty());
  }
  EXPECT_FALSE(RightFromName("acces").ok());
  EXPECT_EQ(RightArticle(Right::kErasure, "gdpr"), "GDPR Art. 17");
  EXPECT_EQ(RightArticle(Right::kErasure, "ccpa"), "Cal. Civ. Code § 1798.105");
}

TEST(Right, IsDueAfterOneMonthOfTheGdprAndThreeWhenExtended) {
  struct Case {
    const char* received;
    const char* answer;
    const char* extended;
  };
  for (const Case& c :
       {Case{"2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-04-30T10:00:00Z"},
        Case{"2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z", "2024-04-30T00:00:00Z"},
        Case{"2026-11-22T23:59:59Z", "2026-12-22T23:59:59Z", "2027-02-22T23:59:59Z"}}) {
    SCOPED_TRACE(c.received);
    const Deadline deadline = DeadlineOf(Right::kAccess, "gdpr", At(c.received));
    EXPECT_EQ(TimestampText(deadline.answer), c.answer);
    EXPECT_EQ(TimestampText(deadline.extended), c.extended);
    EXPECT_EQ(deadline.acknowledge.micros, 0);
  }
}

TEST(Right, IsDueAfterFortyFiveDaysInCaliforniaAndConfirmedWithinTenBusinessDays) {
  const Deadline deadline = DeadlineOf(Right::kErasure, "ccpa", At("2026-01-31T10:00:00Z"));
  EXPECT_EQ(TimestampText(deadline.answer), "2026-03-17T10:00:00Z");
  EXPECT_EQ(TimestampText(deadline.extended), "2026-05-01T10:00:00Z");
  // 31 January 2026 is a Saturday: ten business days later is Friday, 13 February.
  EXPECT_EQ(DateText(deadline.acknowledge), "2026-02-13");
}

TEST(Right, OptOutsTakeEffectWithinFifteenBusinessDaysUnderAnyLawAndAreNotExtended) {
  for (const Right right : {Right::kOptOut, Right::kLimit}) {
    // A Monday: three weeks later.
    const Deadline deadline = DeadlineOf(right, "ccpa", At("2026-02-02"));
    EXPECT_EQ(DateText(deadline.answer), "2026-02-23");
    EXPECT_EQ(deadline.extended, deadline.answer);
    EXPECT_EQ(DeadlineOf(right, "gdpr", At("2026-02-02")), deadline);
  }
}

}  // namespace
}  // namespace signet::policies
