#include "coordinator/binding/correction_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/primitives/sealed_stream.h"

namespace signet::coordinator {
namespace {

constexpr char kKey[] = "corrections";

crypto::DekScope Scope() {
  return {"@corrections", "1", -1, "facts"};
}

Json ToJson(const Correction& correction) {
  Json subjects{Json::Array()};
  for (const SubjectId& id : correction.subjects) subjects.Push(UuidText(id.value));
  return Json::Of({{"pipeline", correction.pipeline},
                   {"dataset", correction.dataset},
                   {"column", correction.column},
                   {"value", correction.value},
                   {"subjects", subjects}});
}

bool SamePlace(const Correction& a, const Correction& b) {
  const bool same_person =
      std::any_of(a.subjects.begin(), a.subjects.end(), [&b](const SubjectId& id) {
        return std::find(b.subjects.begin(), b.subjects.end(), id) != b.subjects.end();
      });
  return same_person && a.pipeline == b.pipeline && a.dataset == b.dataset && a.column == b.column;
}

}  // namespace

Result<std::vector<Correction>> CorrectionBook::All() {
  std::vector<Correction> all;
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kKey));
  if (!stored) return all;
  ByteReader reader(*stored);
  ASSIGN_OR_RETURN(const ByteView id, reader.Field());
  ASSIGN_OR_RETURN(const SecretBytes key,
                   state_.vault().OpenDek(DekId(std::string(AsText(id))), Scope()));
  ASSIGN_OR_RETURN(Bytes plain, crypto::OpenStream(key, AsBytes(kKey), reader.rest()));
  const Result<Json> list = Json::Parse(AsText(plain));
  Wipe(plain.data(), plain.size());
  if (!list.ok()) return Corrupt("the corrections are no JSON");
  for (const Json& item : list->items()) {
    Correction correction;
    correction.pipeline = item["pipeline"].AsString();
    correction.dataset = item["dataset"].AsString();
    correction.column = item["column"].AsString();
    correction.value = item["value"].AsString();
    for (const std::string& text : item["subjects"].AsStrings()) {
      ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(text));
      correction.subjects.push_back({uuid});
    }
    all.push_back(std::move(correction));
  }
  return all;
}

Result<Json> CorrectionBook::ForGate(const std::string& pipeline) {
  ASSIGN_OR_RETURN(const std::vector<Correction> all, All());
  Json list{Json::Array()};
  for (const Correction& correction : all) {
    if (correction.pipeline == pipeline) list.Push(ToJson(correction));
  }
  return list;
}

Status CorrectionBook::Store(const std::vector<Correction>& all, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kKey));
  if (stored) {
    ByteReader reader(*stored);
    ASSIGN_OR_RETURN(const ByteView id, reader.Field());
    TRY(state_.vault().DestroyDek(DekId(std::string(AsText(id))), batch));
  }
  if (all.empty()) {
    batch.Delete(kKey);
    return OkStatus();
  }
  Json list{Json::Array()};
  for (const Correction& correction : all) list.Push(ToJson(correction));
  std::string text = list.Dump();
  ASSIGN_OR_RETURN(const DekId id, state_.vault().NewDek(Scope(), batch));
  ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(id));
  const Result<Bytes> sealed =
      crypto::SealStream(key, state_.entropy(), AsBytes(kKey), AsBytes(text));
  Wipe(text.data(), text.size());
  if (!sealed.ok()) return sealed.status();
  Bytes value;
  AppendField(value, id.text());
  Append(value, *sealed);
  batch.Put(kKey, std::move(value));
  return OkStatus();
}

Status CorrectionBook::Add(Correction correction, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::vector<Correction> all, All());
  std::erase_if(all, [&correction](const Correction& old) { return SamePlace(old, correction); });
  all.push_back(std::move(correction));
  return Store(all, batch);
}

Status CorrectionBook::Reseal(crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::vector<Correction> all, All());
  return all.empty() ? OkStatus() : Store(all, batch);
}

Status CorrectionBook::Forget(const std::set<SubjectId>& subjects, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(std::vector<Correction> all, All());
  const size_t erased = std::erase_if(all, [&subjects](const Correction& correction) {
    return std::any_of(correction.subjects.begin(),
                       correction.subjects.end(),
                       [&subjects](const SubjectId& id) { return subjects.count(id) != 0; });
  });
  return erased == 0 ? OkStatus() : Store(all, batch);
}

}  // namespace signet::coordinator
