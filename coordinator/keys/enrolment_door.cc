#include "coordinator/keys/enrolment_door.h"

#include <optional>
#include <utility>

#include "workers/protocol/enrolment_frame.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int kFramesPerTurnMax = 16;

}  // namespace

Result<std::unique_ptr<EnrolmentDoor>> EnrolmentDoor::Open(const std::string& endpoint,
                                                           const workers::CurveKeyPair& identity,
                                                           Redeem redeem,
                                                           Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<workers::CurveServerChannel> channel,
                   workers::ListenForNewcomers(endpoint, identity));
  return std::unique_ptr<EnrolmentDoor>(
      new EnrolmentDoor(std::move(channel), std::move(redeem), clock));
}

void EnrolmentDoor::Answer(const workers::Incoming& incoming) {
  const Result<SecretBytes> token = workers::DecodeEnrolRequest(incoming.frame);
  if (!token.ok()) return;  // not one of ours: no answer
  const Result<Json> redeemed = redeem_(*token, incoming.identity);
  const std::string name = redeemed.ok() ? (*redeemed)["name"].AsString() : std::string();
  // Whoever is gone by now can look whether its key is let in.
  static_cast<void>(
      channel_->Send(incoming.peer, workers::EncodeEnrolAnswer(redeemed.status(), name)));
}

Status EnrolmentDoor::Turn() {
  for (int i = 0; i < kFramesPerTurnMax; ++i) {
    ASSIGN_OR_RETURN(std::optional<workers::Incoming> incoming, channel_->Receive());
    if (!incoming) return OkStatus();
    const int64_t second = clock_.MonotonicMicros() / kMicrosPerSecond;
    if (second != std::exchange(second_, second)) requests_ = 0;
    if (++requests_ <= kRequestsPerSecondMax) Answer(*incoming);
    Wipe(incoming->frame.data(), incoming->frame.size());
  }
  return OkStatus();
}

}  // namespace signet::coordinator
