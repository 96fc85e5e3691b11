#include "coordinator/cli/standing_duties.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "coordinator/keys/key_desk.h"
#include "crypto/base/log.h"
#include "crypto/keys/enrolment.h"

namespace signet::coordinator {
namespace {}  // namespace

Status StandingDuties::Begin(size_t runs) {
  crypto::AuditEvent event;
  event.type = "state.opened";
  event.actor = "coordinator";
  event.action = "open";
  event.facts = Json::Of({{"version", "0.1.0"}, {"runs", runs}});
  return state_.audit().Record(event).status();
}

Status StandingDuties::OpenDoor(const std::string& endpoint,
                                const workers::CurveKeyPair& identity) {
  const auto redeem = [this](const SecretBytes& token, const std::string& key) {
    return KeyDesk(state_, "newcomer:" + key).Redeem(AsText(token.ExposeSecret()), key);
  };
  ASSIGN_OR_RETURN(door_, EnrolmentDoor::Open(endpoint, identity, redeem, clock_));
  return OkStatus();
}

void StandingDuties::Told(const char* what, const Status& status) {
  if (status.ok()) {
    if (failing_ == what) failing_.clear();
    return;
  }
  if (std::exchange(failing_, what) == what) return;
  signet::Log(LogLevel::kWarning,
              "a standing duty failed",
              Json::Of({{"duty", what}, {"status", status.ToString()}}));
}

Status StandingDuties::NoteRefusals() {
  workers::Refusals more = coordinator_.TakeRefusals();
  refused_.count += more.count;
  for (const workers::CurvePublicKey& key : more.keys) {
    const bool known =
        std::find(refused_.keys.begin(), refused_.keys.end(), key) != refused_.keys.end();
    if (!known && refused_.keys.size() < workers::Refusals::kKeysMax) refused_.keys.push_back(key);
  }
  if (refused_.count == 0 || !refusals_.Due(clock_)) return OkStatus();
  const workers::Refusals told = std::exchange(refused_, workers::Refusals{});
  std::set<std::string> keys;
  for (const workers::CurvePublicKey& key : told.keys) keys.insert(key.Text());
  crypto::EnrolmentBook book(state_.store(), state_.entropy(), state_.clock());
  ASSIGN_OR_RETURN(const std::vector<crypto::Member> members, book.All());
  Json revoked{Json::Array()};
  for (const crypto::Member& member : members) {
    const bool knocked =
        member.kind == crypto::MemberKind::kWorker && member.revoked.has_value() &&
        std::any_of(member.keys.begin(), member.keys.end(), [&keys](const crypto::PinnedKey& key) {
          return keys.contains(key.key);
        });
    if (knocked) revoked.Push(member.name);
  }
  crypto::AuditEvent event;
  event.type = "login.refused";
  event.actor = "stranger";
  event.action = "join as a worker";
  event.facts = Json::Of({{"by", "curve key"}, {"count", told.count}, {"keys", told.keys.size()}});
  if (!revoked.items().empty()) event.facts.Set("revoked", std::move(revoked));
  return state_.audit().Record(event).status();
}

void StandingDuties::Turn() {
  list_.Follow(coordinator_, clock_);
  Told("refusals", NoteRefusals());
  if (door_) Told("enrolment", door_->Turn());
  if (folded_.Due(clock_)) Told("reads", state_.FoldAccess());
  if (settings_.Due(clock_)) Told("settings", state_.NoteSettings());
  if (signed_.Due(clock_)) {
    Told("checkpoint", state_.audit().SignCheckpoint().status());
  }
}

}  // namespace signet::coordinator
