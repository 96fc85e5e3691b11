#include "pipelines/catalog/subject_refs_operator.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/audit/subject_ref.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

/// The log keys of these subjects, as far as the keyring has them.
Result<std::map<Uuid, SecretBytes>> LogKeys(query::Connection& sql,
                                            const std::vector<std::string>& subjects) {
  std::vector<std::string> quoted;
  for (const std::string& subject : subjects) {
    ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(subject));
    quoted.push_back(SqlLiteral(UuidText(uuid)) + "::UUID");
  }
  std::map<Uuid, SecretBytes> keys;
  if (quoted.empty()) return keys;
  ASSIGN_OR_RETURN(const auto rows,
                   sql.Query("SELECT subject, log_key FROM keyring WHERE subject IN (" +
                             Join(quoted, ", ") + ")"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return keys;
    for (size_t r = 0; r < chunk.size(); ++r) {
      keys.insert_or_assign(chunk.GetUuid(0, r), SecretBytes::CopyOf(chunk.Blob(1, r)));
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

using Keys = std::map<Uuid, SecretBytes>;

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
    if (key != keys.end()) made.Push(crypto::SubjectRef(key->second, nonce));
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
    for (const auto& entry : keys) {
      if (crypto::IsRefOf(entry.second, ref)) matching.Push(ref);
    }
  }
  context.result().extra = Json::Of({{"made", std::move(made)}, {"matching", std::move(matching)}});
  return OkStatus();
}

}  // namespace signet::pipelines
