#include "coordinator/requests/request_clock.h"

#include <optional>

#include "coordinator/requests/entry_time.h"
#include "coordinator/requests/request_book.h"
#include "crypto/primitives/sha256.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerDay = int64_t{86'400} * 1'000'000;
constexpr const char* kHookKey = "requests/hook";

std::string MarkKey(const std::string& request) {
  return "request-clock/" + request;
}

std::string HookMarkKey(const std::string& request) {
  return "request-hook/" + request;
}

const char* MarkOf(const DueWarning& warning) {
  return warning.late ? "late" : "near";
}

/// Whether the mark says that this, or what comes after it, was told.
bool IsTold(const std::optional<Bytes>& mark, const DueWarning& warning) {
  return mark && (AsText(*mark) == "late" || (AsText(*mark) == "near" && !warning.late));
}

/// An erasure is answered when it is withdrawn and destroyed; the machine says when it is closed.
std::optional<DueWarning> WarningOf(const policies::RightsRequest& request, Timestamp now) {
  if (request.closed()) return std::nullopt;
  const Timestamp due = request.due();
  if (due.micros - now.micros > RequestClock::kWarnDays * kMicrosPerDay) return std::nullopt;
  return DueWarning{
      request.id, std::string(policies::RightName(request.right)), due, due.micros < now.micros};
}

}  // namespace

Json DueWarning::ToJson() const {
  return Json::Of({{"event", "right.due"},
                   {"request", request},
                   {"right", right},
                   {"due", DateText(due)},
                   {"late", late}});
}

Json ClockOf(const policies::RightsRequest& request, Timestamp now) {
  if (request.closed()) return Json(Json::Object());
  const int64_t left = request.due().micros - now.micros;
  const bool late = left < 0;
  return Json::Of({{"days_left", late ? int64_t{0} : left / kMicrosPerDay}, {"late", late}});
}

Result<std::vector<DueWarning>> RequestClock::Warn() {
  RequestBook book(state_);
  ASSIGN_OR_RETURN(const std::vector<KeptRequest> all, book.All());
  std::vector<DueWarning> warnings;
  for (const KeptRequest& kept : all) {
    const std::optional<DueWarning> warning = WarningOf(kept.request, state_.clock().Now());
    if (!warning) continue;
    ASSIGN_OR_RETURN(const std::optional<Bytes> told, state_.store().Get(MarkKey(kept.request.id)));
    if (IsTold(told, *warning)) continue;
    crypto::WriteBatch batch;
    batch.Put(MarkKey(kept.request.id), MarkOf(*warning));
    crypto::AuditEvent event;
    event.type = "right.due";
    event.actor = "coordinator";
    event.action = "warn";
    event.facts = Json::Of({{"request", warning->request},
                            {"right", warning->right},
                            {"due", EntrySecond(warning->due)},
                            {"late", warning->late}});
    TRY(state_.audit().Record(event, std::move(batch)).status());
    warnings.push_back(*warning);
  }
  return warnings;
}

Result<std::vector<DueWarning>> RequestClock::ForHook() {
  ASSIGN_OR_RETURN(const std::string hook, Hook());
  std::vector<DueWarning> warnings;
  if (hook.empty()) return warnings;
  ASSIGN_OR_RETURN(const std::vector<KeptRequest> all, RequestBook(state_).All());
  crypto::WriteBatch batch;
  for (const KeptRequest& kept : all) {
    const std::optional<DueWarning> warning = WarningOf(kept.request, state_.clock().Now());
    if (!warning) continue;
    ASSIGN_OR_RETURN(const std::optional<Bytes> told,
                     state_.store().Get(HookMarkKey(kept.request.id)));
    if (IsTold(told, *warning)) continue;
    batch.Put(HookMarkKey(kept.request.id), MarkOf(*warning));
    warnings.push_back(*warning);
  }
  if (!warnings.empty()) TRY(state_.store().Write(batch, crypto::Durability::kSync));
  return warnings;
}

Status RequestClock::SetHook(const std::string& url, const std::string& actor) {
  const bool known = url.empty() || url.starts_with("http://") || url.starts_with("https://");
  if (!known) return Invalid("a hook is an http or https address");
  crypto::WriteBatch batch;
  batch.Put(kHookKey, url);
  crypto::AuditEvent event;
  event.type = "configuration.changed";
  event.actor = actor;
  event.action = "set";
  event.facts = Json::Of({{"setting", "requests.hook"}});
  // The address may hold a secret: its digest alone is told.
  if (!url.empty()) event.facts.Set("digest", ToHex(crypto::Sha256::Of(AsBytes(url))));
  return state_.audit().Record(event, std::move(batch)).status();
}

Result<std::string> RequestClock::Hook() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kHookKey));
  return stored ? std::string(AsText(*stored)) : std::string();
}

}  // namespace signet::coordinator
