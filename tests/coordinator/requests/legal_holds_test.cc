#include "coordinator/requests/legal_holds.h"

#include <gtest/gtest.h>

#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using LegalHoldsTest = DeskWorld;

TEST_F(LegalHoldsTest, AHoldCoversADatasetOrAllOfItsPipelineUntilItIsReleased) {
  LegalHolds holds(*state_);
  EXPECT_EQ(holds.Set({"shop", "crm", "", "cli", {}}).code(), StatusCode::kInvalid);
  EXPECT_EQ(holds.Set({"", "crm", "claim", "cli", {}}).code(), StatusCode::kInvalid);
  ASSERT_TRUE(holds.Set({"shop", "crm", "claim 1", "anna", {}}).ok());
  ASSERT_TRUE(holds.Set({"web", "", "claim 2", "anna", {}}).ok());
  EXPECT_TRUE(holds.On("shop", "crm")->has_value());
  EXPECT_FALSE(holds.On("shop", "orders")->has_value());
  EXPECT_TRUE(holds.On("web", "clicks")->has_value());
  EXPECT_EQ(holds.All()->size(), 2U);
  EXPECT_EQ(holds.Release("shop", "orders", "anna").code(), StatusCode::kNotFound);
  ASSERT_TRUE(holds.Release("shop", "crm", "anna").ok());
  EXPECT_FALSE(holds.On("shop", "crm")->has_value());
  EXPECT_EQ(EntriesOf("retention.held"), 2);
  EXPECT_EQ(EntriesOf("retention.released"), 1);
}

}  // namespace
}  // namespace signet::coordinator
