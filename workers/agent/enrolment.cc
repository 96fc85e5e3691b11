#include "workers/agent/enrolment.h"

#include <optional>

#include "workers/protocol/enrolment_frame.h"

namespace signet::workers {
namespace {

constexpr int64_t kWaitMicros = 50'000;

}  // namespace

Result<std::string> RedeemInvitation(ClientChannel& door,
                                     const SecretBytes& token,
                                     Clock& clock,
                                     int64_t patience_ms) {
  Bytes request = EncodeEnrolRequest(token);
  const int64_t deadline = clock.MonotonicMicros() + patience_ms * 1'000;
  bool sent = false;
  Status answer = Unavailable("no enrolment door answers there")
                      .WithRemedy(
                          "check the address, the coordinator's key and that it was started "
                          "with --enrol");
  while (clock.MonotonicMicros() < deadline) {
    // Refused until the connection is authenticated.
    if (!sent) sent = door.Send(request).ok();
    ASSIGN_OR_RETURN(const std::optional<Bytes> frame, door.Receive());
    if (frame) {
      Wipe(request.data(), request.size());
      return DecodeEnrolAnswer(*frame);
    }
    door.Wait(kWaitMicros, {});
  }
  Wipe(request.data(), request.size());
  return answer;
}

}  // namespace signet::workers
