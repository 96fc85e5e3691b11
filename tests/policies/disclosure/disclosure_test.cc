#include "policies/disclosure/disclosure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::policies {
namespace {

PublicationRule FiftyPeople() {
  PublicationRule rule;
  rule.min_group = 50;
  rule.rule = "gdpr.yaml:9 publication";
  rule.article = "GDPR recital 26";
  return rule;
}

TEST(CheckGroup, RefusesGroupsBelowTheMinimumAndEmptyOnes) {
  const PublicationRule rule = FiftyPeople();
  EXPECT_TRUE(CheckGroup(50, rule).allowed);
  EXPECT_TRUE(CheckGroup(51, rule).allowed);
  EXPECT_FALSE(CheckGroup(49, rule).allowed);
  EXPECT_FALSE(CheckGroup(0, rule).allowed);
  PublicationRule none = rule;
  none.min_group = 0;
  EXPECT_FALSE(CheckGroup(0, none).allowed);
}

TEST(CheckGroup, NeverTellsTheCount) {
  const Verdict verdict = CheckGroup(37, FiftyPeople(), "segment 'at_risk'");
  EXPECT_EQ(verdict.message, "segment 'at_risk' is below the minimum group of 50 people");
  EXPECT_EQ(verdict.rule, "gdpr.yaml:9 publication");
  EXPECT_EQ(verdict.article, "GDPR recital 26");
}

TEST(CheckDifference, RefusesCountsThatDifferByAFewPeople) {
  const PublicationRule rule = FiftyPeople();
  EXPECT_TRUE(CheckDifference(1000, 1000, rule).allowed);
  EXPECT_FALSE(CheckDifference(1000, 1001, rule).allowed);
  EXPECT_FALSE(CheckDifference(1000, 951, rule).allowed);
  EXPECT_TRUE(CheckDifference(1000, 950, rule).allowed);
}

TEST(CheckLeaves, RefusesAnExplanationThatTellsAboutAFew) {
  PublicationRule rule = FiftyPeople();
  rule.min_leaf = 30;
  EXPECT_TRUE(CheckLeaves({30, 400}, rule).allowed);
  EXPECT_FALSE(CheckLeaves({400, 29}, rule).allowed);
  EXPECT_TRUE(CheckLeaves({}, rule).allowed);
}

TEST(CheckClasses, RefusesRowsOfPeopleWhoLookLikeFewOthers) {
  PublicationRule rule = FiftyPeople();
  rule.min_class = 10;
  EXPECT_TRUE(CheckClasses(10, rule).allowed);
  EXPECT_FALSE(CheckClasses(9, rule).allowed);
  EXPECT_EQ(CheckClasses(7, rule).message.find('7'), std::string::npos);
}

}  // namespace
}  // namespace signet::policies
