#include "coordinator/requests/access_answer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/binding/delta_book.h"
#include "coordinator/requests/fact_json.h"
#include "coordinator/requests/receipt_writer.h"
#include "crypto/base/csv.h"
#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/record/dataset.h"
#include "pipelines/snapshots/members.h"
#include "pipelines/snapshots/serving_folder.h"
#include "policies/decide/decide.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDaySeconds = 86'400;
constexpr uint32_t kTokenEpoch = 1;

/// The rows of one dataset as CSV, columns by name.
std::string CsvOf(const Json& rows) {
  std::set<std::string> names;
  for (const Json& row : rows.items()) {
    for (const auto& field : row.fields()) names.insert(field.first);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + CsvField(name);
  text += "\r\n";
  for (const Json& row : rows.items()) {
    std::string line;
    bool first = true;
    for (const std::string& name : names) {
      line += (first ? "" : ",") + CsvField(row[name].AsString());
      first = false;
    }
    text += line + "\r\n";
  }
  return text;
}

/// Which segments of a served version the tokens are in.
Result<std::set<std::string>> SegmentsOf(const pipelines::ServingFolder& folder,
                                         const pipelines::SnapshotName& name,
                                         const pipelines::SnapshotManifest& manifest,
                                         const std::set<Uuid>& tokens) {
  std::set<std::string> segments;
  ASSIGN_OR_RETURN(Bytes members, folder.ReadMembers(name, manifest));
  const Status scanned =
      pipelines::ScanMembers(members, [&](const pipelines::MemberView& member) -> Status {
        if (tokens.count(member.token) == 0) return OkStatus();
        for (size_t bit = 0; bit < manifest.segments.size(); ++bit) {
          if (((member.segments >> bit) & 1U) != 0) segments.insert(manifest.segments[bit].name);
        }
        return OkStatus();
      });
  Wipe(members.data(), members.size());
  if (!scanned.ok()) return scanned;
  return segments;
}

Json ListOf(const std::set<std::string>& texts) {
  return Json::Strings({texts.begin(), texts.end()});
}

}  // namespace

/// By kind of dataset: what was given, derived, scored, and which segments.
Result<Json> AccessAnswer::DataOf(const LocatedSubject& person) {
  ASSIGN_OR_RETURN(const Json held, finder_.Collect(person));
  Json groups{Json::Object()};
  for (const char* name : {"data", "derived", "scores", "segments"}) {
    groups.Set(name, Json(Json::Array()));
  }
  for (const Json& dataset : held.items()) {
    if (dataset["rows"].size() == 0) continue;
    const std::string& kind = dataset["kind"].AsString();
    const char* group = "derived";
    if (kind == "governed") group = "data";
    if (kind == "scores") group = "scores";
    if (kind == "segment") group = "segments";
    groups.Field(group).Push(dataset);
  }
  return groups;
}

Result<Json> AccessAnswer::StatementsOf(const LocatedSubject& person) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  DeltaBook deltas(state_);
  Json statements{Json::Array()};
  Json proofs{Json::Array()};
  for (const SubjectId& id : person.subjects) {
    const auto partition = static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)));
    ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
    for (const policies::Fact& fact : ledger->FactsOf(id)) {
      if (fact.kind != policies::Fact::kSeen) statements.Push(FactJson(fact));
    }
    ASSIGN_OR_RETURN(const std::vector<DeltaProof> changes, deltas.ChangesOf({id}, partition));
    for (const DeltaProof& proof : changes) proofs.Push(proof.ToJson());
  }
  return Json::Of({{"in_force", statements}, {"changes", proofs}});
}

/// The entries that name the person by a reference, and those that commit to the person's changes.
Result<Json> AccessAnswer::LogOf(const LocatedSubject& person, std::vector<uint64_t>& entries) {
  std::vector<std::string> refs;
  std::map<std::string, uint64_t> index_of;
  TRY(state_.audit().reader().Scan(0, [&](uint64_t index, ByteView entry) -> Status {
    if (AsText(entry).find("\"subject_ref\"") == std::string_view::npos) return OkStatus();
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(entry)));
    refs.push_back(json["subject_ref"].AsString());
    index_of[refs.back()] = index;
    return OkStatus();
  }));
  ASSIGN_OR_RETURN(const std::vector<std::string> mine, finder_.ReferencesTo(person, refs));
  for (const std::string& ref : mine) entries.push_back(index_of[ref]);
  std::sort(entries.begin(), entries.end());
  Json log{Json::Array()};
  for (const uint64_t index : entries) {
    ASSIGN_OR_RETURN(Json entry, state_.audit().Entry(index));
    log.Push(Json::Of({{"index", index}, {"entry", std::move(entry)}}));
  }
  return log;
}

Result<Json> AccessAnswer::RecipientsOf(const LocatedSubject& person) {
  Json list{Json::Array()};
  ASSIGN_OR_RETURN(
      const pipelines::ServingFolder folder,
      pipelines::ServingFolder::OpenForPublication(state_.serving(), state_.entropy()));
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder.Snapshots());
  for (const pipelines::SnapshotName& name : names) {
    const SecretBytes key = state_.vault().Derive(crypto::KeyUse::kRecipient, name.recipient);
    const crypto::RecipientTokens recipient(key, kTokenEpoch);
    std::set<Uuid> tokens;
    for (const SubjectId& id : person.subjects) tokens.insert(recipient.Token(id));
    ASSIGN_OR_RETURN(const std::string version, folder.CurrentVersion(name));
    ASSIGN_OR_RETURN(const pipelines::SnapshotManifest manifest,
                     folder.ReadManifest(name, version));
    ASSIGN_OR_RETURN(const std::set<std::string> segments,
                     SegmentsOf(folder, name, manifest, tokens));
    if (segments.empty()) continue;
    Json one = Json::Of({{"recipient", name.recipient},
                         {"snapshot", name.snapshot},
                         {"version", version},
                         {"purpose", manifest.purpose},
                         {"segments", ListOf(segments)}});
    const policies::Recipient* known =
        policy_ == nullptr ? nullptr : policy_->FindRecipient(name.recipient);
    if (known != nullptr) {
      one.Set("description", known->description);
      one.Set("relation", policies::RelationName(known->relation));
      one.Set("region", known->region);
      one.Set("safeguard", known->safeguard);
    }
    list.Push(std::move(one));
  }
  return list;
}

Result<Json> AccessAnswer::PurposesOf(const LocatedSubject& person) {
  Json list{Json::Array()};
  if (policy_ == nullptr) return list;
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  const auto partition =
      static_cast<int>(PartitionOf(person.subject, static_cast<uint32_t>(partitions)));
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const policies::SubjectState state = ledger->StateOf(person.subject);
  for (const std::string& name : policy_->PurposeNames()) {
    const policies::PurposeRule* rule = policy_->FindPurpose(name);
    const policies::Verdict verdict = policies::DecideSubject(*policy_, state, name);
    list.Push(Json::Of({{"purpose", name},
                        {"description", rule->bases.front().description},
                        {"basis", rule->bases.front().basis},
                        {"used", verdict.allowed},
                        {"why", verdict.message},
                        {"article", verdict.article}}));
  }
  return list;
}

Json AccessAnswer::RetentionJson() const {
  Json list{Json::Object()};
  if (policy_ == nullptr) return list;
  for (const char* kind : {"governed", "features", "scores", "segment", "snapshot", "model"}) {
    const std::optional<int64_t> seconds = policy_->RetentionOf(kind);
    if (seconds.has_value()) list.Set(kind, std::to_string(*seconds / kDaySeconds) + " days");
  }
  return list;
}

Result<Answer> AccessAnswer::Access(const LocatedSubject& person) {
  Answer answer;
  ASSIGN_OR_RETURN(answer.json, DataOf(person));
  Json sources{Json::Array()};
  for (const char* group : {"data", "derived", "scores", "segments"}) {
    for (const Json& dataset : answer.json[group].items()) answer.rows += dataset["rows"].size();
  }
  for (const Json& dataset : answer.json["data"].items()) {
    sources.Push(Json::Of({{"pipeline", dataset["owner"]}, {"source", dataset["dataset"]}}));
  }
  answer.json.Set("made", TimestampText(state_.clock().Now()));
  answer.json.Set("sources", std::move(sources));
  answer.json.Set("identifiers_linked", person.links.size());
  ASSIGN_OR_RETURN(Json purposes, PurposesOf(person));
  answer.json.Set("purposes", std::move(purposes));
  ASSIGN_OR_RETURN(Json recipients, RecipientsOf(person));
  answer.json.Set("recipients", std::move(recipients));
  answer.json.Set("retention", RetentionJson());
  ASSIGN_OR_RETURN(Json statements, StatementsOf(person));
  answer.json.Set("statements", std::move(statements));
  ASSIGN_OR_RETURN(Json log, LogOf(person, answer.log_entries));
  answer.json.Set("log", std::move(log));
  if (policy_ != nullptr) {
    const policies::Organisation& us = policy_->organisation();
    answer.json.Set("controller",
                    Json::Of({{"name", us.controller},
                              {"address", us.address},
                              {"contact", us.contact},
                              {"dpo", us.dpo},
                              {"dpo_contact", us.dpo_contact}}));
  }
  answer.json.Set(
      "rights",
      "You may ask for rectification, erasure, restriction and a portable copy, object, "
      "and complain to a supervisory authority (GDPR Art. 15(1)(e), (f)).");
  return answer;
}

Result<Answer> AccessAnswer::Portable(const LocatedSubject& person) {
  Answer answer;
  ASSIGN_OR_RETURN(const Json groups, DataOf(person));
  Json data{Json::Array()};
  for (const Json& dataset : groups["data"].items()) {
    answer.rows += dataset["rows"].size();
    data.Push(Json::Of({{"source", dataset["dataset"]}, {"rows", dataset["rows"]}}));
  }
  answer.json = Json::Of({{"made", TimestampText(state_.clock().Now())}, {"data", data}});
  return answer;
}

Result<std::string> AccessAnswer::Write(const Answer& answer, const fs::path& folder) {
  TRY(MakeFolders(folder));
  for (const char* group : {"data", "derived", "scores", "segments"}) {
    for (const Json& dataset : answer.json[group].items()) {
      const std::string& name =
          dataset.Has("source") ? dataset["source"].AsString() : dataset["dataset"].AsString();
      TRY(WriteFileAtomically(folder / (std::string(group) + "." + name + ".csv"),
                              AsBytes(CsvOf(dataset["rows"]))));
    }
  }
  if (!answer.log_entries.empty()) {
    TRY(state_.audit().SignCheckpoint().status());
    TRY(MakeFolders(folder / "proofs"));
    ReceiptWriter writer(state_);
    for (const uint64_t index : answer.log_entries) {
      TRY(writer.WriteProof(folder / "proofs", std::to_string(index), index));
    }
  }
  // Last: whoever finds it finds the rest.
  const std::string text = answer.json.Pretty() + "\n";
  TRY(WriteFileAtomically(folder / "answer.json", AsBytes(text)));
  return ToHex(crypto::Sha256::Of(AsBytes(text)));
}

}  // namespace signet::coordinator
