#include "pipelines/catalog/subject_refs_operator.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/audit/subject_ref.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kLogKeyBytes = 32;

/// A person's log keys, the newest first: entries of before a re-key stand under older ones.
using Keys = std::map<Uuid, std::vector<SecretBytes>>;

Result<std::vector<SecretBytes>> LogKeysIn(ByteView bytes) {
  if (bytes.empty() || bytes.size() % kLogKeyBytes != 0) {
    return Corrupt("the keyring has a malformed entry");
  }
  std::vector<SecretBytes> keys;
  for (size_t at = 0; at < bytes.size(); at += kLogKeyBytes) {
    keys.push_back(SecretBytes::CopyOf(bytes.subspan(at, kLogKeyBytes)));
  }
  return keys;
}

/// The log keys of these subjects, as far as the keyring has them.
Result<Keys> LogKeys(query::Connection& sql, const std::vector<std::string>& subjects) {
  std::vector<std::string> quoted;
  for (const std::string& subject : subjects) {
    ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(subject));
    quoted.push_back(SqlLiteral(UuidText(uuid)) + "::UUID");
  }
  Keys keys;
  if (quoted.empty()) return keys;
  ASSIGN_OR_RETURN(const auto rows,
                   sql.Query("SELECT subject, log_key FROM keyring WHERE subject IN (" +
                             Join(quoted, ", ") + ")"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return keys;
    for (size_t r = 0; r < chunk.size(); ++r) {
      ASSIGN_OR_RETURN(keys[chunk.GetUuid(0, r)], LogKeysIn(chunk.Blob(1, r)));
    }
  }
}

}  // namespace

SubjectRefsOperator::SubjectRefsOperator() {
  signature_.name = "subject_refs";
  signature_.summary = "Makes and recognises the log's references to a person.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kAggregate;
  signature_.in_documents = false;
}

Result<Schema> SubjectRefsOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

namespace {

/// References to the first of `subjects`; none when its key is gone.
Result<Json> Make(const Keys& keys,
                  const std::vector<std::string>& subjects,
                  const std::vector<std::string>& nonces) {
  Json made{Json::Array()};
  if (subjects.empty()) return made;
  ASSIGN_OR_RETURN(const Uuid person, UuidFromText(subjects.front()));
  const auto key = keys.find(person);
  for (const std::string& hex : nonces) {
    ASSIGN_OR_RETURN(const crypto::EventNonce nonce, crypto::EventNonceFromHex(hex));
    if (key != keys.end()) made.Push(crypto::SubjectRef(key->second.front(), nonce));
  }
  return made;
}

Result<Json> MakeForPeople(TaskContext& context) {
  const Json& people = context.spec().options["people"];
  std::vector<std::string> all;
  all.reserve(people.size());
  for (const Json& person : people.items()) {
    const std::vector<std::string> subjects = person["subjects"].AsStrings();
    if (!subjects.empty()) all.push_back(subjects.front());
  }
  ASSIGN_OR_RETURN(const Keys keys, LogKeys(context.sql(), all));
  Json list{Json::Array()};
  for (const Json& person : people.items()) {
    ASSIGN_OR_RETURN(Json made,
                     Make(keys, person["subjects"].AsStrings(), person["nonces"].AsStrings()));
    list.Push(std::move(made));
  }
  return Json::Of({{"people", list}});
}

bool IsOfOne(const Keys& keys, const std::string& ref) {
  return std::any_of(keys.begin(), keys.end(), [&ref](const auto& person) {
    return std::any_of(person.second.begin(), person.second.end(), [&ref](const SecretBytes& key) {
      return crypto::IsRefOf(key, ref);
    });
  });
}

}  // namespace

Status SubjectRefsOperator::Run(TaskContext& context) const {
  const Json& options = context.spec().options;
  TRY(context.OpenInputs());
  if (options.Has("people")) {
    ASSIGN_OR_RETURN(context.result().extra, MakeForPeople(context));
    return OkStatus();
  }
  const std::vector<std::string> subjects = options["subjects"].AsStrings();
  ASSIGN_OR_RETURN(const Keys keys, LogKeys(context.sql(), subjects));
  ASSIGN_OR_RETURN(Json made, Make(keys, subjects, options["nonces"].AsStrings()));
  Json matching{Json::Array()};
  for (const std::string& ref : options["refs"].AsStrings()) {
    if (IsOfOne(keys, ref)) matching.Push(ref);
  }
  context.result().extra = Json::Of({{"made", std::move(made)}, {"matching", std::move(matching)}});
  return OkStatus();
}

}  // namespace signet::pipelines
