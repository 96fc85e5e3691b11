/// Erasure (GDPR Art. 17, Cal. Civ. Code section 1798.105) as a pure state machine.
///
/// requested -> withdrawn -> destroyed, or requested -> refused. The machine has no clock, store or
/// network: the caller hands it events with their time and carries out the commands it answers
/// with. Commands are idempotent, and each state can be saved and loaded between any two events:
/// after a crash the caller asks Pending() and does it again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::policies {

enum class ErasureStage { kRequested, kWithdrawn, kDestroyed, kRefused };
std::string_view ErasureStageName(ErasureStage stage);

/// What the caller must do.
enum class ErasureCommandKind {
  kTombstone,             ///< put the tombstone: every open filters the subject
  kSuppressLinks,         ///< put the link values on the suppression list
  kWithdrawSnapshots,     ///< sign and serve the tombstone overlays
  kNotifyRecipients,      ///< tell the destinations (Art. 19)
  kReceiptWithdrawn,      ///< write the first receipt
  kEraseIdentity,         ///< delete identity rows and the keyring entry
  kRewritePartitions,     ///< rewrite the subject's partitions under new DEKs
  kDestroyKekGeneration,  ///< destroy the old KEK generation in custody
  kReceiptDestroyed,      ///< write the second receipt
};
std::string_view ErasureCommandName(ErasureCommandKind kind);

struct ErasureRequest {
  std::string id;
  SubjectId subject;
  Timestamp received;
  ErasureStage stage = ErasureStage::kRequested;
  Timestamp withdrawn_at;
  Timestamp destroyed_at;
  /// Commands of the current stage that are done, in order.
  std::vector<ErasureCommandKind> done;
  /// Further requests folded into this one.
  std::vector<std::string> folded;
  std::string refusal;

  [[nodiscard]] Json ToJson() const;
  static Result<ErasureRequest> FromJson(const Json& json);
};

struct ErasureStep {
  ErasureRequest request;
  /// The next commands, in order; each is reported back by CommandDone.
  std::vector<ErasureCommandKind> commands;
};

/// A new request; its first commands withdraw the subject.
ErasureStep RequestErasure(std::string id, const SubjectId& subject, Timestamp now);
/// Another request for the same subject: folded, no commands, no second receipt. kConflict when
/// `request` is about another subject or is over.
Result<ErasureRequest> FoldErasure(ErasureRequest request,
                                   std::string id,
                                   const SubjectId& subject);
/// One command succeeded. Done in another order than asked for: kConflict; repeated: no change.
Result<ErasureStep> CommandDone(ErasureRequest request, ErasureCommandKind command, Timestamp now);
/// The sweep starts: from *withdrawn* the destroying commands. kConflict in any other stage.
Result<ErasureStep> BeginSweep(ErasureRequest request);
/// Refuses a request that nothing was done for yet (Art. 17(3)); `reason` is shown to the subject.
Result<ErasureRequest> RefuseErasure(ErasureRequest request, std::string reason);
/// What is still to be done in the current stage.
std::vector<ErasureCommandKind> Pending(const ErasureRequest& request);

/// When the answer is due: one month (Art. 12(3)) for `gdpr`, 45 days (section 1798.130(a)(2))
/// else.
Timestamp AnswerDue(Timestamp received, std::string_view policy);

}  // namespace signet::policies
