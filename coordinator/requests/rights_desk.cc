#include "coordinator/requests/rights_desk.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/audit/subject_ref.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/normalise.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/identity/suppression_list.h"
#include "pipelines/snapshots/serving_folder.h"
#include "pipelines/snapshots/withdrawals.h"

namespace signet::coordinator {
namespace {

using policies::ErasureCommandKind;
using policies::ErasureRequest;

constexpr char kStateOwner[] = "@state";
constexpr char kIdentity[] = "@identity";
constexpr char kKeyring[] = "@keyring";
constexpr char kSuppressionKey[] = "suppression";
constexpr uint32_t kTokenEpoch = 1;

Result<std::vector<Uuid>> UuidsOf(const Json& list) {
  std::vector<Uuid> uuids;
  for (const Json& item : list.items()) {
    ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(item.AsString()));
    uuids.push_back(uuid);
  }
  return uuids;
}

bool HasSubjectColumn(const LiveDataset& dataset) {
  return dataset.schema.Find(pipelines::kSubjectColumn) != nullptr;
}

}  // namespace

Result<LocatedSubject> RightsDesk::Locate(const std::vector<Identifier>& identifiers,
                                          const std::string& default_region) {
  const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kLink, "");
  const crypto::LinkHasher hasher(key);
  Json links{Json::Array()};
  for (const Identifier& identifier : identifiers) {
    std::string normalised;
    if (!crypto::Normalise(
            identifier.type, identifier.value.ExposePersonal(), default_region, normalised)) {
      return Invalid("the " + std::string(crypto::LinkTypeName(identifier.type)) +
                     " given cannot identify anyone");
    }
    links.Push(UuidText(hasher.Link(identifier.type, identifier.domain, normalised)));
    Wipe(normalised.data(), normalised.size());
  }
  DatasetRegistry registry(state_);
  ASSIGN_OR_RETURN(LiveDataset identity, registry.Find(kStateOwner, kIdentity));
  if (identity.pieces.empty()) return NotFound("this state knows nobody yet");
  std::vector<RightsStep> steps(1);
  steps[0].id = "locate";
  steps[0].op = "locate";
  steps[0].options = Json::Of({{"links", links}});
  steps[0].view = "identity";
  steps[0].dataset = std::move(identity);
  RightsBinder binder(state_, new_run_(), std::move(steps));
  ASSIGN_OR_RETURN(const RunView view, run_(binder.Spec(), binder));
  const pipelines::TaskResult* result = binder.ResultOf("locate");
  if (result == nullptr) {
    return view.failure.ok() ? Internal("locate gave no result") : view.failure;
  }
  LocatedSubject located;
  ASSIGN_OR_RETURN(located.subject.value, UuidFromText(result->extra["subject"].AsString()));
  ASSIGN_OR_RETURN(const std::vector<Uuid> subjects, UuidsOf(result->extra["subjects"]));
  for (const Uuid& uuid : subjects) located.subjects.push_back(SubjectId{uuid});
  ASSIGN_OR_RETURN(located.links, UuidsOf(result->extra["links"]));
  return located;
}

Result<std::vector<int>> RightsDesk::PartitionsOf(const LocatedSubject& subject) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  if (partitions == 0) return Invalid("this state has no partitions yet");
  std::set<int> touched;
  for (const SubjectId& id : subject.subjects) {
    touched.insert(static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions))));
  }
  return std::vector<int>(touched.begin(), touched.end());
}

Result<std::vector<std::string>> RightsDesk::References(const LocatedSubject& subject, size_t n) {
  Json nonces{Json::Array()};
  for (size_t i = 0; i < n; ++i) nonces.Push(ToHex(crypto::NewEventNonce(state_.entropy())));
  ASSIGN_OR_RETURN(const Json answer,
                   AskAboutReferences(subject, Json::Of({{"nonces", std::move(nonces)}})));
  const std::vector<std::string> made = answer["made"].AsStrings();
  std::vector<std::string> refs(n);
  std::copy_n(made.begin(), std::min(made.size(), n), refs.begin());
  return refs;
}

Result<std::vector<std::string>> RightsDesk::ReferencesTo(const LocatedSubject& subject,
                                                          const std::vector<std::string>& refs) {
  ASSIGN_OR_RETURN(const Json answer,
                   AskAboutReferences(subject, Json::Of({{"refs", Json::Strings(refs)}})));
  return answer["matching"].AsStrings();
}

Result<Json> RightsDesk::AskAboutReferences(const LocatedSubject& subject, Json options) {
  DatasetRegistry registry(state_);
  ASSIGN_OR_RETURN(LiveDataset keyring, registry.Find(kStateOwner, kKeyring));
  if (keyring.pieces.empty()) return Json();
  Json subjects = Json::List({UuidText(subject.subject.value)});
  for (const SubjectId& id : subject.subjects) {
    if (id != subject.subject) subjects.Push(UuidText(id.value));
  }
  options.Set("subjects", std::move(subjects));
  std::vector<RightsStep> steps(1);
  steps[0].id = "subject_refs";
  steps[0].op = "subject_refs";
  steps[0].options = std::move(options);
  steps[0].view = "keyring";
  steps[0].dataset = std::move(keyring);
  ASSIGN_OR_RETURN(steps[0].partitions, PartitionsOf(subject));
  RightsBinder binder(state_, new_run_(), std::move(steps));
  ASSIGN_OR_RETURN(const RunView view, run_(binder.Spec(), binder));
  const pipelines::TaskResult* result = binder.ResultOf("subject_refs");
  if (result == nullptr) {
    return view.failure.ok() ? Internal("subject_refs gave no result") : view.failure;
  }
  return result->extra;
}

Result<Json> RightsDesk::Erase(const LocatedSubject& subject) {
  receipts_ = Json(Json::Array());
  touched_ = Json(Json::Object());
  // Made now: at the second entry the key that they are made with is gone.
  ASSIGN_OR_RETURN(refs_, References(subject, 2));
  const std::string id = "erasure-" + new_run_().text();
  ASSIGN_OR_RETURN(
      ErasureRequest request,
      Perform(policies::RequestErasure(id, subject.subject, state_.clock().Now()), subject));
  ASSIGN_OR_RETURN(const policies::ErasureStep sweep, policies::BeginSweep(std::move(request)));
  ASSIGN_OR_RETURN(request, Perform(sweep, subject));
  CHECK(request.stage == policies::ErasureStage::kDestroyed);
  return Json::Of({{"request", id}, {"receipts", receipts_}});
}

/// Carries out the commands of one stage in their order.
Result<ErasureRequest> RightsDesk::Perform(const policies::ErasureStep& step,
                                           const LocatedSubject& subject) {
  ErasureRequest request = step.request;
  for (const ErasureCommandKind command : step.commands) {
    switch (command) {
      case ErasureCommandKind::kTombstone:
        TRY(Withdraw(request, subject));
        break;
      case ErasureCommandKind::kSuppressLinks:
        break;  // in the tombstone's own write
      case ErasureCommandKind::kWithdrawSnapshots:
        TRY(WithdrawSnapshots(subject, ""));
        break;
      case ErasureCommandKind::kNotifyRecipients:
        break;  // recipients read the signed overlay
      case ErasureCommandKind::kReceiptWithdrawn:
        TRY(Receipt(request.id, "withdrawn", Json::Of({{"snapshots", touched_["snapshots"]}})));
        break;
      case ErasureCommandKind::kEraseIdentity:
        break;  // identity is one of the datasets rewritten
      case ErasureCommandKind::kRewritePartitions:
        TRY(RewriteDatasets(subject, touched_));
        break;
      case ErasureCommandKind::kDestroyKekGeneration:
        TRY(Sweep(request, subject));
        break;
      case ErasureCommandKind::kReceiptDestroyed:
        TRY(Receipt(request.id, "destroyed", Json::Of({{"datasets", touched_["datasets"]}})));
        break;
    }
    ASSIGN_OR_RETURN(policies::ErasureStep done,
                     policies::CommandDone(std::move(request), command, state_.clock().Now()));
    request = std::move(done.request);
  }
  return request;
}

/// Tombstone, suppression and log entry in one write.
Status RightsDesk::Withdraw(const ErasureRequest& request, const LocatedSubject& subject) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  crypto::WriteBatch batch;
  std::set<int> touched;
  for (const SubjectId& id : subject.subjects) {
    const int partition = static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)));
    ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
    policies::Fact fact;
    fact.subject = id;
    fact.kind = policies::Fact::kTombstone;
    fact.value = "true";
    fact.time_micros = state_.clock().Now().micros;
    fact.source = policies::kSourceApi;
    TRY(ledger->Apply({&fact, 1}).status());
    touched.insert(partition);
  }
  for (const int partition : touched) TRY(ledger_.Store(partition, batch));
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kSuppressionKey));
  ASSIGN_OR_RETURN(pipelines::SuppressionList list,
                   pipelines::SuppressionList::Decode(stored ? ByteView(*stored) : ByteView()));
  const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kSuppression, "");
  const crypto::SuppressionHasher hasher(key);
  std::vector<Uuid> entries;
  for (const Uuid& link : subject.links) entries.push_back(hasher.Of(link));
  list.Add(entries);
  batch.Put(kSuppressionKey, list.Encode());
  crypto::AuditEvent event;
  event.type = "right.withdrawn";
  event.subject_ref = refs_.at(0);
  event.actor = "cli";
  event.action = "erase";
  event.facts = Json::Of({{"request", request.id}, {"suppressed_links", entries.size()}});
  event.why = "GDPR Art. 17; suppression kept under Art. 17(3)(b)";
  return state_.audit().Record(event, std::move(batch)).status();
}

Status RightsDesk::WithdrawSnapshots(const LocatedSubject& subject, const std::string& purpose) {
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  ASSIGN_OR_RETURN(const std::vector<std::string> recipients, folder.Recipients());
  Json told{Json::Array()};
  for (const std::string& recipient : recipients) {
    const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kRecipient, recipient);
    const crypto::RecipientTokens tokens(key, kTokenEpoch);
    std::vector<pipelines::Withdrawal> withdrawals;
    for (const SubjectId& id : subject.subjects) {
      withdrawals.push_back({tokens.Token(id), state_.clock().Now(), purpose});
    }
    TRY(pipelines::AddWithdrawals(
        folder, recipient, withdrawals, state_.entropy(), [this](const std::string& text) {
          return state_.SignNote(text);
        }));
    told.Push(recipient);
  }
  touched_.Set("snapshots", told);
  return OkStatus();
}

/// Every live dataset that names subjects, rewritten where this subject's rows can be.
Status RightsDesk::RewriteDatasets(const LocatedSubject& subject, Json& touched) {
  DatasetRegistry registry(state_);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
  ASSIGN_OR_RETURN(const std::vector<int> partitions, PartitionsOf(subject));
  Json subjects{Json::Array()};
  for (const SubjectId& id : subject.subjects) subjects.Push(UuidText(id.value));
  std::vector<RightsStep> steps;
  for (const LiveDataset& dataset : all) {
    if (!HasSubjectColumn(dataset) || dataset.pieces.empty()) continue;
    RightsStep step;
    step.id = "erase." + dataset.owner + "." + dataset.name;
    step.op = "erase";
    std::vector<std::string> columns = {std::string(pipelines::kSubjectColumn)};
    // Alias rows lie in the partition of the alias, which is among the touched ones.
    if (dataset.name == kIdentity) columns.emplace_back("alias_of");
    step.options = Json::Of({{"subjects", subjects}, {"subject_columns", Json::Strings(columns)}});
    step.view = "rows";
    step.dataset = dataset;
    step.partitions = partitions;
    step.rewrites = true;
    steps.push_back(std::move(step));
  }
  // Identities last: as long as they are there, a request that was interrupted can be repeated.
  std::stable_partition(steps.begin(), steps.end(), [](const RightsStep& step) {
    return step.dataset.name != kIdentity;
  });
  RightsBinder binder(state_, new_run_(), steps);
  ASSIGN_OR_RETURN(const RunView view, run_(binder.Spec(), binder));
  if (view.state != RunState::kSucceeded) {
    return view.failure.ok() ? Internal("the sweep did not finish") : view.failure;
  }
  Json datasets{Json::Object()};
  for (const RightsStep& step : steps) {
    const pipelines::TaskResult* result = binder.ResultOf(step.id);
    if (result != nullptr) {
      datasets.Set(step.dataset.owner + "/" + step.dataset.name, result->figures);
    }
  }
  touched.Set("datasets", datasets);
  return OkStatus();
}

/// Forgets the ledger rows and gives every live key a new KEK generation; the old one is destroyed.
Status RightsDesk::Sweep(const ErasureRequest& request, const LocatedSubject& subject) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  crypto::WriteBatch batch;
  std::set<int> touched;
  for (const SubjectId& id : subject.subjects) {
    const int partition = static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)));
    ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
    ledger->Erase(id);
    touched.insert(partition);
  }
  for (const int partition : touched) TRY(ledger_.Store(partition, batch));
  ASSIGN_OR_RETURN(const uint32_t generation, state_.vault().RotateKek(batch));
  crypto::AuditEvent event;
  event.type = "right.destroyed";
  event.subject_ref = refs_.at(1);
  event.actor = "cli";
  event.action = "erase";
  event.facts = Json::Of({{"request", request.id},
                          {"kek_generation", generation},
                          {"datasets", touched_["datasets"]}});
  event.why = "GDPR Art. 17";
  TRY(state_.audit().Record(event, std::move(batch)).status());
  return state_.vault().DestroyOldKeks(state_.clock().Now());
}

/// Writes STATE/receipts/<request>-<stage>.{json,tlog-proof}: the facts, and the proof that the log
/// holds them.
Status RightsDesk::Receipt(const std::string& request, const std::string& stage, Json facts) {
  const uint64_t index = state_.audit().size() - 1;
  TRY(state_.audit().SignCheckpoint().status());
  ASSIGN_OR_RETURN(const std::string proof, state_.audit().ProveInclusion(index));
  facts.Set("request", request);
  facts.Set("stage", stage);
  facts.Set("time", TimestampText(state_.clock().Now()));
  facts.Set("audit_index", index);
  const std::filesystem::path base = state_.path() / "receipts";
  TRY(MakeFolders(base));
  const std::string name = request + "-" + stage;
  TRY(WriteFileAtomically(base / (name + ".json"), AsBytes(facts.Pretty() + "\n"), 0644));
  TRY(WriteFileAtomically(base / (name + ".tlog-proof"), AsBytes(proof), 0644));
  receipts_.Push(std::move(facts));
  return OkStatus();
}

Result<Json> RightsDesk::SetConsent(const LocatedSubject& subject,
                                    const std::string& purpose,
                                    bool given) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  const int partition =
      static_cast<int>(PartitionOf(subject.subject, static_cast<uint32_t>(partitions)));
  ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(partition));
  policies::Fact fact;
  fact.subject = subject.subject;
  fact.kind = policies::Fact::kConsent;
  fact.purpose = purpose;
  fact.value = given ? "given" : "withdrawn";
  fact.time_micros = state_.clock().Now().micros;
  fact.source = policies::kSourceApi;
  ASSIGN_OR_RETURN(const std::vector<std::string> refs, References(subject, 1));
  ASSIGN_OR_RETURN(const policies::ApplyOutcome outcome, ledger->Apply({&fact, 1}));
  crypto::WriteBatch batch;
  TRY(ledger_.Store(partition, batch));
  crypto::AuditEvent event;
  event.type = "consent.changed";
  event.subject_ref = refs.at(0);
  event.actor = "cli";
  event.action = given ? "give" : "withdraw";
  event.facts = Json::Of(
      {{"purpose", purpose}, {"changes", outcome.changes}, {"ledger_version", ledger_.version()}});
  ASSIGN_OR_RETURN(const uint64_t index, state_.audit().Record(event, std::move(batch)));
  touched_ = Json(Json::Object());
  if (!given) TRY(WithdrawSnapshots(subject, purpose));
  return Json::Of({{"purpose", purpose},
                   {"state", fact.value},
                   {"changes", outcome.changes},
                   {"audit_index", index}});
}

}  // namespace signet::coordinator
