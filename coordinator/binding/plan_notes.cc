// PlanBinder's half that tells the log.

#include <optional>
#include <string>
#include <utility>

#include "coordinator/binding/plan_binder.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

/// The digest of the policy under which the last run was accepted.
constexpr char kPolicyKey[] = "state/policy_bound";

}  // namespace

Status PlanBinder::Audit(const std::string& type, Json facts, crypto::WriteBatch& batch) {
  crypto::AuditEvent event;
  event.type = type;
  event.actor = "coordinator";
  event.action = type.substr(type.find('.') + 1);
  event.run = run_.text();
  event.policy = plan_.policy_digest;
  // What a person asked for carries their name.
  if (type == "run.started" || type == "plan.bound" || type == "policy.bound") event.actor = who_;
  event.facts = std::move(facts);
  TRY(state_.audit().Append(event, batch).status());
  audited_ = true;
  return OkStatus();
}

Status PlanBinder::LogPolicy(crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> bound, state_.store().Get(kPolicyKey));
  if (bound && AsText(*bound) == plan_.policy_digest) return OkStatus();
  Json names{Json::Array()};
  for (const policies::PolicyPart& part : policy_.parts()) names.Push(part.name);
  TRY(Audit("policy.bound", Json::Of({{"policies", names}}), batch));
  batch.Put(kPolicyKey, plan_.policy_digest);
  return OkStatus();
}

Status PlanBinder::Accept(crypto::WriteBatch& batch) {
  TRY(MakeKeys(batch));
  keys_.Save(batch);
  if (state_.audit().size() == 0) {
    TRY(state_.NoteCustody(batch));
    audited_ = true;
  }
  TRY(LogPolicy(batch));
  TRY(Audit("plan.bound",
            Json::Of({{"pipeline", plan_.pipeline}, {"plan_digest", plan_digest_}}),
            batch));
  Json facts = Json::Of({{"pipeline", plan_.pipeline},
                         {"plan_digest", plan_digest_},
                         {"as_of", TimestampText(plan_.as_of)},
                         {"steps", plan_.steps.size()}});
  if (!cause_.empty()) facts.Set("trigger", cause_);
  TRY(Audit("run.started", std::move(facts), batch));
  return RegisterExperiments(batch);
}

Status PlanBinder::RunAccepted(const RunId& /*run*/, crypto::WriteBatch& batch) {
  Status accepted = Accept(batch);
  if (!accepted.ok() && audited_) {
    // What was put is taken back: the log must forget it too.
    audited_ = false;
    TRY(state_.audit().Committed(accepted));
  }
  return accepted;
}

void PlanBinder::LeaseSent(const TaskRef& task, const WorkerId& worker) {
  notes_.leases().Sent(task, worker);
}

void PlanBinder::AttemptEnded(const AttemptEnd& end) {
  notes_.Ended(end);
}

void PlanBinder::RunCancelled(const RunId& /*run*/, const Status& why) {
  notes_.Cancelled(plan_.pipeline, why);
}

Status PlanBinder::LogNotes(crypto::WriteBatch& batch) {
  return notes_.Flush([&](const std::string& type, Json facts) -> Status {
    Status told = Audit(type, std::move(facts), batch);
    if (told.code() != StatusCode::kInvalid) return told;
    // A text that the log cannot hold: the rest must not wait behind it for ever.
    Log(LogLevel::kError,
        "not an entry of the log",
        Json::Of({{"run", run_.text()}, {"type", type}, {"why", told.ToString()}}));
    return OkStatus();
  });
}

bool PlanBinder::BeforeWrite(crypto::WriteBatch& batch) {
  if (notes_.empty()) return false;
  const Status noted = LogNotes(batch);
  if (!noted.ok()) {
    Log(LogLevel::kError,
        "entries of the log wait for the next write",
        Json::Of({{"run", run_.text()}, {"why", noted.ToString()}}));
  }
  return true;
}

}  // namespace signet::coordinator
