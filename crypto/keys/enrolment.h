/// EnrolmentBook: who may join and sign: workers, clients and officers, each pinned to its own key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// What a member's key is: a worker's CURVE key (Z85), a client's certificate (SHA-256, hex), an
/// officer's Ed25519 key (hex).
enum class MemberKind { kWorker, kClient, kOfficer };

/// "worker", "client", "officer".
std::string_view MemberKindName(MemberKind kind);
Result<MemberKind> MemberKindFromName(std::string_view name);

using Labels = std::map<std::string, std::string>;

struct PinnedKey {
  std::string key;  ///< the public key's text
  Timestamp added;
};

/// One member: at most two valid keys, the old and the new one of a rotation.
struct Member {
  MemberKind kind = MemberKind::kWorker;
  std::string name;
  Labels labels;  ///< what the member may be used for: region=eu, role=dpo, recipient=...
  std::vector<PinnedKey> keys;
  std::optional<Timestamp> revoked;  ///< for good: a name is never given twice

  [[nodiscard]] Json ToJson() const;
  static Result<Member> FromJson(const Json& json);
};

/// Members and invitations in the store, under "keys/member/" and "keys/invite/". An invitation is
/// a token of 32 random bytes, shown once; the store keeps its hash. It is used once: its deletion
/// and the key it pins are one write. Every change goes into the caller's batch, with the caller's
/// log entry. Belongs to one thread; batches are written before the next call.
class EnrolmentBook {
 public:
  static constexpr size_t kKeysMax = 2;
  static constexpr size_t kMembersMax = 10'000;

  /// The references must outlive the book.
  EnrolmentBook(KvStore& store, Entropy& entropy, Clock& clock)
      : store_(store), entropy_(entropy), clock_(clock) {}

  /// Invites a new member, or one that is there to bring its next key (labels then stay as they
  /// are). kInvalid for a bad name, label or time (1 s to 30 days); kConflict when the member is
  /// revoked or has two keys. The token is 52 characters of base32 text.
  Result<SecretBytes> Invite(MemberKind kind,
                             const std::string& name,
                             const Labels& labels,
                             int64_t valid_s,
                             WriteBatch& batch);
  /// Pins `key` to the member that `token` was made for. kDenied for an unknown, used or expired
  /// token (which of them is not said); kInvalid for a key of another form; kConflict when another
  /// member has this key.
  Result<Member> Redeem(std::string_view token, const std::string& key, WriteBatch& batch);
  /// Ends a rotation: only the other key stays. kConflict for the last key: revoke the member.
  Result<Member> Retire(MemberKind kind,
                        const std::string& name,
                        const std::string& key,
                        WriteBatch& batch);
  /// Ends the membership for good, with its open invitations. kNotFound; again is ok.
  Result<Member> Revoke(MemberKind kind, const std::string& name, WriteBatch& batch);

  /// All members, revoked ones too, by kind and name.
  Result<std::vector<Member>> All();
  /// The member in good standing that holds this key; none when unknown or revoked.
  Result<std::optional<Member>> Holder(MemberKind kind, std::string_view key);
  /// The keys of all members in good standing.
  Result<std::vector<std::string>> Keys(MemberKind kind);

 private:
  Result<std::optional<Member>> Find(MemberKind kind, const std::string& name);

  KvStore& store_;
  Entropy& entropy_;
  Clock& clock_;
};

}  // namespace signet::crypto
