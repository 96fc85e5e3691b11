#include "coordinator/requests/retention_calls.h"

#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class RetentionCallsTest : public DeskWorld {
 protected:
  Result<Json> Call(const std::string& verb, Json arguments) {
    arguments.Set("actor", "cli:ada");
    std::optional<Result<Json>> done = PerformSettingCall(*state_, verb, arguments);
    EXPECT_TRUE(done.has_value()) << verb;
    return done.has_value() ? *std::move(done) : Internal("no such call");
  }
};

TEST_F(RetentionCallsTest, HoldsScheduleAndCopiesAreSetShownAndEnded) {
  ASSERT_TRUE(Call("hold", Json::Of({{"pipeline", "shop"}, {"reason", "claim 7"}})).ok());
  ASSERT_TRUE(Call("sweep_at", Json::Of({{"cron", "0 3 * * *"}})).ok());
  ASSERT_TRUE(Call("custody_copies", Json::Of({{"seconds", 60}})).ok());
  const Json shown = *Call("holds", Json(Json::Object()));
  EXPECT_EQ(shown["holds"].items().at(0)["pipeline"].AsString(), "shop");
  EXPECT_EQ(shown["schedule"]["cron"].AsString(), "0 3 * * *");
  EXPECT_EQ(shown["schedule"]["time_zone"].AsString(), "UTC");
  EXPECT_EQ(shown["custody_copies_s"].AsInt(), 60);
  ASSERT_TRUE(Call("release", Json::Of({{"pipeline", "shop"}})).ok());
  ASSERT_TRUE(Call("sweep_at", Json::Of({{"cron", ""}})).ok());
  EXPECT_EQ((*Call("holds", Json(Json::Object())))["holds"].size(), 0U);
  EXPECT_EQ(EntriesOf("retention.held"), 1);
}

TEST_F(RetentionCallsTest, WhatIsNoSettingIsLeftToOthers) {
  EXPECT_FALSE(PerformSettingCall(*state_, "ask", Json(Json::Object())).has_value());
  EXPECT_EQ(Call("hold", Json::Of({{"pipeline", "shop"}})).status().code(), StatusCode::kInvalid)
      << "a hold has a reason";
  EXPECT_EQ(Call("hook", Json::Of({{"url", "nowhere"}})).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
