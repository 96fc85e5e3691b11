#include "coordinator/cli/standing_duties.h"

#include <utility>

#include "coordinator/keys/key_desk.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

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

bool StandingDuties::Due(int64_t& last, int64_t seconds) const {
  const int64_t now = clock_.MonotonicMicros();
  if (last != 0 && now - last < seconds * kMicrosPerSecond) return false;
  last = now;
  return true;
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

void StandingDuties::Turn() {
  list_.Follow(coordinator_, clock_);
  if (door_) Told("enrolment", door_->Turn());
  if (Due(folded_, kFoldSeconds)) Told("reads", state_.FoldAccess());
  if (Due(settings_, kSettingsSeconds)) Told("settings", state_.NoteSettings());
  if (Due(signed_, kCheckpointSeconds)) {
    Told("checkpoint", state_.audit().SignCheckpoint().status());
  }
}

}  // namespace signet::coordinator
