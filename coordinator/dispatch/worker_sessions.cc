#include "coordinator/dispatch/worker_sessions.h"

#include <string>
#include <vector>

namespace signet::coordinator {

namespace {

constexpr size_t kNameCharsMax = 40;
constexpr size_t kKeyChars = 12;

}  // namespace

WorkerId WorkerSessions::IdOf(const std::string& name, const std::string& identity) {
  std::string text;
  for (const char c : name.substr(0, kNameCharsMax)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    text.push_back(plain ? c : '_');
  }
  return WorkerId(text + "#" + identity.substr(0, kKeyChars));
}

bool WorkerSessions::Register(const workers::Incoming& from,
                              const workers::Register& hello,
                              uint64_t seq) {
  const auto old = by_identity_.find(from.identity);
  if (old != by_identity_.end()) {
    if (old->second.boot == hello.boot && seq <= old->second.register_seq) return false;
    identity_by_peer_.erase(old->second.peer);
    identity_by_worker_.erase(old->second.worker);
  }
  WorkerSession session;
  session.worker = IdOf(hello.name, from.identity);
  session.peer = from.peer;
  session.identity = from.identity;
  session.boot = hello.boot;
  session.register_seq = seq;
  identity_by_peer_[session.peer] = from.identity;
  identity_by_worker_[session.worker] = from.identity;
  by_identity_[from.identity] = std::move(session);
  return true;
}

const WorkerSession* WorkerSessions::ByIdentity(const std::string& identity) const {
  const auto found = by_identity_.find(identity);
  return found == by_identity_.end() ? nullptr : &found->second;
}

const WorkerSession* WorkerSessions::ByPeer(const workers::PeerId& peer) const {
  const auto found = identity_by_peer_.find(peer);
  return found == identity_by_peer_.end() ? nullptr : ByIdentity(found->second);
}

const WorkerSession* WorkerSessions::ByWorker(const WorkerId& worker) const {
  const auto found = identity_by_worker_.find(worker);
  return found == identity_by_worker_.end() ? nullptr : ByIdentity(found->second);
}

void WorkerSessions::Remove(const WorkerId& worker) {
  const auto found = identity_by_worker_.find(worker);
  if (found == identity_by_worker_.end()) return;
  const auto session = by_identity_.find(found->second);
  identity_by_peer_.erase(session->second.peer);
  by_identity_.erase(session);
  identity_by_worker_.erase(found);
}

std::vector<WorkerSession> WorkerSessions::all() const {
  std::vector<WorkerSession> sessions;
  for (const auto& session : by_identity_) sessions.push_back(session.second);
  return sessions;
}

}  // namespace signet::coordinator
