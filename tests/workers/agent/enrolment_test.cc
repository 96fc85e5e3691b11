#include "workers/agent/enrolment.h"

#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "workers/protocol/enrolment_frame.h"
#include "workers/transport/zmq_channel.h"

namespace signet::workers {
namespace {

/// A door that knows one token.
class Door {
 public:
  explicit Door(std::string token) : token_(std::move(token)) {
    channel_ = ListenForNewcomers("tcp://127.0.0.1:*", identity_).value();
    thread_ = std::jthread([this] { Serve(); });
  }
  ~Door() {
    stop_ = true;
    channel_->Wake();
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  [[nodiscard]] std::string endpoint() const { return channel_->endpoint(); }
  [[nodiscard]] CurvePublicKey key() const { return identity_.public_key; }
  /// The key that was shown with the token.
  [[nodiscard]] std::string pinned() {
    thread_.join();
    return pinned_;
  }

 private:
  void Serve() {
    while (!stop_) {
      channel_->Wait(100'000);
      const auto incoming = channel_->Receive();
      if (!incoming.ok() || !incoming->has_value()) continue;
      const auto token = DecodeEnrolRequest((*incoming)->frame);
      const bool known = token.ok() && AsText(token->ExposeSecret()) == token_;
      if (known) pinned_ = (*incoming)->identity;
      const Bytes answer =
          EncodeEnrolAnswer(known ? OkStatus() : Denied("no such invitation"), "w1");
      EXPECT_TRUE(channel_->Send((*incoming)->peer, answer).ok());
      if (known) return;
    }
  }

  std::string token_;
  CurveKeyPair identity_ = CurveKeyPair::Generate().value();
  std::unique_ptr<CurveServerChannel> channel_;
  std::atomic<bool> stop_ = false;
  std::string pinned_;
  std::jthread thread_;
};

TEST(Enrolment, TheTokenPinsTheKeyThatTheConnectionHasProved) {
  Door door("TOKEN");
  CurveKeyPair mine = CurveKeyPair::Generate().value();
  const std::string key = mine.public_key.Text();
  const auto channel = ConnectWithCurve(door.endpoint(), door.key(), std::move(mine)).value();
  SystemClock clock;
  EXPECT_EQ(
      RedeemInvitation(*channel, SecretBytes::CopyOf(AsBytes("OTHER")), clock).status().code(),
      StatusCode::kDenied);
  EXPECT_EQ(*RedeemInvitation(*channel, SecretBytes::CopyOf(AsBytes("TOKEN")), clock), "w1");
  EXPECT_EQ(door.pinned(), key);
}

TEST(Enrolment, AnImpostorOfTheCoordinatorLearnsNoToken) {
  Door door("TOKEN");
  const CurvePublicKey another = CurveKeyPair::Generate().value().public_key;
  const auto channel =
      ConnectWithCurve(door.endpoint(), another, CurveKeyPair::Generate().value()).value();
  SystemClock clock;
  EXPECT_EQ(
      RedeemInvitation(*channel, SecretBytes::CopyOf(AsBytes("TOKEN")), clock, /*patience_ms=*/300)
          .status()
          .code(),
      StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::workers
