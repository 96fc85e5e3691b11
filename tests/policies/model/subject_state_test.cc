#include "policies/model/subject_state.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(ConsentFor, RefusalOfAnAncestorBeatsAGrantAndAGrantHoldsBelow) {
  SubjectState state;
  EXPECT_EQ(ConsentFor(state, "marketing.email"), ConsentState::kUnknown);
  state.consents["marketing"] = ConsentState::kGiven;
  EXPECT_EQ(ConsentFor(state, "marketing.email"), ConsentState::kGiven);
  EXPECT_EQ(ConsentFor(state, "marketingx.email"), ConsentState::kUnknown);
  state.consents["marketing.email"] = ConsentState::kWithdrawn;
  EXPECT_EQ(ConsentFor(state, "marketing.email"), ConsentState::kWithdrawn);
  EXPECT_EQ(ConsentFor(state, "marketing.segmentation"), ConsentState::kGiven);
  state.consents["marketing"] = ConsentState::kWithdrawn;
  state.consents["marketing.email"] = ConsentState::kGiven;
  EXPECT_EQ(ConsentFor(state, "marketing.email"), ConsentState::kWithdrawn);
}

TEST(IsRestricted, CoversThePurposesBelow) {
  SubjectState state;
  EXPECT_FALSE(IsRestricted(state, "analytics.churn"));
  state.restrictions.insert("analytics");
  EXPECT_TRUE(IsRestricted(state, "analytics.churn"));
  EXPECT_FALSE(IsRestricted(state, "marketing.email"));
  state.restrictions.insert("");
  EXPECT_TRUE(IsRestricted(state, "marketing.email"));
}

}  // namespace
}  // namespace signet::policies
