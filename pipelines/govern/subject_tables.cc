#include "pipelines/govern/subject_tables.h"

#include "crypto/base/text.h"

namespace signet::pipelines {

Result<std::shared_ptr<const SubjectTable>> SubjectTable::Load(query::Connection& connection,
                                                               const std::string& identity) {
  ASSIGN_OR_RETURN(const auto rows,
                   connection.Query("SELECT link, coalesce(alias_of, subject), blocked FROM " +
                                    SqlName(identity)));
  const std::shared_ptr<SubjectTable> table(new SubjectTable);
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return std::shared_ptr<const SubjectTable>(table);
    for (size_t r = 0; r < chunk.size(); ++r) {
      const uint32_t number = table->links_.Add(chunk.GetUuid(0, r));
      if (number != table->subjects_.size()) {
        return Corrupt("the identity table names a link value twice");
      }
      table->subjects_.push_back(chunk.Bool(2, r) ? Uuid{} : chunk.GetUuid(1, r));
    }
  }
}

SubjectTable::Answer SubjectTable::Find(const Uuid& link, Uuid& subject) const {
  const std::optional<uint32_t> number = links_.Find(link);
  if (!number) return Answer::kUnknown;
  if (subjects_[*number] == Uuid{}) return Answer::kBlocked;
  subject = subjects_[*number];
  return Answer::kKnown;
}

Result<std::shared_ptr<const Keyring>> Keyring::Load(query::Connection& connection,
                                                     const std::string& keyring) {
  ASSIGN_OR_RETURN(const int64_t count,
                   connection.QueryInt64("SELECT count(*) FROM " + SqlName(keyring)));
  ASSIGN_OR_RETURN(const auto rows,
                   connection.Query("SELECT subject, cell_key FROM " + SqlName(keyring)));
  const std::shared_ptr<Keyring> ring(new Keyring);
  // Reserved at once, so that growing leaves no copies of keys behind.
  ring->keys_.reserve(static_cast<size_t>(count) * kKeyBytes);
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return std::shared_ptr<const Keyring>(ring);
    for (size_t r = 0; r < chunk.size(); ++r) {
      const uint32_t number = ring->subjects_.Add(chunk.GetUuid(0, r));
      const ByteView key = chunk.Blob(1, r);
      if (number * kKeyBytes != ring->keys_.size() || key.size() != kKeyBytes) {
        return Corrupt("the keyring has a malformed or doubled entry");
      }
      Append(ring->keys_, key);
    }
  }
}

Keyring::~Keyring() {
  Wipe(keys_.data(), keys_.size());
}

std::optional<SecretBytes> Keyring::CellKey(const SubjectId& subject) const {
  const std::optional<uint32_t> number = subjects_.Find(subject.value);
  if (!number) return std::nullopt;
  return SecretBytes::CopyOf(ByteView(keys_).subspan(*number * kKeyBytes, kKeyBytes));
}

}  // namespace signet::pipelines
