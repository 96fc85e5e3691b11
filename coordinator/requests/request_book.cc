#include "coordinator/requests/request_book.h"

#include <optional>
#include <utility>

#include "crypto/primitives/sealed_stream.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "request/";

std::string KeyOf(const std::string& id) {
  return kPrefix + id;
}

crypto::DekScope ScopeOf(const std::string& id) {
  return {"@requests", id, -1, "links"};
}

}  // namespace

/// {dek, sealed}, sealed once and kept as it is.
Result<Json> RequestBook::Seal(const KeptRequest& kept, crypto::WriteBatch& batch) {
  const std::string& id = kept.request.id;
  ASSIGN_OR_RETURN(const DekId dek, state_.vault().NewDek(ScopeOf(id), batch));
  ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(dek));
  std::string text = Json::Of({{"person", kept.person.ToJson()}, {"secret", kept.secret}}).Dump();
  const Result<Bytes> sealed =
      crypto::SealStream(key, state_.entropy(), AsBytes(KeyOf(id)), AsBytes(text));
  Wipe(text.data(), text.size());
  if (!sealed.ok()) return sealed.status();
  return Json::Of({{"dek", dek.text()}, {"sealed", ToBase64(*sealed)}});
}

Status RequestBook::Put(const KeptRequest& kept, crypto::WriteBatch& batch) {
  const std::string& id = kept.request.id;
  Json record = Json::Of({{"request", kept.request.ToJson()},
                          {"refs", Json::Strings(kept.refs)},
                          {"facts", kept.facts}});
  const bool needs_person = !kept.request.closed() && !kept.person.subjects.empty();
  auto held = sealed_.find(id);
  if (needs_person) {
    if (held == sealed_.end()) {
      ASSIGN_OR_RETURN(Json sealed, Seal(kept, batch));
      held = sealed_.emplace(id, std::move(sealed)).first;
    }
    record.Set("dek", held->second["dek"]);
    record.Set("sealed", held->second["sealed"]);
  } else if (held != sealed_.end()) {
    TRY(state_.vault().DestroyDek(DekId(held->second["dek"].AsString()), batch));
    sealed_.erase(held);
  }
  batch.Put(KeyOf(id), record.Dump());
  return OkStatus();
}

Result<KeptRequest> RequestBook::Decode(const Json& record, bool with_person) {
  KeptRequest kept;
  ASSIGN_OR_RETURN(kept.request, policies::RightsRequest::FromJson(record["request"]));
  kept.refs = record["refs"].AsStrings();
  kept.facts = record["facts"];
  if (!with_person || !record.Has("dek")) return kept;
  const DekId dek(record["dek"].AsString());
  ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(dek, ScopeOf(kept.request.id)));
  ASSIGN_OR_RETURN(const Bytes sealed, FromBase64(record["sealed"].AsString()));
  ASSIGN_OR_RETURN(Bytes text, crypto::OpenStream(key, AsBytes(KeyOf(kept.request.id)), sealed));
  const Result<Json> plain = Json::Parse(AsText(text));
  Wipe(text.data(), text.size());
  if (!plain.ok()) return Corrupt("a request's sealed part is no JSON");
  ASSIGN_OR_RETURN(kept.person, LocatedSubject::FromJson((*plain)["person"]));
  kept.secret = (*plain)["secret"];
  sealed_[kept.request.id] = Json::Of({{"dek", record["dek"]}, {"sealed", record["sealed"]}});
  return kept;
}

Result<std::vector<KeptRequest>> RequestBook::Read(bool with_persons) {
  std::vector<KeptRequest> all;
  TRY(state_.store().Scan(kPrefix, [&](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json record, Json::Parse(AsText(value)));
    ASSIGN_OR_RETURN(KeptRequest kept, Decode(record, with_persons));
    if (!with_persons || !kept.request.closed()) all.push_back(std::move(kept));
    return OkStatus();
  }));
  return all;
}

Result<std::vector<KeptRequest>> RequestBook::Open() {
  return Read(/*with_persons=*/true);
}

Result<size_t> RequestBook::Renew(const crypto::CoverChange& links, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::vector<KeptRequest> open, Open());
  size_t renewed = 0;
  for (KeptRequest& kept : open) {
    const auto held = sealed_.find(kept.request.id);
    if (held == sealed_.end()) continue;
    TRY(state_.vault().DestroyDek(DekId(held->second["dek"].AsString()), batch));
    sealed_.erase(held);
    for (Uuid& link : kept.person.links) link = links.Of(link);
    TRY(Put(kept, batch));
    ++renewed;
  }
  return renewed;
}

Result<std::vector<KeptRequest>> RequestBook::All() {
  return Read(/*with_persons=*/false);
}

Result<KeptRequest> RequestBook::Find(const std::string& id) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(KeyOf(id)));
  if (!stored) {
    return NotFound("there is no request '" + id + "'")
        .WithRemedy("`signet report requests` lists them");
  }
  ASSIGN_OR_RETURN(const Json record, Json::Parse(AsText(*stored)));
  return Decode(record, /*with_person=*/true);
}

}  // namespace signet::coordinator
