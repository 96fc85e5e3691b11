/// WithdrawalDesk: takes persons out of what is served, by signed tombstone overlays.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/subject_finder.h"
#include "crypto/audit/audit_event.h"
#include "crypto/base/json.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// What is withdrawn.
struct WithdrawalScope {
  /// Of this purpose and those below it; empty: of everything.
  std::string purpose;
  /// Only at recipients to whom data are sold, or with whom they are shared (needs a policy).
  bool sale_only = false;
};

class WithdrawalDesk {
 public:
  explicit WithdrawalDesk(StateFolder& state) : state_(state) {}

  /// Rewrites the overlay of each recipient concerned, once for all people. Returns the recipients.
  /// `policy` tells who is a buyer; null: everybody may be one. Idempotent.
  Result<std::vector<std::string>> Withdraw(std::span<const LocatedSubject> people,
                                            const WithdrawalScope& scope,
                                            const policies::Policy* policy);
  /// How each of them was told, for the receipt (GDPR Art. 19): [{recipient, relation, by,
  /// sequence, note_digest, time}] of the overlay that is served to it now.
  Result<Json> NoticesTo(const std::vector<std::string>& recipients,
                         const policies::Policy* policy);
  /// The log's entry that says so.
  static crypto::AuditEvent EventOf(const std::vector<std::string>& recipients, size_t tokens);
  /// Deletes every version that is not served any more, with the members it lists. Returns
  /// "recipient/snapshot/version" of each.
  Result<std::vector<std::string>> RemoveOldVersions();

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
