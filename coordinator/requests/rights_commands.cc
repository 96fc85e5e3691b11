// RightsDesk's other half: what each command of a request means here.

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/suppression_book.h"
#include "coordinator/requests/opt_out_rules.h"
#include "coordinator/requests/rights_desk.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/identity/suppression_list.h"

namespace signet::coordinator {
namespace {

using policies::Fact;
using policies::RequestCommand;
using policies::Right;

/// The statement behind a request.
Fact FactOf(const policies::RightsRequest& request) {
  Fact fact;
  fact.value = request.lift ? "false" : "true";
  fact.source = policies::kSourceApi;
  fact.wording = request.id;
  switch (request.right) {
    case Right::kObjection:
      fact.kind = Fact::kConsent;
      fact.purpose = request.purpose;
      fact.value = request.lift ? "given" : "withdrawn";
      break;
    case Right::kOptOut:
      fact.kind = Fact::kOptOutSale;
      break;
    case Right::kLimit:
      fact.kind = Fact::kLimitSensitive;
      break;
    case Right::kRestriction:
    case Right::kAccess:
    case Right::kPortability:
    case Right::kRectification:
    case Right::kErasure:
      fact.kind = Fact::kRestriction;
      fact.purpose = request.purpose;
      break;
  }
  return fact;
}

std::vector<LocatedSubject> PeopleOf(const std::vector<KeptRequest>& requests) {
  std::vector<LocatedSubject> people;
  people.reserve(requests.size());
  for (const KeptRequest& kept : requests) people.push_back(kept.person);
  return people;
}

}  // namespace

Status RightsDesk::Advance(RequestCommand command,
                           std::vector<KeptRequest>& requests,
                           const std::vector<crypto::AuditEvent>& events,
                           crypto::WriteBatch batch) {
  for (KeptRequest& kept : requests) {
    ASSIGN_OR_RETURN(policies::RequestStep step,
                     policies::CommandDone(std::move(kept.request), command, state_.clock().Now()));
    kept.request = std::move(step.request);
    TRY(book_.Put(kept, batch));
  }
  return WriteTogether(events, std::move(batch));
}

Status RightsDesk::Do(RequestCommand command, std::vector<KeptRequest>& requests) {
  switch (command) {
    case RequestCommand::kCollect:
      // Collected and handed over in one go: the answer rests nowhere between.
      return Advance(command, requests, {}, {});
    case RequestCommand::kHandOver:
      return HandOver(requests);
    case RequestCommand::kCorrect:
      return Correct(requests);
    case RequestCommand::kRecordFact:
      return RecordFact(requests);
    case RequestCommand::kTombstone:
      return Tombstone(requests);
    case RequestCommand::kWithdrawSnapshots:
      return Withdraw(requests);
    case RequestCommand::kNotifyRecipients:
      return Notify(requests);
    case RequestCommand::kRewritePartitions:
      return Rewrite(requests);
    case RequestCommand::kFlagModels:
      return FlagModels(requests);
    case RequestCommand::kDestroyKekGeneration:
      return DestroyKeys(requests);
    case RequestCommand::kReceiptWithdrawn:
    case RequestCommand::kReceiptDone:
      return WriteReceipts(command, requests);
  }
  return OkStatus();
}

Status RightsDesk::PutFact(const LocatedSubject& person, Fact fact, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  fact.time_micros = state_.clock().Now().micros;
  std::set<int> touched;
  for (const SubjectId& id : person.subjects) {
    const auto partition = static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)));
    ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
    fact.subject = id;
    TRY(ledger->Apply({&fact, 1}).status());
    touched.insert(partition);
  }
  for (const int partition : touched) TRY(ledger_.Store(partition, batch));
  return OkStatus();
}

Status RightsDesk::RecordFact(std::vector<KeptRequest>& requests) {
  crypto::WriteBatch batch;
  std::vector<crypto::AuditEvent> events;
  for (KeptRequest& kept : requests) {
    const Fact fact = FactOf(kept.request);
    TRY(PutFact(kept.person, fact, batch));
    kept.facts.Set("ledger_version", ledger_.version());
    if (fact.kind == Fact::kRestriction) {
      events.push_back(
          EventFor("right.restricted", kept, Json::Of({{"restricted", !kept.request.lift}})));
      continue;
    }
    Json facts = Json::Of({{"changes", 1}, {"ledger_version", ledger_.version()}});
    if (!kept.request.purpose.empty()) facts.Set("purpose", kept.request.purpose);
    crypto::AuditEvent event = EventFor("consent.changed", kept, std::move(facts));
    // The entry's type has no place for the request: the receipt names both.
    Json without{Json::Object()};
    for (const auto& field : event.facts.fields()) {
      if (field.first != "request") without.Set(field.first, field.second);
    }
    event.facts = std::move(without);
    events.push_back(std::move(event));
  }
  return Advance(RequestCommand::kRecordFact, requests, events, std::move(batch));
}

/// Tombstones, suppression and log entries in one write.
Status RightsDesk::Tombstone(std::vector<KeptRequest>& requests) {
  crypto::WriteBatch batch;
  std::vector<crypto::AuditEvent> events;
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  std::set<int> touched;
  Fact fact;
  fact.kind = Fact::kTombstone;
  fact.value = "true";
  fact.source = policies::kSourceApi;
  fact.time_micros = state_.clock().Now().micros;
  ASSIGN_OR_RETURN(pipelines::SuppressionList list, SuppressionBook(state_).Load());
  const SecretBytes key = state_.vault().SuppressionKey();
  const crypto::SuppressionHasher hasher(key);
  std::vector<Uuid> suppressed;
  for (KeptRequest& kept : requests) {
    for (const SubjectId& id : kept.person.subjects) {
      const auto partition = static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)));
      ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
      fact.subject = id;
      TRY(ledger->Apply({&fact, 1}).status());
      touched.insert(partition);
    }
    for (const Uuid& link : kept.person.links) suppressed.push_back(hasher.Of(link));
    kept.facts.Set("suppressed_links", kept.person.links.size());
    kept.facts.Set("suppression", "kept under GDPR Art. 17(3)(b), so that the person stays out");
    events.push_back(EventFor(
        "right.withdrawn", kept, Json::Of({{"suppressed_links", kept.person.links.size()}})));
  }
  for (const int partition : touched) TRY(ledger_.Store(partition, batch));
  list.Add(suppressed);
  SuppressionBook::Put(list, batch);
  return Advance(RequestCommand::kTombstone, requests, events, std::move(batch));
}

Status RightsDesk::Withdraw(std::vector<KeptRequest>& requests) {
  const policies::RightsRequest& first = requests.front().request;
  WithdrawalScope scope;
  scope.purpose = first.purpose;
  scope.sale_only = first.right == Right::kOptOut;
  const std::vector<LocatedSubject> people = PeopleOf(requests);
  ASSIGN_OR_RETURN(const std::vector<std::string> told,
                   withdrawals_.Withdraw(people, scope, policy_));
  ASSIGN_OR_RETURN(const Json notices, withdrawals_.NoticesTo(told, policy_));
  size_t tokens = 0;
  for (const LocatedSubject& person : people) tokens += person.subjects.size();
  for (KeptRequest& kept : requests) {
    kept.facts.Set("recipients", Json::Strings(told));
    kept.facts.Set("notices", notices);
    const bool confirms = kept.request.right == Right::kOptOut && !kept.request.lift;
    if (!confirms || policy_ == nullptr) continue;
    if (std::optional<Json> shown = OptOutConfirmation(*policy_, state_.clock().Now())) {
      kept.facts.Set("confirmation", *std::move(shown));
    }
  }
  return Advance(
      RequestCommand::kWithdrawSnapshots, requests, {WithdrawalDesk::EventOf(told, tokens)}, {});
}

/// Each recipient's overlay is its notice (Art. 19): signed, served, and read before every answer.
Status RightsDesk::Notify(std::vector<KeptRequest>& requests) {
  for (KeptRequest& kept : requests) {
    kept.facts.Set("notice", "by the signed overlay that the recipients named read");
  }
  return Advance(RequestCommand::kNotifyRecipients, requests, {}, {});
}

Status RightsDesk::Rewrite(std::vector<KeptRequest>& requests) {
  const std::vector<LocatedSubject> people = PeopleOf(requests);
  ASSIGN_OR_RETURN(const Json datasets, sweep_.Rewrite(people));
  ASSIGN_OR_RETURN(const std::vector<std::string> removed, withdrawals_.RemoveOldVersions());
  for (KeptRequest& kept : requests) {
    kept.facts.Set("datasets", datasets);
    kept.facts.Set("persons_in_sweep", requests.size());
    kept.facts.Set("old_snapshots_removed", Json::Strings(removed));
  }
  return Advance(RequestCommand::kRewritePartitions, requests, {}, {});
}

Status RightsDesk::FlagModels(std::vector<KeptRequest>& requests) {
  crypto::WriteBatch batch;
  const KeptRequest& first = requests.front();
  ASSIGN_OR_RETURN(
      const std::vector<std::string> models,
      sweep_.FlagModels(first.facts["datasets"], requests.size(), first.request.due(), batch));
  for (KeptRequest& kept : requests) {
    kept.facts.Set("models_flagged", Json::Strings(models));
    kept.facts.Set("models_barred_from", DateText(kept.request.due()));
  }
  return Advance(RequestCommand::kFlagModels, requests, {}, std::move(batch));
}

/// After this nobody can say who was erased: the persons leave the requests in the same write.
Status RightsDesk::DestroyKeys(std::vector<KeptRequest>& requests) {
  crypto::WriteBatch batch;
  std::vector<crypto::AuditEvent> events;
  const std::vector<LocatedSubject> people = PeopleOf(requests);
  std::vector<KeptRequest> after = requests;
  for (KeptRequest& kept : after) {
    kept.person = LocatedSubject();
    kept.secret = Json();
    TRY(book_.Put(kept, batch));
  }
  ASSIGN_OR_RETURN(const std::string last_copy, sweep_.LastCopyDies());
  ASSIGN_OR_RETURN(const uint32_t generation, sweep_.Forget(people, batch));
  for (KeptRequest& kept : after) {
    kept.facts.Set("kek_generation", generation);
    kept.facts.Set("last_custody_copy_dies", last_copy);
    Json facts = Json::Of({{"kek_generation", generation}});
    if (after.size() == 1) facts.Set("datasets", kept.facts["datasets"]);
    events.push_back(EventFor("right.destroyed", kept, std::move(facts)));
  }
  requests = std::move(after);
  TRY(Advance(RequestCommand::kDestroyKekGeneration, requests, events, std::move(batch)));
  return sweep_.DestroyOldKeys();
}

Result<Json> RightsDesk::SetConsent(const LocatedSubject& person,
                                    const std::string& purpose,
                                    bool given,
                                    const std::string& channel) {
  Fact fact;
  fact.kind = Fact::kConsent;
  fact.purpose = purpose;
  fact.value = given ? "given" : "withdrawn";
  fact.source = policies::kSourceApi;
  ASSIGN_OR_RETURN(const auto refs, finder_.References(std::span(&person, 1), 1));
  crypto::WriteBatch batch;
  TRY(PutFact(person, fact, batch));
  crypto::AuditEvent event;
  event.type = "consent.changed";
  event.subject_ref = refs.at(0).at(0);
  event.actor = channel;
  event.action = given ? "give" : "withdraw";
  event.facts =
      Json::Of({{"purpose", purpose}, {"changes", 1}, {"ledger_version", ledger_.version()}});
  const uint64_t index = state_.audit().size();
  TRY(WriteTogether({event}, std::move(batch)));
  if (!given) {
    WithdrawalScope scope;
    scope.purpose = purpose;
    TRY(withdrawals_.Withdraw(std::span(&person, 1), scope, policy_).status());
  }
  return Json::Of(
      {{"purpose", purpose}, {"state", fact.value}, {"changes", 1}, {"audit_index", index}});
}

}  // namespace signet::coordinator
