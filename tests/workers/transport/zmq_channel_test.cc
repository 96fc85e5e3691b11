#include "workers/transport/zmq_channel.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/workers/transport/channel_contract.h"

namespace signet::workers {
namespace {

class CurveTest : public testing::Test {
 protected:
  void Listen(const std::vector<CurvePublicKey>& allowed) {
    auto channel = ListenWithCurve("tcp://127.0.0.1:*", server_, allowed);
    ASSERT_TRUE(channel.ok()) << channel.status().ToString();
    channel_ = std::move(*channel);
  }
  std::unique_ptr<ClientChannel> Connect(const CurveKeyPair& key, const CurvePublicKey& server) {
    CurveKeyPair copy{key.public_key, key.secret_key.Clone()};
    auto client = ConnectWithCurve(channel_->endpoint(), server, std::move(copy));
    EXPECT_TRUE(client.ok());
    return std::move(*client);
  }
  CurveKeyPair server_ = CurveKeyPair::Generate().value();
  CurveKeyPair worker_ = CurveKeyPair::Generate().value();
  CurveKeyPair stranger_ = CurveKeyPair::Generate().value();
  std::unique_ptr<CurveServerChannel> channel_;
};

TEST_F(CurveTest, AnEnrolledKeyTalksAndIsNamedByItsKey) {
  Listen({worker_.public_key});
  const auto client = Connect(worker_, server_.public_key);
  TalkBothWays(*channel_, *client, worker_.public_key.Text());
}

TEST_F(CurveTest, AKeyThatIsNotOnTheListIsNeverHeard) {
  Listen({worker_.public_key});
  const auto client = Connect(stranger_, server_.public_key);
  SendSoon(*client, "let me in", 300);
  EXPECT_FALSE(Await(*channel_, 300).has_value());
  const Refusals refused = channel_->TakeRefusals();
  EXPECT_GE(refused.count, 1U);
  EXPECT_EQ(refused.keys, std::vector<CurvePublicKey>{stranger_.public_key}) << "once each";
  const auto good = Connect(worker_, server_.public_key);
  TalkBothWays(*channel_, *good, worker_.public_key.Text());
}

TEST_F(CurveTest, AForbiddenKeyCannotConnectAgain) {
  Listen({worker_.public_key});
  channel_->Forbid(worker_.public_key);
  const auto client = Connect(worker_, server_.public_key);
  SendSoon(*client, "again", 300);
  EXPECT_FALSE(Await(*channel_, 300).has_value());
}

TEST_F(CurveTest, AWorkerDoesNotTalkToAnImpostorOfTheCoordinator) {
  Listen({worker_.public_key});
  const auto client = Connect(worker_, stranger_.public_key);
  SendSoon(*client, "secret", 300);
  EXPECT_FALSE(Await(*channel_, 300).has_value());
}

TEST_F(CurveTest, WakeEndsAWaitFromAnotherThread) {
  Listen({});
  channel_->Wake();
  const int64_t began = g_clock.MonotonicMicros();
  channel_->Wait(1'000'000);
  EXPECT_LT(g_clock.MonotonicMicros() - began, 900'000);
}

TEST_F(CurveTest, ABadAddressIsInvalid) {
  EXPECT_EQ(ListenWithCurve("nonsense", server_, {}).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::workers
