/// A person's request as a pure state machine: events in, commands out.
///
/// received -> done, or received -> refused; an erasure goes received -> withdrawn -> done (its
/// data are destroyed). The machine has no clock, store or network: the caller hands it events with
/// their time and carries out the commands it answers with. Commands are idempotent, and each state
/// can be saved and loaded between any two events: after a crash the caller asks Pending() and goes
/// on. Whose request it is, the caller knows: nothing here is personal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/rights/right.h"

namespace signet::policies {

enum class RequestStage { kReceived, kWithdrawn, kDone, kRefused };
/// "received", "withdrawn", "done", "refused".
std::string_view RequestStageName(RequestStage stage);

/// What the caller must do.
enum class RequestCommand {
  kCollect,               ///< gather what is held about the person
  kHandOver,              ///< write the answer where the asker wants it
  kCorrect,               ///< put the right value in the place of the wrong one
  kRecordFact,            ///< put the statement into the consent ledger
  kTombstone,             ///< put tombstone and suppression: every open filters the person
  kWithdrawSnapshots,     ///< sign and serve the tombstone overlays
  kNotifyRecipients,      ///< tell those who received the data (Art. 19)
  kReceiptWithdrawn,      ///< write the receipt of an erasure's first stage
  kRewritePartitions,     ///< rewrite what holds the person's rows, identity and keys last
  kFlagModels,            ///< mark the models that were trained on the person
  kDestroyKekGeneration,  ///< forget the ledger's rows, destroy the old KEK generation in custody
  kReceiptDone,           ///< write the (last) receipt
};
std::string_view RequestCommandName(RequestCommand command);

struct RightsRequest {
  std::string id;
  Right right = Right::kAccess;
  std::string purpose;  ///< of an objection, restriction or opt-out; "" = everything
  bool lift = false;    ///< takes an earlier restriction, objection, opt-out or limit back
  std::string law;      ///< the policy whose clock runs: "gdpr", "ccpa"
  std::string channel;  ///< how it was made: "cli", "api", "letter"
  Timestamp received;
  Deadline deadline;
  std::string extension;  ///< why the answer takes longer; empty: it does not
  RequestStage stage = RequestStage::kReceived;
  Timestamp withdrawn_at;
  Timestamp closed_at;
  std::vector<RequestCommand> done;  ///< of the current stage, in order
  std::vector<std::string> folded;   ///< further requests that this one answers
  std::string refusal;

  /// The day on which the answer is due, the extension counted in.
  [[nodiscard]] Timestamp due() const {
    return extension.empty() ? deadline.answer : deadline.extended;
  }
  [[nodiscard]] bool closed() const {
    return stage == RequestStage::kDone || stage == RequestStage::kRefused;
  }
  [[nodiscard]] Json ToJson() const;
  static Result<RightsRequest> FromJson(const Json& json);
};

/// What a request is opened with.
struct RequestOpening {
  std::string id;
  Right right = Right::kAccess;
  std::string purpose;
  bool lift = false;
  std::string law;
  std::string channel;
};

struct RequestStep {
  RightsRequest request;
  /// The next commands, in order; each is reported back by CommandDone.
  std::vector<RequestCommand> commands;
};

/// A new request and its first commands. kInvalid for `lift` of a right that cannot be taken back.
Result<RequestStep> OpenRequest(RequestOpening opening, Timestamp now);
/// Whether a new request for the same person asks for what `request` is already doing.
bool AnswersAlso(const RightsRequest& request, const RequestOpening& opening);
/// Another request for the same: folded, no commands, no second receipt. kConflict when `request`
/// is over.
Result<RightsRequest> FoldRequest(RightsRequest request, std::string id);
/// One command succeeded. Done in another order than asked for: kConflict; repeated: no change.
Result<RequestStep> CommandDone(RightsRequest request, RequestCommand command, Timestamp now);
/// The sweep starts: from *withdrawn* the destroying commands. kConflict in any other stage.
Result<RequestStep> BeginSweep(RightsRequest request);
/// Uses the law's longer term; `reason` is told to the person (Art. 12(3)). kConflict when the
/// first term is over, it was extended before, or the law knows no extension.
Result<RightsRequest> ExtendRequest(RightsRequest request, std::string reason, Timestamp now);
/// Refuses a request that nothing was done for yet (Art. 12(4), 12(5), 17(3)).
Result<RightsRequest> RefuseRequest(RightsRequest request, std::string reason, Timestamp now);
/// What is still to be done in the current stage.
std::vector<RequestCommand> Pending(const RightsRequest& request);

}  // namespace signet::policies
