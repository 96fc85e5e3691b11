#include "pipelines/identity/link_limits.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(LinkLimits, SurviveJson) {
  LinkLimits limits;
  limits.card = 7;
  const auto back = LinkLimits::FromJson(limits.ToJson());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->card, 7U);
  EXPECT_EQ(back->IdsFor(crypto::LinkType::kCard), 7U);
  EXPECT_EQ(back->IdsFor(crypto::LinkType::kId), 0U);
  EXPECT_EQ(LinkLimits::FromJson(Json())->email, LinkLimits().email);
}

TEST(LinkLimits, RefuseUnknownKeysAndNegativeCounts) {
  EXPECT_EQ(LinkLimits::FromJson(Json::Of({{"fax", 1}})).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(LinkLimits::FromJson(Json::Of({{"card", -1}})).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(LinkLimits::FromJson(Json::Of({{"card", "x"}})).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
