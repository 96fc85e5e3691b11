#include "coordinator/keys/key_desk.h"

#include <algorithm>
#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

std::string NameOf(const LiveDataset& dataset) {
  return dataset.owner + "/" + dataset.name;
}

/// What an officer can mean: live datasets of pipelines.
Status NoSuchDataset(const ShredRequest& request, const std::vector<LiveDataset>& all) {
  std::vector<std::string> names;
  for (const LiveDataset& dataset : all) {
    if (dataset.owner != kStateOwner) names.push_back(NameOf(dataset));
  }
  const std::string wanted = request.owner + "/" + request.dataset;
  const std::string nearest = NearestName(wanted, names);
  return NotFound("there is no live dataset " + wanted)
      .WithRemedy(names.empty()     ? "no run has left a dataset in this state"
                  : nearest.empty() ? "there are: " + Join(names, ", ")
                                    : "did you mean " + nearest + "?");
}

size_t StreamsOf(const std::vector<pipelines::Piece>& pieces) {
  size_t streams = 0;
  for (const pipelines::Piece& piece : pieces) streams += piece.streams.size();
  return streams;
}

Json Numbers(const std::vector<int>& numbers) {
  Json list{Json::Array()};
  for (const int number : numbers) list.Push(number);
  return list;
}

}  // namespace

crypto::EnrolmentBook KeyDesk::Book() {
  return {state_.store(), state_.entropy(), state_.clock()};
}

Result<uint64_t> KeyDesk::Record(const std::string& type,
                                 Json facts,
                                 const std::string& why,
                                 crypto::WriteBatch batch) {
  crypto::AuditEvent event;
  event.type = type;
  event.actor = actor_;
  event.action = type.substr(type.find('.') + 1);
  event.facts = std::move(facts);
  event.why = why;
  return state_.audit().Record(event, std::move(batch));
}

Result<Json> KeyDesk::RecordWithRotation(const std::string& type,
                                         Json facts,
                                         const std::string& why,
                                         crypto::WriteBatch batch) {
  ASSIGN_OR_RETURN(const uint32_t generation, state_.vault().RotateKek(batch));
  facts.Set("kek_generation", generation);
  Json done = facts;
  ASSIGN_OR_RETURN(const uint64_t index, Record(type, std::move(facts), why, std::move(batch)));
  TRY(state_.vault().DestroyOldKeks(state_.clock().Now()));
  done.Set("audit_index", index);
  return done;
}

Result<Json> KeyDesk::List() {
  ASSIGN_OR_RETURN(Json list, state_.vault().List());
  list.Set("custody", state_.custody().Describe());
  Json members{Json::Array()};
  ASSIGN_OR_RETURN(const std::vector<crypto::Member> all, Book().All());
  for (const crypto::Member& member : all) members.Push(member.ToJson());
  list.Set("members", members);
  return list;
}

Result<Json> KeyDesk::Rotate(const std::string& why) {
  ASSIGN_OR_RETURN(const Json before, state_.vault().List());
  return RecordWithRotation("key.rotated",
                            Json::Of({{"deks", before["deks"]}, {"rewritten", 0}}),
                            why.empty() ? "rotation on request" : why,
                            {});
}

Result<Json> KeyDesk::Shred(const ShredRequest& request, const std::string& why) {
  if (request.owner.empty() || request.owner[0] == '@') {
    return Invalid("identities, keyring and ledger are not shredded as a dataset")
        .WithRemedy("erase persons: signet subject erase");
  }
  DatasetRegistry registry(state_);
  ASSIGN_OR_RETURN(LiveDataset dataset, registry.Find(request.owner, request.dataset));
  if (dataset.run.empty()) {
    ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
    return NoSuchDataset(request, all);
  }
  if (!request.run.empty() && request.run != dataset.run) {
    return Conflict(NameOf(dataset) + " lives in the version of run " + dataset.run + ", not of " +
                    request.run)
        .WithRemedy("the keys of replaced versions died with the run that replaced them");
  }
  std::vector<pipelines::Piece> kept;
  std::vector<pipelines::Piece> gone;
  for (const pipelines::Piece& piece : dataset.pieces) {
    const bool chosen =
        request.partitions.empty() ||
        std::find(request.partitions.begin(), request.partitions.end(), piece.partition) !=
            request.partitions.end();
    (chosen ? gone : kept).push_back(piece);
  }
  if (gone.empty()) {
    return NotFound(NameOf(dataset) + " has no rows in the partitions named");
  }
  dataset.pieces = kept;
  crypto::WriteBatch batch;
  if (dataset.kind == pipelines::DatasetKind::kModel) {
    TRY(registry.Forget(gone, batch));  // the registered version dies with it
  } else {
    TRY(registry.Put(dataset, batch));
  }
  Json facts = Json::Of({{"dataset", NameOf(dataset)},
                         {"run", dataset.run},
                         {"partitions", Numbers(request.partitions)},
                         {"pieces", gone.size()},
                         {"keys", StreamsOf(gone)}});
  ASSIGN_OR_RETURN(Json done,
                   RecordWithRotation("key.shredded",
                                      std::move(facts),
                                      why.empty() ? "shredding on request" : why,
                                      std::move(batch)));
  registry.Sweep();
  return done;
}

Result<Json> KeyDesk::RecordMember(const std::string& type,
                                   const crypto::Member& member,
                                   Json facts,
                                   crypto::WriteBatch batch) {
  facts.Set("kind", crypto::MemberKindName(member.kind)).Set("name", member.name);
  ASSIGN_OR_RETURN(const uint64_t index,
                   Record(type, std::move(facts), "the allow-list of members", std::move(batch)));
  if (member.kind == crypto::MemberKind::kWorker) TRY(WriteWorkerList());
  if (member.kind == crypto::MemberKind::kClient) TRY(WriteClientList());
  Json done = member.ToJson();
  done.Set("audit_index", index);
  return done;
}

Result<Json> KeyDesk::Invite(crypto::MemberKind kind,
                             const std::string& name,
                             const crypto::Labels& labels,
                             int64_t valid_s,
                             SecretBytes& token) {
  crypto::WriteBatch batch;
  ASSIGN_OR_RETURN(token, Book().Invite(kind, name, labels, valid_s, batch));
  Json texts{Json::Array()};
  for (const auto& [label, value] : labels) {
    std::string text = label;
    texts.Push(text.append("=").append(value));
  }
  const Json facts = Json::Of({{"kind", crypto::MemberKindName(kind)},
                               {"name", name},
                               {"labels", texts},
                               {"valid_s", valid_s}});
  ASSIGN_OR_RETURN(const uint64_t index,
                   Record("key.invited", facts, "the allow-list of members", std::move(batch)));
  Json done = facts;
  done.Set("audit_index", index);
  return done;
}

Result<Json> KeyDesk::Redeem(std::string_view token, const std::string& key) {
  crypto::WriteBatch batch;
  const Result<crypto::Member> member = Book().Redeem(token, key, batch);
  if (!member.ok()) {
    // A refusal is an event of its own; nothing of the token is in it.
    TRY(Record("key.denied",
               Json::Of({{"reason", StatusCodeName(member.status().code())}}),
               "an invitation was not accepted",
               {})
            .status());
    return member.status();
  }
  return RecordMember("key.enrolled",
                      *member,
                      Json::Of({{"key", key}, {"keys", member->keys.size()}}),
                      std::move(batch));
}

Result<Json> KeyDesk::Retire(crypto::MemberKind kind,
                             const std::string& name,
                             const std::string& key) {
  crypto::WriteBatch batch;
  ASSIGN_OR_RETURN(const crypto::Member member, Book().Retire(kind, name, key, batch));
  return RecordMember("key.retired",
                      member,
                      Json::Of({{"key", key}, {"keys", member.keys.size()}}),
                      std::move(batch));
}

Result<Json> KeyDesk::Revoke(crypto::MemberKind kind, const std::string& name) {
  crypto::WriteBatch batch;
  ASSIGN_OR_RETURN(const crypto::Member member, Book().Revoke(kind, name, batch));
  return RecordMember(
      "key.revoked", member, Json::Of({{"keys", member.keys.size()}}), std::move(batch));
}

Status KeyDesk::WriteLists() {
  TRY(WriteWorkerList());
  ASSIGN_OR_RETURN(const std::vector<crypto::Member> all, Book().All());
  for (const crypto::Member& member : all) {
    if (member.kind == crypto::MemberKind::kClient) return WriteClientList();
  }
  return OkStatus();
}

Status KeyDesk::WriteClientList() {
  std::string text = "signet/clients/1\n";
  ASSIGN_OR_RETURN(const std::vector<crypto::Member> all, Book().All());
  for (const crypto::Member& member : all) {
    if (member.kind != crypto::MemberKind::kClient || member.revoked) continue;
    // A client reads as the recipient of its label, or of its own name.
    const auto label = member.labels.find("recipient");
    const std::string& recipient = label == member.labels.end() ? member.name : label->second;
    for (const crypto::PinnedKey& key : member.keys) {
      text += key.key + " " + recipient + " " + member.name + "\n";
    }
  }
  ASSIGN_OR_RETURN(const std::string note, state_.SignNote(text));
  TRY(MakeFolders(state_.serving()));
  return WriteFileAtomically(state_.serving() / "clients.note", AsBytes(note), 0644);
}

Status KeyDesk::WriteWorkerList() {
  std::string text = "# Written by signet keys: KEY NAME\n";
  ASSIGN_OR_RETURN(const std::vector<crypto::Member> all, Book().All());
  for (const crypto::Member& member : all) {
    if (member.kind != crypto::MemberKind::kWorker || member.revoked) continue;
    for (const crypto::PinnedKey& key : member.keys) text += key.key + " " + member.name + "\n";
  }
  return WriteFileAtomically(state_.path() / "workers", AsBytes(text), 0600);
}

}  // namespace signet::coordinator
