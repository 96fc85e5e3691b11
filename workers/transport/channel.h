/// Channel: how frames travel between the coordinator and its workers, whatever carries them.
///
/// Three forms: tcp with CURVE (zmq_channel.h), in-process (in_process.h), simulated (by the
/// simulator). All deliver whole frames or nothing, may lose frames when a connection breaks, and
/// promise no order across connections.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::workers {

/// One connection of one worker; a reconnect gives another PeerId.
using PeerId = std::string;

struct Incoming {
  PeerId peer;
  /// Who it is, authenticated by the channel: the CURVE public key's text over tcp.
  std::string identity;
  Bytes frame;
};

/// The coordinator's end. Belongs to one thread, but Wake.
class ServerChannel {
 public:
  virtual ~ServerChannel() = default;
  /// kUnavailable when the peer is gone or its queue is full (nothing was queued).
  virtual Status Send(const PeerId& peer, ByteView frame) = 0;
  /// The next frame that has arrived, or nothing; never waits.
  virtual Result<std::optional<Incoming>> Receive() = 0;
  /// Waits until a frame is there, Wake() was called or `micros` have passed.
  virtual void Wait(int64_t micros) = 0;
  /// Ends a Wait. Any thread.
  virtual void Wake() = 0;
};

/// A worker's end. Belongs to one thread.
class ClientChannel {
 public:
  virtual ~ClientChannel() = default;
  /// kUnavailable when the queue is full (nothing was queued).
  virtual Status Send(ByteView frame) = 0;
  virtual Result<std::optional<Bytes>> Receive() = 0;
  /// Waits until a frame is there, one of `descriptors` is readable or `micros` have passed.
  virtual void Wait(int64_t micros, std::span<const int> descriptors) = 0;
  /// Drops the connection and connects anew (queued frames are lost).
  virtual Status Reconnect() = 0;
};

}  // namespace signet::workers
