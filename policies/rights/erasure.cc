#include "policies/rights/erasure.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

using Kind = ErasureCommandKind;

constexpr EnumNames<ErasureStage, 4> kStages = {{
    {ErasureStage::kRequested, "requested"},
    {ErasureStage::kWithdrawn, "withdrawn"},
    {ErasureStage::kDestroyed, "destroyed"},
    {ErasureStage::kRefused, "refused"},
}};

constexpr EnumNames<Kind, 9> kCommands = {{
    {Kind::kTombstone, "tombstone"},
    {Kind::kSuppressLinks, "suppress_links"},
    {Kind::kWithdrawSnapshots, "withdraw_snapshots"},
    {Kind::kNotifyRecipients, "notify_recipients"},
    {Kind::kReceiptWithdrawn, "receipt_withdrawn"},
    {Kind::kEraseIdentity, "erase_identity"},
    {Kind::kRewritePartitions, "rewrite_partitions"},
    {Kind::kDestroyKekGeneration, "destroy_kek_generation"},
    {Kind::kReceiptDestroyed, "receipt_destroyed"},
}};

// The commands of a stage in their order: the tombstone first, so that from then on nothing new is
// made; suppression before identity goes, since link values are known only until then; the receipt
// last, since it lists what was done.
std::vector<Kind> CommandsOf(ErasureStage stage) {
  switch (stage) {
    case ErasureStage::kRequested:
      return {Kind::kTombstone,
              Kind::kSuppressLinks,
              Kind::kWithdrawSnapshots,
              Kind::kNotifyRecipients,
              Kind::kReceiptWithdrawn};
    case ErasureStage::kWithdrawn:
      return {Kind::kEraseIdentity,
              Kind::kRewritePartitions,
              Kind::kDestroyKekGeneration,
              Kind::kReceiptDestroyed};
    case ErasureStage::kDestroyed:
    case ErasureStage::kRefused:
      return {};
  }
  return {};
}

bool Contains(const std::vector<Kind>& kinds, Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// The same day of the next month, or its last day (Regulation 1182/71 Art. 3(2)(c)).
Timestamp AfterOneMonth(Timestamp from) {
  constexpr int64_t kDayMicros = 86'400'000'000;
  const std::chrono::sys_days day{std::chrono::days(from.micros / kDayMicros)};
  const std::chrono::year_month_day date(day);
  const std::chrono::year_month next = date.year() / date.month() + std::chrono::months(1);
  const std::chrono::year_month_day last(next / std::chrono::last);
  const std::chrono::year_month_day due = next / std::min(date.day(), last.day());
  const int64_t days = std::chrono::sys_days(due).time_since_epoch().count();
  return {days * kDayMicros + from.micros % kDayMicros};
}

bool IsOver(const ErasureRequest& request) {
  return request.stage == ErasureStage::kDestroyed || request.stage == ErasureStage::kRefused;
}

}  // namespace

std::string_view ErasureStageName(ErasureStage stage) {
  return NameIn(kStages, stage);
}
std::string_view ErasureCommandName(ErasureCommandKind kind) {
  return NameIn(kCommands, kind);
}

ErasureStep RequestErasure(std::string id, const SubjectId& subject, Timestamp now) {
  ErasureRequest request;
  request.id = std::move(id);
  request.subject = subject;
  request.received = now;
  std::vector<Kind> commands = Pending(request);
  return {std::move(request), std::move(commands)};
}

Result<ErasureRequest> FoldErasure(ErasureRequest request,
                                   std::string id,
                                   const SubjectId& subject) {
  if (request.subject != subject) return Conflict("the request is about another subject");
  if (IsOver(request)) {
    return Conflict("the request is " + std::string(ErasureStageName(request.stage)));
  }
  const bool known =
      id == request.id ||
      std::find(request.folded.begin(), request.folded.end(), id) != request.folded.end();
  if (!known) request.folded.push_back(std::move(id));
  return request;
}

std::vector<ErasureCommandKind> Pending(const ErasureRequest& request) {
  std::vector<Kind> pending;
  for (const Kind kind : CommandsOf(request.stage)) {
    if (!Contains(request.done, kind)) pending.push_back(kind);
  }
  return pending;
}

Result<ErasureStep> CommandDone(ErasureRequest request, ErasureCommandKind command, Timestamp now) {
  std::vector<Kind> pending = Pending(request);
  const bool earlier_stage = request.stage != ErasureStage::kRequested &&
                             Contains(CommandsOf(ErasureStage::kRequested), command);
  const bool over = IsOver(request) && request.stage == ErasureStage::kDestroyed;
  if (Contains(request.done, command) || earlier_stage || over) {
    return ErasureStep{std::move(request), std::move(pending)};
  }
  if (pending.empty() || pending.front() != command) {
    return Conflict("'" + std::string(ErasureCommandName(command)) +
                    "' is not the next step of a " + std::string(ErasureStageName(request.stage)) +
                    " request");
  }
  request.done.push_back(command);
  if (command == Kind::kReceiptWithdrawn) {
    request.stage = ErasureStage::kWithdrawn;
    request.withdrawn_at = now;
    request.done.clear();
    // The sweep begins what follows: it serves many requests at once.
    return ErasureStep{std::move(request), {}};
  }
  if (command == Kind::kReceiptDestroyed) {
    request.stage = ErasureStage::kDestroyed;
    request.destroyed_at = now;
    request.done.clear();
  }
  pending = Pending(request);
  return ErasureStep{std::move(request), std::move(pending)};
}

Result<ErasureStep> BeginSweep(ErasureRequest request) {
  if (request.stage != ErasureStage::kWithdrawn) {
    return Conflict("a " + std::string(ErasureStageName(request.stage)) +
                    " request is not due for the sweep");
  }
  std::vector<Kind> pending = Pending(request);
  return ErasureStep{std::move(request), std::move(pending)};
}

Result<ErasureRequest> RefuseErasure(ErasureRequest request, std::string reason) {
  if (request.stage != ErasureStage::kRequested || !request.done.empty()) {
    return Conflict("the request is being carried out");
  }
  if (reason.empty()) return Invalid("a refusal needs its reason (GDPR Art. 12(4))");
  request.stage = ErasureStage::kRefused;
  request.refusal = std::move(reason);
  return request;
}

Json ErasureRequest::ToJson() const {
  Json json = Json::Of({{"id", id},
                        {"subject", UuidText(subject.value)},
                        {"received", received.micros},
                        {"stage", ErasureStageName(stage)},
                        {"withdrawn_at", withdrawn_at.micros},
                        {"destroyed_at", destroyed_at.micros},
                        {"folded", Json::Strings(folded)},
                        {"refusal", refusal}});
  std::vector<std::string> names;
  for (const Kind kind : done) names.emplace_back(ErasureCommandName(kind));
  json.Set("done", Json::Strings(names));
  return json;
}

Result<ErasureRequest> ErasureRequest::FromJson(const Json& json) {
  ErasureRequest request;
  request.id = json["id"].AsString();
  ASSIGN_OR_RETURN(request.subject.value, UuidFromText(json["subject"].AsString()));
  request.received.micros = json["received"].AsInt();
  ASSIGN_OR_RETURN(request.stage, ValueIn(kStages, json["stage"].AsString(), "stage"));
  request.withdrawn_at.micros = json["withdrawn_at"].AsInt();
  request.destroyed_at.micros = json["destroyed_at"].AsInt();
  request.folded = json["folded"].AsStrings();
  request.refusal = json["refusal"].AsString();
  for (const std::string& name : json["done"].AsStrings()) {
    ASSIGN_OR_RETURN(const Kind kind, ValueIn(kCommands, name, "command"));
    request.done.push_back(kind);
  }
  return request;
}

Timestamp AnswerDue(Timestamp received, std::string_view policy) {
  constexpr int64_t kDayMicros = 86'400'000'000;
  if (policy != "gdpr") return {received.micros + 45 * kDayMicros};
  return AfterOneMonth(received);
}

}  // namespace signet::policies
