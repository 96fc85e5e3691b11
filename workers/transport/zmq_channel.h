/// Channels over ZeroMQ: ROUTER and DEALER on tcp with CURVE (RFC 26), authenticated by ZAP (RFC
/// 27).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "workers/transport/channel.h"
#include "workers/transport/curve.h"

namespace signet::workers {

/// The coordinator's tcp channel: only keys on the allow-list get through the handshake, and every
/// frame carries the key that was authenticated.
class CurveServerChannel : public ServerChannel {
 public:
  /// Any thread. Takes effect for new connections; see Coordinator::Expel for live ones.
  virtual void Allow(const CurvePublicKey& worker) = 0;
  virtual void Forbid(const CurvePublicKey& worker) = 0;
  /// Those refused since it was last asked. Any thread.
  virtual Refusals TakeRefusals() = 0;
  /// The address with the real port.
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual CurvePublicKey public_key() const = 0;
};

/// Listens on `endpoint` ("tcp://127.0.0.1:*" picks a free port). kUnavailable with a remedy when
/// the port is taken, kInvalid for a bad address.
Result<std::unique_ptr<CurveServerChannel>> ListenWithCurve(
    const std::string& endpoint,
    const CurveKeyPair& identity,
    const std::vector<CurvePublicKey>& allowed);

/// The door where newcomers bring their invitation: any key gets through the handshake, the frames
/// carry the key that was authenticated, and whoever reads them decides. Nothing else may listen
/// there.
Result<std::unique_ptr<CurveServerChannel>> ListenForNewcomers(const std::string& endpoint,
                                                               const CurveKeyPair& identity);

/// Connects (in the background, and again whenever the connection breaks) to the coordinator that
/// holds `server`'s secret key; nobody else can answer.
Result<std::unique_ptr<ClientChannel>> ConnectWithCurve(const std::string& endpoint,
                                                        const CurvePublicKey& server,
                                                        CurveKeyPair identity);

}  // namespace signet::workers
