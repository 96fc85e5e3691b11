#include "coordinator/requests/request_clock.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using policies::Right;

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

class RequestClockTest : public DeskWorld {
 protected:
  /// A withdrawn erasure waits for its sweep: open, with the month's clock running.
  std::string OpenErasure() {
    Asked asked = For(Right::kErasure);
    asked.withdraw_only = true;
    return (*desk_->Ask(Person(1), asked))["request"].AsString();
  }
  std::vector<DueWarning> Warn() { return RequestClock(*state_).Warn().value(); }
};

TEST_F(RequestClockTest, AnOpenRequestIsToldNearItsEndAndOnceMoreWhenItIsLate) {
  const std::string request = OpenErasure();
  EXPECT_TRUE(Warn().empty()) << "there is a month";
  clock_.Advance(25 * kDay);
  const auto near = Warn();
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near[0].request, request);
  EXPECT_FALSE(near[0].late);
  EXPECT_TRUE(Warn().empty()) << "once";
  clock_.Advance(10 * kDay);
  Restart();
  const auto late = Warn();
  ASSERT_EQ(late.size(), 1U);
  EXPECT_TRUE(late[0].late);
  EXPECT_TRUE(Warn().empty());
  EXPECT_EQ(EntriesOf("right.due"), 2);
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
  EXPECT_TRUE(entry["facts"]["late"].AsBool());
}

TEST_F(RequestClockTest, WhatIsAnsweredIsNeverTold) {
  ASSERT_TRUE(desk_->Ask(Person(1), For(Right::kRestriction)).ok());
  clock_.Advance(400 * kDay);
  EXPECT_TRUE(Warn().empty());
}

TEST_F(RequestClockTest, AnExtensionMovesTheTerm) {
  const std::string request = OpenErasure();
  ASSERT_TRUE(desk_->Extend(request, "many requests at once").ok());
  clock_.Advance(35 * kDay);
  EXPECT_TRUE(Warn().empty());
  clock_.Advance(60 * kDay);
  EXPECT_EQ(Warn().size(), 1U);
}

TEST_F(RequestClockTest, TheStandOfARequestSaysHowManyDaysAreLeft) {
  OpenErasure();
  const KeptRequest kept = desk_->book().Open()->front();
  const Json fresh = ClockOf(kept.request, clock_.Now());
  EXPECT_GE(fresh["days_left"].AsInt(), 27);
  EXPECT_FALSE(fresh["late"].AsBool());
  const Json late = ClockOf(kept.request, Timestamp{clock_.Now().micros + 60 * kDay});
  EXPECT_EQ(late["days_left"].AsInt(), 0);
  EXPECT_TRUE(late["late"].AsBool());
}

TEST_F(RequestClockTest, AHookIsAnAddressThatTheLogDoesNotShow) {
  RequestClock clock(*state_);
  EXPECT_EQ(clock.SetHook("ftp://x", "cli:ada").code(), StatusCode::kInvalid);
  ASSERT_TRUE(clock.SetHook("https://hooks.example/secret-path", "cli:ada").ok());
  EXPECT_EQ(*clock.Hook(), "https://hooks.example/secret-path");
  EXPECT_EQ(EntriesOf("secret-path"), 0);
  EXPECT_EQ(EntriesOf("configuration.changed"), 1);
  ASSERT_TRUE(clock.SetHook("", "cli:ada").ok());
  EXPECT_TRUE(clock.Hook()->empty());
}

TEST_F(RequestClockTest, WhatATerminalWasToldIsToldToTheHookTooAndOnce) {
  const std::string request = OpenErasure();
  RequestClock clock(*state_);
  clock_.Advance(25 * kDay);
  ASSERT_EQ(Warn().size(), 1U) << "a command on the state";
  EXPECT_TRUE(clock.ForHook()->empty()) << "there is no hook";
  ASSERT_TRUE(clock.SetHook("http://hooks.example/x", "cli:ada").ok());
  const std::vector<DueWarning> near = *clock.ForHook();
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near[0].request, request);
  EXPECT_TRUE(clock.ForHook()->empty()) << "once";
  clock_.Advance(10 * kDay);
  Restart();
  const std::vector<DueWarning> late = *RequestClock(*state_).ForHook();
  ASSERT_EQ(late.size(), 1U);
  EXPECT_TRUE(late[0].late);
  EXPECT_TRUE(RequestClock(*state_).ForHook()->empty());
}

}  // namespace
}  // namespace signet::coordinator
