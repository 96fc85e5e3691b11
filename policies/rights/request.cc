#include "policies/rights/request.h"

#include <algorithm>
#include <utility>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

using Command = RequestCommand;

constexpr EnumNames<RequestStage, 4> kStages = {{
    {RequestStage::kReceived, "received"},
    {RequestStage::kWithdrawn, "withdrawn"},
    {RequestStage::kDone, "done"},
    {RequestStage::kRefused, "refused"},
}};

constexpr EnumNames<Command, 12> kCommands = {{
    {Command::kCollect, "collect"},
    {Command::kHandOver, "hand_over"},
    {Command::kCorrect, "correct"},
    {Command::kRecordFact, "record_fact"},
    {Command::kTombstone, "tombstone"},
    {Command::kWithdrawSnapshots, "withdraw_snapshots"},
    {Command::kNotifyRecipients, "notify_recipients"},
    {Command::kReceiptWithdrawn, "receipt_withdrawn"},
    {Command::kRewritePartitions, "rewrite_partitions"},
    {Command::kFlagModels, "flag_models"},
    {Command::kDestroyKekGeneration, "destroy_kek_generation"},
    {Command::kReceiptDone, "receipt_done"},
}};

// The commands of a stage in their order. Of an erasure the tombstone is first, so that from then
// on nothing new is made; models are flagged while it is known what was rewritten; the receipt is
// last, since it lists what was done.
std::vector<Command> CommandsOf(const RightsRequest& request) {
  if (request.closed()) return {};
  if (request.stage == RequestStage::kWithdrawn) {
    return {Command::kRewritePartitions,
            Command::kFlagModels,
            Command::kDestroyKekGeneration,
            Command::kReceiptDone};
  }
  switch (request.right) {
    case Right::kAccess:
    case Right::kPortability:
      return {Command::kCollect, Command::kHandOver, Command::kReceiptDone};
    case Right::kRectification:
      return {Command::kCorrect, Command::kNotifyRecipients, Command::kReceiptDone};
    case Right::kErasure:
      return {Command::kTombstone,
              Command::kWithdrawSnapshots,
              Command::kNotifyRecipients,
              Command::kReceiptWithdrawn};
    case Right::kRestriction:
    case Right::kObjection:
    case Right::kOptOut:
    case Right::kLimit:
      break;
  }
  if (request.lift) return {Command::kRecordFact, Command::kReceiptDone};
  return {Command::kRecordFact,
          Command::kWithdrawSnapshots,
          Command::kNotifyRecipients,
          Command::kReceiptDone};
}

bool Contains(const std::vector<Command>& commands, Command command) {
  return std::find(commands.begin(), commands.end(), command) != commands.end();
}

bool CanBeLifted(Right right) {
  return right == Right::kRestriction || right == Right::kObjection || right == Right::kOptOut ||
         right == Right::kLimit;
}

/// Whether the command is one that lies behind the request.
bool IsBehind(const RightsRequest& request, Command command) {
  if (request.stage == RequestStage::kRefused) return false;
  if (request.stage == RequestStage::kDone) return true;
  if (request.stage != RequestStage::kWithdrawn) return false;
  RightsRequest before = request;
  before.stage = RequestStage::kReceived;
  return Contains(CommandsOf(before), command);
}

Json DeadlineJson(const Deadline& deadline) {
  return Json::Of({{"acknowledge", deadline.acknowledge.micros},
                   {"answer", deadline.answer.micros},
                   {"extended", deadline.extended.micros}});
}

Deadline DeadlineFrom(const Json& json) {
  return {{json["acknowledge"].AsInt()}, {json["answer"].AsInt()}, {json["extended"].AsInt()}};
}

}  // namespace

std::string_view RequestStageName(RequestStage stage) {
  return NameIn(kStages, stage);
}
std::string_view RequestCommandName(RequestCommand command) {
  return NameIn(kCommands, command);
}

Result<RequestStep> OpenRequest(RequestOpening opening, Timestamp now) {
  if (opening.lift && !CanBeLifted(opening.right)) {
    return Invalid("a request of " + std::string(RightName(opening.right)) +
                   " cannot be taken back");
  }
  RightsRequest request;
  request.id = std::move(opening.id);
  request.right = opening.right;
  request.purpose = std::move(opening.purpose);
  request.lift = opening.lift;
  request.law = std::move(opening.law);
  request.channel = std::move(opening.channel);
  request.received = now;
  request.deadline = DeadlineOf(request.right, request.law, now);
  std::vector<Command> commands = Pending(request);
  return RequestStep{std::move(request), std::move(commands)};
}

bool AnswersAlso(const RightsRequest& request, const RequestOpening& opening) {
  return !request.closed() && request.right == opening.right &&
         request.purpose == opening.purpose && request.lift == opening.lift;
}

Result<RightsRequest> FoldRequest(RightsRequest request, std::string id) {
  if (request.closed()) {
    return Conflict("the request is " + std::string(RequestStageName(request.stage)));
  }
  const bool known =
      id == request.id ||
      std::find(request.folded.begin(), request.folded.end(), id) != request.folded.end();
  if (!known) request.folded.push_back(std::move(id));
  return request;
}

std::vector<RequestCommand> Pending(const RightsRequest& request) {
  std::vector<Command> pending;
  for (const Command command : CommandsOf(request)) {
    if (!Contains(request.done, command)) pending.push_back(command);
  }
  return pending;
}

Result<RequestStep> CommandDone(RightsRequest request, RequestCommand command, Timestamp now) {
  std::vector<Command> pending = Pending(request);
  if (Contains(request.done, command) || IsBehind(request, command)) {
    return RequestStep{std::move(request), std::move(pending)};
  }
  if (pending.empty() || pending.front() != command) {
    return Conflict("'" + std::string(RequestCommandName(command)) +
                    "' is not the next step of a " + std::string(RequestStageName(request.stage)) +
                    " request");
  }
  request.done.push_back(command);
  if (command == Command::kReceiptWithdrawn) {
    request.stage = RequestStage::kWithdrawn;
    request.withdrawn_at = now;
    request.done.clear();
    // The sweep begins what follows: it serves many requests at once.
    return RequestStep{std::move(request), {}};
  }
  if (command == Command::kReceiptDone) {
    request.stage = RequestStage::kDone;
    request.closed_at = now;
    request.done.clear();
  }
  pending = Pending(request);
  return RequestStep{std::move(request), std::move(pending)};
}

Result<RequestStep> BeginSweep(RightsRequest request) {
  if (request.stage != RequestStage::kWithdrawn) {
    return Conflict("a " + std::string(RequestStageName(request.stage)) +
                    " request is not due for the sweep");
  }
  std::vector<Command> pending = Pending(request);
  return RequestStep{std::move(request), std::move(pending)};
}

Result<RightsRequest> ExtendRequest(RightsRequest request, std::string reason, Timestamp now) {
  if (reason.empty()) return Invalid("an extension needs its reason (GDPR Art. 12(3))");
  if (request.closed() || !request.extension.empty()) {
    return Conflict("the request is over or was extended before");
  }
  if (request.deadline.extended == request.deadline.answer) {
    return Conflict("the law knows no extension of this request");
  }
  if (now > request.deadline.answer) {
    return Conflict("the term is over: it had to be extended before " +
                    DateText(request.deadline.answer));
  }
  request.extension = std::move(reason);
  return request;
}

Result<RightsRequest> RefuseRequest(RightsRequest request, std::string reason, Timestamp now) {
  if (request.stage != RequestStage::kReceived || !request.done.empty()) {
    return Conflict("the request is being carried out");
  }
  if (reason.empty()) return Invalid("a refusal needs its reason (GDPR Art. 12(4))");
  request.stage = RequestStage::kRefused;
  request.refusal = std::move(reason);
  request.closed_at = now;
  return request;
}

Json RightsRequest::ToJson() const {
  std::vector<std::string> names;
  names.reserve(done.size());
  for (const Command command : done) names.emplace_back(RequestCommandName(command));
  return Json::Of({{"id", id},
                   {"right", RightName(right)},
                   {"purpose", purpose},
                   {"lift", lift},
                   {"law", law},
                   {"channel", channel},
                   {"received", received.micros},
                   {"deadline", DeadlineJson(deadline)},
                   {"extension", extension},
                   {"stage", RequestStageName(stage)},
                   {"withdrawn_at", withdrawn_at.micros},
                   {"closed_at", closed_at.micros},
                   {"done", Json::Strings(names)},
                   {"folded", Json::Strings(folded)},
                   {"refusal", refusal}});
}

Result<RightsRequest> RightsRequest::FromJson(const Json& json) {
  RightsRequest request;
  request.id = json["id"].AsString();
  ASSIGN_OR_RETURN(request.right, RightFromName(json["right"].AsString()));
  request.purpose = json["purpose"].AsString();
  request.lift = json["lift"].AsBool();
  request.law = json["law"].AsString();
  request.channel = json["channel"].AsString();
  request.received.micros = json["received"].AsInt();
  request.deadline = DeadlineFrom(json["deadline"]);
  request.extension = json["extension"].AsString();
  ASSIGN_OR_RETURN(request.stage, ValueIn(kStages, json["stage"].AsString(), "stage"));
  request.withdrawn_at.micros = json["withdrawn_at"].AsInt();
  request.closed_at.micros = json["closed_at"].AsInt();
  for (const std::string& name : json["done"].AsStrings()) {
    ASSIGN_OR_RETURN(const Command command, ValueIn(kCommands, name, "command"));
    request.done.push_back(command);
  }
  request.folded = json["folded"].AsStrings();
  request.refusal = json["refusal"].AsString();
  return request;
}

}  // namespace signet::policies
