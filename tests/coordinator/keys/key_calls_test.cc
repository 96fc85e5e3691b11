#include "coordinator/keys/key_calls.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class KeyCallsTest : public StateWorld {
 protected:
  Result<Json> Call(const std::string& verb, const Json& arguments) {
    return PerformKeyCall(*state_, "operator:ada", verb, arguments);
  }
};

TEST_F(KeyCallsTest, AMembersWholeLife) {
  const std::string first(64, 'a');
  const std::string second(64, 'b');
  const Json who = Json::Of({{"kind", "client"}, {"name", "mail"}});
  Json invite = who;
  invite.Set("labels", Json::Of({{"recipient", "email_platform"}})).Set("valid_s", 3600);
  const auto invited = Call("invite", invite);
  ASSERT_TRUE(invited.ok()) << invited.status().ToString();
  ASSERT_TRUE(
      Call("redeem", Json::Of({{"token", (*invited)["token"].AsString()}, {"key", first}})).ok());
  // Rotation: the next key beside the first, then the first is retired.
  Json next = who;
  next.Set("valid_s", 3600);
  const auto again = Call("invite", next);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_TRUE(
      Call("redeem", Json::Of({{"token", (*again)["token"].AsString()}, {"key", second}})).ok());
  const std::string both(AsText(ReadFile(state_->serving() / "clients.note").value()));
  EXPECT_NE(both.find(first + " email_platform mail"), std::string::npos);
  EXPECT_NE(both.find(second + " email_platform mail"), std::string::npos);
  Json retire = who;
  retire.Set("key", first);
  ASSERT_TRUE(Call("retire", retire).ok());
  ASSERT_TRUE(Call("revoke", who).ok());
  const std::string none(AsText(ReadFile(state_->serving() / "clients.note").value()));
  EXPECT_EQ(none.find(second), std::string::npos) << "revoked: nobody is let in";
  const auto list = Call("list", Json(Json::Object()));
  ASSERT_TRUE(list.ok());
  EXPECT_EQ((*list)["members"].size(), 1U);
  EXPECT_EQ((*state_->audit().Entry(0))["actor"].AsString(), "operator:ada");
}

TEST_F(KeyCallsTest, RotatesAndRefusesWhatNeedsTheStateToItself) {
  EXPECT_TRUE(Call("rotate", Json::Of({{"why", "yearly"}})).ok());
  EXPECT_EQ(Call("root", Json(Json::Object())).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(Call("invite", Json::Of({{"kind", "king"}})).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(Call("redeem", Json::Of({{"token", "NO"}, {"key", "NO"}})).status().code(),
            StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::coordinator
