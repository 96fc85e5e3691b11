/// EnrolmentDoor: where newcomers redeem invitations over the network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "workers/transport/zmq_channel.h"

namespace signet::coordinator {

/// A CURVE endpoint of its own: anybody may connect, nobody can do more than bring a token. What is
/// pinned is the key that the connection has proved, so a token that was stolen on its way is of no
/// use to who cannot also take the place of the newcomer, and a used one is of no use to anybody.
/// Belongs to the thread of the state.
class EnrolmentDoor {
 public:
  /// Redeems `token` for `key` (Z85): KeyDesk::Redeem, which logs success and refusal.
  using Redeem = std::function<Result<Json>(const SecretBytes& token, const std::string& key)>;
  /// So many requests are looked at in one second; others get no answer. Tokens have 256 bits.
  static constexpr int kRequestsPerSecondMax = 20;

  /// Listens on `endpoint` as the coordinator's `identity`. kUnavailable, kInvalid with a remedy.
  static Result<std::unique_ptr<EnrolmentDoor>> Open(const std::string& endpoint,
                                                     const workers::CurveKeyPair& identity,
                                                     Redeem redeem,
                                                     Clock& clock);
  /// Answers what has arrived; never waits.
  Status Turn();
  [[nodiscard]] std::string endpoint() const { return channel_->endpoint(); }

 private:
  EnrolmentDoor(std::unique_ptr<workers::CurveServerChannel> channel, Redeem redeem, Clock& clock)
      : channel_(std::move(channel)), redeem_(std::move(redeem)), clock_(clock) {}

  void Answer(const workers::Incoming& incoming);

  std::unique_ptr<workers::CurveServerChannel> channel_;
  Redeem redeem_;
  Clock& clock_;
  int64_t second_ = 0;
  int requests_ = 0;  ///< in that second
};

}  // namespace signet::coordinator
