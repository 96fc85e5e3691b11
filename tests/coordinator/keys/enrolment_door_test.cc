#include "coordinator/keys/enrolment_door.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/keys/key_desk.h"
#include "tests/coordinator/binding/state_world.h"
#include "workers/agent/enrolment.h"
#include "workers/protocol/enrolment_frame.h"

namespace signet::coordinator {
namespace {

class EnrolmentDoorTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    const auto redeem = [this](const SecretBytes& token, const std::string& key) {
      ++asked_;
      return KeyDesk(*state_, "newcomer:" + key).Redeem(AsText(token.ExposeSecret()), key);
    };
    auto opened = EnrolmentDoor::Open("tcp://127.0.0.1:*", identity_, redeem, system_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    door_ = std::move(opened).value();
  }
  SecretBytes Invite(const std::string& name) {
    SecretBytes token;
    EXPECT_TRUE(KeyDesk(*state_, "cli:ada")
                    .Invite(crypto::MemberKind::kWorker, name, {{"region", "eu"}}, 3600, token)
                    .ok());
    return token;
  }
  /// A newcomer in a thread of its own, while this thread owns the state.
  Result<std::string> Bring(const SecretBytes& token, workers::CurveKeyPair key) {
    Result<std::string> name = Internal("not asked");
    std::atomic<bool> over = false;
    std::jthread newcomer([&] {
      const auto channel =
          workers::ConnectWithCurve(door_->endpoint(), identity_.public_key, std::move(key))
              .value();
      name = workers::RedeemInvitation(*channel, token, system_, /*patience_ms=*/10'000);
      over = true;
    });
    while (!over) {
      EXPECT_TRUE(door_->Turn().ok());
      std::this_thread::yield();
    }
    newcomer.join();
    return name;
  }

  SystemClock system_;
  workers::CurveKeyPair identity_ = workers::CurveKeyPair::Generate().value();
  std::unique_ptr<EnrolmentDoor> door_;
  int asked_ = 0;
};

TEST_F(EnrolmentDoorTest, ATokenPinsTheNewcomersKeyOnceAndTheLogSaysSo) {
  const SecretBytes token = Invite("w1");
  workers::CurveKeyPair mine = workers::CurveKeyPair::Generate().value();
  const std::string key = mine.public_key.Text();
  const Result<std::string> name = Bring(token, std::move(mine));
  ASSERT_TRUE(name.ok()) << name.status().ToString();
  EXPECT_EQ(*name, "w1");
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_EQ(entry["type"].AsString(), "key.enrolled");
  EXPECT_EQ(entry["actor"].AsString(), "newcomer:" + key);
  EXPECT_EQ(entry["facts"]["key"].AsString(), key);
  // Used up: whoever saw it go by comes too late.
  EXPECT_EQ(Bring(token, workers::CurveKeyPair::Generate().value()).status().code(),
            StatusCode::kDenied);
  EXPECT_EQ((*state_->audit().Entry(state_->audit().size() - 1))["type"].AsString(), "key.denied");
}

TEST_F(EnrolmentDoorTest, AnswersNothingButRequestsAndOnlySoManyASecond) {
  const auto channel =
      workers::ConnectWithCurve(
          door_->endpoint(), identity_.public_key, workers::CurveKeyPair::Generate().value())
          .value();
  const Bytes wrong =
      workers::EncodeEnrolRequest(SecretBytes::CopyOf(AsBytes("NOTATOKENOFTHISSTATE")));
  int sent = 0;
  while (sent < 200) {
    if (channel->Send(sent % 2 == 0 ? ByteView(wrong) : AsBytes("rubbish")).ok()) ++sent;
    EXPECT_TRUE(door_->Turn().ok());
  }
  const int64_t until = system_.MonotonicMicros() + 300'000;
  while (system_.MonotonicMicros() < until) EXPECT_TRUE(door_->Turn().ok());
  EXPECT_GT(asked_, 0);
  // The clock may have passed into other seconds meanwhile; far fewer than were sent either way.
  EXPECT_LE(asked_, 3 * EnrolmentDoor::kRequestsPerSecondMax);
}

}  // namespace
}  // namespace signet::coordinator
