#include "coordinator/requests/consent_desk.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/binding/delta_book.h"
#include "coordinator/binding/signal_book.h"
#include "coordinator/requests/fact_json.h"
#include "coordinator/requests/opt_out_rules.h"
#include "coordinator/requests/receipt_writer.h"
#include "crypto/pseudonym/link_type.h"
#include "policies/decide/decide.h"

namespace signet::coordinator {
namespace {

using policies::Fact;

constexpr char kGpcSource[] = "api.gpc";
constexpr char kGpcArticle[] = "11 CCR § 7025";

/// "id:crm" and a value, as an identifier; none when the type is unknown.
std::vector<Identifier> IdentifiersOf(const policies::ImportRow& row) {
  std::vector<Identifier> identifiers;
  for (const policies::ImportIdentifier& item : row.identifiers) {
    Result<Identifier> identifier = MakeIdentifier(item.type, item.value.ExposePersonal());
    if (identifier.ok()) identifiers.push_back(*std::move(identifier));
  }
  return identifiers;
}

bool IsProtective(const Fact& fact) {
  return fact.value == "withdrawn" || fact.value == "true";
}

}  // namespace

/// What an import or a signal says, by partition.
struct ConsentDesk::Batch {
  std::map<int, std::vector<Fact>> by_partition;
  std::map<int, std::vector<Bytes>> records;  ///< of what changed
  uint64_t changes = 0;
  uint64_t ignored = 0;
};

Result<int> ConsentDesk::PartitionOfSubject(const SubjectId& subject) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  if (partitions == 0) return Invalid("this state has no partitions yet");
  return static_cast<int>(PartitionOf(subject, static_cast<uint32_t>(partitions)));
}

Result<std::vector<LocatedSubject>> ConsentDesk::Find(const policies::ConsentImport& import,
                                                      const std::string& default_region,
                                                      std::map<std::string, uint64_t>& refused) {
  std::vector<std::vector<Identifier>> people;
  people.reserve(import.rows.size());
  for (const policies::ImportRow& row : import.rows) {
    people.push_back(IdentifiersOf(row));
    if (people.back().empty()) ++refused["names nobody"];
  }
  SubjectFinder::ManyOptions options;
  options.default_region = default_region;
  options.with_links = false;
  return finder_.LocateAll(people, options);
}

Status ConsentDesk::Apply(Batch& facts, crypto::WriteBatch& batch) {
  for (auto& part : facts.by_partition) {
    ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(part.first));
    Result<policies::ApplyOutcome> outcome = ledger->Apply(part.second);
    if (!outcome.ok()) {
      ledger_.Drop();
      return outcome.status();
    }
    facts.changes += outcome->changes;
    facts.ignored += outcome->ignored;
    if (outcome->changes == 0) continue;
    facts.records[part.first] = std::move(outcome->records);
    TRY(ledger_.Store(part.first, batch));
  }
  return OkStatus();
}

/// Ledger, sealed delta and the one entry that commits to it, in one write; then the receipt.
Result<Json> ConsentDesk::Record(Batch& facts,
                                 const ImportContext& context,
                                 crypto::WriteBatch batch) {
  ASSIGN_OR_RETURN(const Json delta, DeltaBook(state_).Put(facts.records, batch));
  crypto::AuditEvent event;
  event.type = "consent.changed";
  event.actor = context.channel;
  event.action = "import";
  event.facts = delta;
  event.facts.Set("changes", facts.changes);
  event.facts.Set("ignored", facts.ignored);
  event.facts.Set("source", context.source);
  event.facts.Set("ledger_version", ledger_.version());
  const Result<uint64_t> index = state_.audit().Record(event, std::move(batch));
  if (!index.ok()) {
    ledger_.Drop();
    return index.status();
  }
  Receipt receipt;
  receipt.name = "consent-import-" + delta["delta"].AsString();
  receipt.body = event.facts;
  receipt.audit_index = *index;
  TRY(ReceiptWriter(state_).Write({receipt}));
  Json made = delta;
  made.Set("audit_index", *index);
  return made;
}

/// What is withdrawn now, whatever the rows' order, is taken out of what is served.
Status ConsentDesk::WithdrawServed(const Batch& facts) {
  std::map<std::string, std::vector<LocatedSubject>> by_purpose;
  std::vector<LocatedSubject> opted_out;
  std::set<std::pair<std::string, SubjectId>> seen;
  for (const auto& part : facts.by_partition) {
    ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(part.first));
    for (const Fact& fact : part.second) {
      if (!IsProtective(fact) || !seen.emplace(fact.purpose, fact.subject).second) continue;
      LocatedSubject person;
      person.subject = fact.subject;
      person.subjects = {fact.subject};
      const policies::SubjectState state = ledger->StateOf(fact.subject);
      const bool withdrawn =
          policies::ConsentFor(state, fact.purpose) == policies::ConsentState::kWithdrawn;
      if (fact.kind == Fact::kConsent && withdrawn) {
        by_purpose[fact.purpose].push_back(std::move(person));
      } else if (state.opt_out_sale || state.gpc) {
        opted_out.push_back(std::move(person));
      }
    }
  }
  for (const auto& entry : by_purpose) {
    TRY(withdrawals_.Withdraw(entry.second, {entry.first, false}, &policy_).status());
  }
  if (opted_out.empty()) return OkStatus();
  return withdrawals_.Withdraw(opted_out, {"", true}, &policy_).status();
}

/// The rows' facts by the partition of whom they are about; the number of rows that name nobody who
/// is known.
Result<uint64_t> ConsentDesk::Assign(policies::ConsentImport& import,
                                     const std::string& default_region,
                                     Batch& facts) {
  ASSIGN_OR_RETURN(const std::vector<LocatedSubject> people,
                   Find(import, default_region, import.refused));
  uint64_t unknown = 0;
  for (size_t i = 0; i < import.rows.size(); ++i) {
    if (people[i].subjects.empty()) {
      ++unknown;
      continue;
    }
    ASSIGN_OR_RETURN(const int partition, PartitionOfSubject(people[i].subject));
    for (Fact& fact : import.rows[i].facts) {
      if (fact.kind == Fact::kConsent && policy_.FindPurpose(fact.purpose) == nullptr) {
        ++import.refused["names a purpose that no policy declares"];
        continue;
      }
      fact.subject = people[i].subject;
      facts.by_partition[partition].push_back(std::move(fact));
    }
  }
  return unknown;
}

Result<Json> ConsentDesk::Import(policies::ConsentImport import, const ImportContext& context) {
  uint64_t unknown = 0;
  Batch facts;
  if (!import.rows.empty()) {
    ASSIGN_OR_RETURN(unknown, Assign(import, context.default_region, facts));
  }
  crypto::WriteBatch batch;
  TRY(Apply(facts, batch));
  Json result{Json::Object()};
  if (facts.changes > 0) {
    ASSIGN_OR_RETURN(result, Record(facts, context, std::move(batch)));
    TRY(WithdrawServed(facts));
  }
  Json reasons{Json::Object()};
  for (const auto& reason : import.refused) reasons.Set(reason.first, reason.second);
  result.Set("rows", import.rows.size());
  result.Set("changes", facts.changes);
  result.Set("ignored", facts.ignored);
  result.Set("unknown", unknown);
  result.Set("refused", reasons);
  return result;
}

/// Nobody is known by them: the signal waits for whom they turn out to be.
Result<Json> ConsentDesk::KeepSignal(const std::vector<Identifier>& identifiers,
                                     const std::string& default_region,
                                     const std::string& channel) {
  ASSIGN_OR_RETURN(const std::vector<Uuid> links, finder_.LinksOf(identifiers, default_region));
  crypto::WriteBatch batch;
  TRY(SignalBook(state_).Keep(links, state_.clock().Now(), batch));
  Json answer = Json::Of({{"known", false}, {"opted_out", true}, {"kept", links.size()}});
  if (batch.empty()) return answer;  // it was kept before
  crypto::AuditEvent event;
  event.type = "consent.changed";
  event.actor = channel;
  event.action = "keep a signal";
  event.facts = Json::Of(
      {{"changes", batch.size()}, {"source", kGpcSource}, {"ledger_version", ledger_.version()}});
  event.why = kGpcArticle;
  ASSIGN_OR_RETURN(const uint64_t index, state_.audit().Record(event, std::move(batch)));
  answer.Set("audit_index", index);
  return answer;
}

/// The profile opts out: ledger, entry, and what is served at once.
Result<Json> ConsentDesk::OptOut(const LocatedSubject& person, const std::string& channel) {
  ASSIGN_OR_RETURN(const auto refs, finder_.References(std::span(&person, 1), 1));
  Batch facts;
  Fact fact;
  fact.kind = Fact::kGpc;
  fact.value = "true";
  fact.source = kGpcSource;
  fact.time_micros = state_.clock().Now().micros;
  for (const SubjectId& id : person.subjects) {
    ASSIGN_OR_RETURN(const int partition, PartitionOfSubject(id));
    fact.subject = id;
    facts.by_partition[partition].push_back(fact);
  }
  crypto::WriteBatch batch;
  TRY(Apply(facts, batch));
  Json result = Json::Of({{"known", true}, {"opted_out", true}, {"changes", facts.changes}});
  if (facts.changes > 0) {
    crypto::AuditEvent event;
    event.type = "consent.changed";
    event.actor = channel;
    event.action = "gpc";
    event.subject_ref = refs.at(0).at(0);
    event.facts = Json::Of({{"changes", facts.changes},
                            {"source", kGpcSource},
                            {"ledger_version", ledger_.version()}});
    event.why = kGpcArticle;
    const Result<uint64_t> index = state_.audit().Record(event, std::move(batch));
    if (!index.ok()) {
      ledger_.Drop();
      return index.status();
    }
    result.Set("audit_index", *index);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> told,
                   withdrawals_.Withdraw(std::span(&person, 1), {"", true}, &policy_));
  result.Set("recipients", Json::Strings(told));
  return result;
}

Result<Json> ConsentDesk::Gpc(const std::vector<Identifier>& identifiers,
                              const std::string& default_region,
                              const std::string& channel) {
  const std::set<std::string> scopes = GpcScopes(policy_);
  std::vector<Identifier> reached;
  for (const Identifier& identifier : identifiers) {
    if (scopes.contains(std::string(GpcScopeOf(identifier.type)))) reached.push_back(identifier);
  }
  const Json scope = Json::Strings({scopes.begin(), scopes.end()});
  if (reached.empty()) {
    return Json::Of({{"known", false},
                     {"opted_out", false},
                     {"scope", scope},
                     {"why", "no policy's gpc_scope reaches what was named"}});
  }
  const Result<LocatedSubject> located = finder_.Locate(reached, default_region);
  const bool unknown = !located.ok() && located.status().code() == StatusCode::kNotFound;
  if (!located.ok() && !unknown) return located.status();
  const bool by_account =
      std::any_of(reached.begin(), reached.end(), [](const Identifier& identifier) {
        return GpcScopeOf(identifier.type) == "account";
      });
  Json answer;
  if (unknown) {
    ASSIGN_OR_RETURN(answer, KeepSignal(reached, default_region, channel));
  } else if (by_account || scopes.contains("pseudonymous_profile")) {
    ASSIGN_OR_RETURN(answer, OptOut(*located, channel));
  } else {
    // The browser alone, of which nothing is sold without a profile.
    answer = Json::Of({{"known", true}, {"opted_out", true}, {"profile", false}});
  }
  answer.Set("scope", scope);
  if (std::optional<Json> shown = OptOutConfirmation(policy_, state_.clock().Now())) {
    answer.Set("confirmation", *std::move(shown));
  }
  return answer;
}

Result<Json> ConsentDesk::Show(const LocatedSubject& person) {
  Json statements{Json::Array()};
  Json changes{Json::Array()};
  DeltaBook deltas(state_);
  for (const SubjectId& id : person.subjects) {
    ASSIGN_OR_RETURN(const int partition, PartitionOfSubject(id));
    ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
    for (const Fact& fact : ledger->FactsOf(id)) {
      if (fact.kind != Fact::kSeen) statements.Push(FactJson(fact));
    }
    ASSIGN_OR_RETURN(const std::vector<DeltaProof> proofs, deltas.ChangesOf({id}, partition));
    for (const DeltaProof& proof : proofs) changes.Push(proof.ToJson());
  }
  Json decisions{Json::Array()};
  ASSIGN_OR_RETURN(const int partition, PartitionOfSubject(person.subject));
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const policies::SubjectState state = ledger->StateOf(person.subject);
  for (const std::string& purpose : policy_.PurposeNames()) {
    const policies::Verdict verdict = policies::DecideSubject(policy_, state, purpose);
    decisions.Push(Json::Of({{"purpose", purpose},
                             {"allowed", verdict.allowed},
                             {"why", verdict.message},
                             {"article", verdict.article}}));
  }
  return Json::Of({{"statements", statements}, {"decisions", decisions}, {"changes", changes}});
}

}  // namespace signet::coordinator
