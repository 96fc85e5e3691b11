/// Enrolment: a worker redeems its invitation over the network.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "workers/transport/channel.h"

namespace signet::workers {

/// Brings `token` to the door at the other end of `door` (connected with the worker's own key,
/// which is what gets pinned) and returns the member's name. kDenied for a token that is unknown,
/// used or too old; kUnavailable when nobody answers within `patience_ms`; then the token may be
/// used up.
Result<std::string> RedeemInvitation(ClientChannel& door,
                                     const SecretBytes& token,
                                     Clock& clock,
                                     int64_t patience_ms = 30'000);

}  // namespace signet::workers
