/// The identity table and the keyring, as lookups that run inside a scan.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/uuid_index.h"

namespace signet::pipelines {

/// Whose a link value is. Immutable after Load; safe to share between threads. 36 bytes a link and
/// its slot.
class SubjectTable {
 public:
  /// Reads a view with IdentitySchema(); aliases count as the subject in use.
  static Result<std::shared_ptr<const SubjectTable>> Load(query::Connection& connection,
                                                          const std::string& identity);

  enum class Answer { kKnown, kBlocked, kUnknown };
  /// Sets `subject` when the answer is kKnown.
  Answer Find(const Uuid& link, Uuid& subject) const;
  void Prefetch(const Uuid& link) const { links_.Prefetch(link); }

 private:
  SubjectTable() = default;
  UuidIndex links_;
  std::vector<Uuid> subjects_;  // by link; nil = blocked
};

/// The subjects' cell keys. Immutable after Load; wiped at the end.
class Keyring {
 public:
  /// Reads a view with KeyringSchema().
  static Result<std::shared_ptr<const Keyring>> Load(query::Connection& connection,
                                                     const std::string& keyring);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  /// The subject's 32-byte cell key; nothing when the keyring does not have it (erased).
  [[nodiscard]] std::optional<SecretBytes> CellKey(const SubjectId& subject) const;

 private:
  static constexpr size_t kKeyBytes = 32;
  Keyring() = default;
  UuidIndex subjects_;
  Bytes keys_;  // kKeyBytes a subject
};

}  // namespace signet::pipelines
