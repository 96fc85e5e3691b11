/// Which connection is which worker.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "workers/protocol/message.h"
#include "workers/transport/channel.h"

namespace signet::coordinator {

struct WorkerSession {
  WorkerId worker;
  workers::PeerId peer;
  std::string identity;
  uint64_t boot = 0;
  uint64_t register_seq = 0;
};

/// At most one session for each authenticated identity and for each connection.
class WorkerSessions {
 public:
  /// The id under which the scheduler knows the worker: its own name for people and as much of its
  /// authenticated key as makes it unique, so that no worker can pose as another.
  static WorkerId IdOf(const std::string& name, const std::string& identity);

  /// Notes a registration. False when it is an old one, seen again or late (then nothing changes).
  bool Register(const workers::Incoming& from, const workers::Register& hello, uint64_t seq);
  /// The session of this connection, or nullptr.
  [[nodiscard]] const WorkerSession* ByPeer(const workers::PeerId& peer) const;
  [[nodiscard]] const WorkerSession* ByWorker(const WorkerId& worker) const;
  [[nodiscard]] const WorkerSession* ByIdentity(const std::string& identity) const;
  void Remove(const WorkerId& worker);
  [[nodiscard]] std::vector<WorkerSession> all() const;

 private:
  std::map<std::string, WorkerSession> by_identity_;
  std::map<workers::PeerId, std::string> identity_by_peer_;
  std::map<WorkerId, std::string> identity_by_worker_;
};

}  // namespace signet::coordinator
