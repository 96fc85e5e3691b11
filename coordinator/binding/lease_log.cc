#include "coordinator/binding/lease_log.h"

#include <optional>

#include "crypto/audit/audit_event.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

/// The digest of the policy under which the last pipeline was accepted (plan_notes.cc).
constexpr char kPolicyKey[] = "state/policy_bound";
constexpr size_t kDigestChars = 64;

}  // namespace

Status LeaseLog::Append(const std::string& type, Json facts, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> policy, state_.store().Get(kPolicyKey));
  crypto::AuditEvent event;
  event.type = type;
  event.actor = "coordinator";
  event.action = type.substr(type.find('.') + 1);
  event.run = run_.text();
  // Before the first pipeline there is no policy: a digest that is of none.
  event.policy = policy ? std::string(AsText(*policy)) : std::string(kDigestChars, '0');
  event.why = why_;
  event.facts = std::move(facts);
  return state_.audit().Append(event, batch).status();
}

bool LeaseLog::BeforeWrite(crypto::WriteBatch& batch) {
  if (leases_.empty()) return false;
  const Status noted = leases_.Flush(
      [&](const std::string& type, Json facts) { return Append(type, std::move(facts), batch); });
  if (!noted.ok()) {
    Log(LogLevel::kError,
        "entries of the log wait for the next write",
        Json::Of({{"run", run_.text()}, {"why", noted.ToString()}}));
  }
  return true;
}

void LeaseLog::RunFinished(crypto::WriteBatch& batch) {
  leases_.ExpireAll();
  BeforeWrite(batch);
}

void LeaseLog::BatchWritten(bool durable) {
  // Also for entries of others in the same batch: what follows may append again.
  const Status told =
      state_.audit().Committed(durable ? OkStatus() : Unavailable("batch not written"));
  if (told.ok()) return;
  Log(LogLevel::kError, "audit log lost its place", Json::Of({{"why", told.ToString()}}));
}

}  // namespace signet::coordinator
