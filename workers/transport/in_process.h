/// A channel within the process: for tests and programs without a network.
#pragma once

#include <memory>
#include <string>

#include "workers/transport/channel.h"

namespace signet::workers {

/// The meeting point of one server end and any number of client ends. Thread-safe.
class InProcessHub {
 public:
  static std::shared_ptr<InProcessHub> Create();
  virtual ~InProcessHub() = default;
  /// Once. The hub may be shared: the ends keep it alive.
  virtual std::unique_ptr<ServerChannel> Serve() = 0;
  /// `identity` is what the server sees as authenticated.
  virtual std::unique_ptr<ClientChannel> Connect(std::string identity) = 0;
};

}  // namespace signet::workers
