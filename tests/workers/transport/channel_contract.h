/// What every form of channel must do.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "crypto/base/clock.h"
#include "workers/transport/channel.h"

namespace signet::workers {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): it has no state
inline SystemClock g_clock;

/// Waits for a frame, at most 5 s.
inline std::optional<Incoming> Await(ServerChannel& server, int64_t millis = 5'000) {
  const int64_t until = g_clock.MonotonicMicros() + millis * 1'000;
  while (g_clock.MonotonicMicros() < until) {
    auto incoming = server.Receive();
    if (incoming.ok() && incoming->has_value()) return std::move(**incoming);
    server.Wait(10'000);
  }
  return std::nullopt;
}

inline std::optional<Bytes> Await(ClientChannel& client) {
  const int64_t until = g_clock.MonotonicMicros() + 5'000'000;
  while (g_clock.MonotonicMicros() < until) {
    auto frame = client.Receive();
    if (frame.ok() && frame->has_value()) return **frame;
    client.Wait(10'000, {});
  }
  return std::nullopt;
}

/// Until the handshake is over frames are refused.
inline void SendSoon(ClientChannel& client, std::string_view text, int64_t millis = 5'000) {
  const int64_t until = g_clock.MonotonicMicros() + millis * 1'000;
  while (!client.Send(AsBytes(text)).ok() && g_clock.MonotonicMicros() < until) {
    client.Wait(5'000, {});
  }
}

/// The contract of channels, for each form.
inline void TalkBothWays(ServerChannel& server,
                         ClientChannel& client,
                         const std::string& identity) {
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

}  // namespace signet::workers
