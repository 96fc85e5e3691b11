#include "workers/transport/channel.h"

#include <memory>
#include <set>
#include <string>

#include "crypto/base/clock.h"
#include "workers/transport/curve.h"
#include "workers/transport/in_process.h"
#include "workers/transport/zmq_channel.h"

namespace signet::workers {
namespace {

SystemClock g_clock;

/// Waits for a frame, at most 5 s.
std::optional<Incoming> Await(ServerChannel& server, int64_t millis = 5'000) {
  const int64_t until = g_clock.MonotonicMicros() + millis * 1'000;
  while (g_clock.MonotonicMicros() < until) {
    auto incoming = server.Receive();
    if (incoming.ok() && incoming->has_value()) return std::move(**incoming);
    server.Wait(10'000);
  }
  return std::nullopt;
}

std::optional<Bytes> Await(ClientChannel& client) {
  const int64_t until = g_clock.MonotonicMicros() + 5'000'000;
  while (g_clock.MonotonicMicros() < until) {
    auto frame = client.Receive();
    if (frame.ok() && frame->has_value()) return **frame;
    client.Wait(10'000, {});
  }
  return std::nullopt;
}

/// Until the handshake is over frames are refused.
void SendSoon(ClientChannel& client, std::string_view text, int64_t millis = 5'000) {
  const int64_t until = g_clock.MonotonicMicros() + millis * 1'000;
  while (!client.Send(AsBytes(text)).ok() && g_clock.MonotonicMicros() < until)
    client.Wait(5'000, {});
}

/// The contract of channels, for each form.
void TalkBothWays(ServerChannel& server, ClientChannel& client, const std::string& identity) {
  SendSoon(client, "hello");
  const auto incoming = Await(server);
  ASSERT_TRUE(incoming.has_value());
  EXPECT_EQ(AsText(incoming->frame), "hello");
  EXPECT_EQ(incoming->identity, identity);
  ASSERT_TRUE(server.Send(incoming->peer, AsBytes("welcome")).ok());
  const auto answer = Await(client);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(AsText(*answer), "welcome");
  EXPECT_EQ(server.Send("nobody", AsBytes("x")).code(), StatusCode::kUnavailable);
  EXPECT_FALSE((*server.Receive()).has_value());
}

TEST(InProcess, CarriesFramesBothWays) {
  const auto hub = InProcessHub::Create();
  const auto server = hub->Serve();
  const auto client = hub->Connect("key-1");
  TalkBothWays(*server, *client, "key-1");
}

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

TEST(CurvePublicKey, TextComesBackAndNothingElsePasses) {
  const CurveKeyPair pair = CurveKeyPair::Generate().value();
  EXPECT_EQ(*CurvePublicKey::FromText(pair.public_key.Text()), pair.public_key);
  const CurveKeyPair same = CurveKeyPair::FromSecret(pair.secret_key.Clone()).value();
  EXPECT_EQ(same.public_key, pair.public_key);
  for (const char* bad : {"",
                          "short",
                          "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
                          "########################################"}) {
    EXPECT_FALSE(CurvePublicKey::FromText(bad).ok()) << bad;
  }
  EXPECT_FALSE(CurveKeyPair::FromSecret(SecretBytes(31)).ok());
}

}  // namespace
}  // namespace signet::workers
