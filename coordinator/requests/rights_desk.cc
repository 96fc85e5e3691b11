#include "coordinator/requests/rights_desk.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "coordinator/requests/request_clock.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

using policies::RequestCommand;
using policies::RequestStage;
using policies::Right;

/// References that a request's entries need: requested, and one per stage's change and receipt.
constexpr size_t kRefs = 6;

bool SamePerson(const LocatedSubject& a, const LocatedSubject& b) {
  return std::any_of(
      a.subjects.begin(), a.subjects.end(), [&b](const SubjectId& id) { return b.Is(id); });
}

policies::RequestOpening OpeningOf(const Asked& asked, std::string id, std::string law) {
  policies::RequestOpening opening;
  opening.id = std::move(id);
  opening.right = asked.right;
  opening.purpose = asked.purpose;
  opening.lift = asked.lift;
  opening.law = std::move(law);
  opening.channel = asked.channel.empty() ? "cli" : asked.channel;
  return opening;
}

bool HandsOver(Right right) {
  return right == Right::kAccess || right == Right::kPortability;
}

}  // namespace

/// The first policy that governs the person decides whose clock runs; unknown: the shortest term,
/// the GDPR's.
Result<std::string> RightsDesk::LawOf(const LocatedSubject& person, const Asked& asked) {
  if (!asked.law.empty()) return asked.law;
  if (policy_ == nullptr) return std::string("gdpr");
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  const auto partition =
      static_cast<int>(PartitionOf(person.subject, static_cast<uint32_t>(partitions)));
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const auto parts = policy_->PartsOf(ledger->StateOf(person.subject).jurisdiction);
  const bool european =
      parts.empty() || std::any_of(parts.begin(), parts.end(), [](const auto* part) {
        return part->name == "gdpr";
      });
  return european ? std::string("gdpr") : parts.front()->name;
}

crypto::AuditEvent RightsDesk::EventFor(const char* type, KeptRequest& kept, Json facts) {
  crypto::AuditEvent event;
  event.type = type;
  event.actor = kept.request.channel;
  event.action = policies::RightName(kept.request.right);
  if (!kept.refs.empty()) {
    event.subject_ref = kept.refs.back();
    kept.refs.pop_back();
  }
  facts.Set("request", kept.request.id);
  event.facts = std::move(facts);
  event.why = policies::RightArticle(kept.request.right, kept.request.law);
  return event;
}

Status RightsDesk::WriteTogether(const std::vector<crypto::AuditEvent>& events,
                                 crypto::WriteBatch batch) {
  for (const crypto::AuditEvent& event : events) {
    Status appended = state_.audit().Append(event, batch).status();
    if (!appended.ok()) {
      TRY(state_.audit().Committed(appended));
      ledger_.Drop();
      return appended;
    }
  }
  Status written = state_.store().Write(batch, crypto::Durability::kSync);
  if (!written.ok()) ledger_.Drop();
  TRY(state_.audit().Committed(written));
  return written;
}

/// The open request that asks for the same, if there is one: the new one becomes a part of it.
Result<std::optional<Json>> RightsDesk::Fold(const LocatedSubject& person,
                                             const policies::RequestOpening& opening) {
  ASSIGN_OR_RETURN(std::vector<KeptRequest> open, book_.Open());
  for (KeptRequest& kept : open) {
    const bool same =
        policies::AnswersAlso(kept.request, opening) && SamePerson(kept.person, person);
    if (!same) continue;
    ASSIGN_OR_RETURN(kept.request, policies::FoldRequest(std::move(kept.request), opening.id));
    crypto::WriteBatch batch;
    TRY(book_.Put(kept, batch));
    crypto::AuditEvent event;
    event.type = "right.requested";
    event.actor = opening.channel;
    event.action = policies::RightName(opening.right);
    event.facts = Json::Of({{"request", opening.id},
                            {"right", policies::RightName(opening.right)},
                            {"folded_into", kept.request.id}});
    TRY(WriteTogether({event}, std::move(batch)));
    return std::optional<Json>(
        Json::Of({{"request", opening.id}, {"folded_into", kept.request.id}}));
  }
  return std::optional<Json>();
}

/// Opens a request for each, in one write.
Result<std::vector<KeptRequest>> RightsDesk::OpenAll(std::span<const LocatedSubject> people,
                                                     const Asked& asked) {
  ASSIGN_OR_RETURN(const auto refs, finder_.References(people, kRefs));
  std::vector<KeptRequest> requests;
  std::vector<crypto::AuditEvent> events;
  crypto::WriteBatch batch;
  const std::string prefix =
      std::string(policies::RightName(asked.right)) + "-" + new_run_().text();
  for (size_t i = 0; i < people.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string law, LawOf(people[i], asked));
    const std::string id = people.size() == 1 ? prefix : prefix + "-" + std::to_string(i + 1);
    ASSIGN_OR_RETURN(policies::RequestStep step,
                     policies::OpenRequest(OpeningOf(asked, id, law),
                                           asked.received.value_or(state_.clock().Now())));
    KeptRequest kept;
    kept.request = std::move(step.request);
    kept.person = people[i];
    for (const std::string& ref : refs[i]) {
      if (!ref.empty()) kept.refs.push_back(ref);
    }
    kept.secret = Json::Of({{"out", asked.out}, {"corrections", asked.corrections}});
    events.push_back(EventFor(
        "right.requested",
        kept,
        Json::Of({{"right", policies::RightName(asked.right)},
                  {"due",
                   TimestampText(Timestamp{kept.request.due().micros / 1'000'000 * 1'000'000})}})));
    TRY(book_.Put(kept, batch));
    requests.push_back(std::move(kept));
  }
  TRY(WriteTogether(events, std::move(batch)));
  return requests;
}

Json RightsDesk::Summary(const KeptRequest& kept) const {
  Json json = Json::Of({{"request", kept.request.id},
                        {"right", policies::RightName(kept.request.right)},
                        {"stage", policies::RequestStageName(kept.request.stage)},
                        {"law", kept.request.law},
                        {"received", TimestampText(kept.request.received)},
                        {"due", DateText(kept.request.due())}});
  const Json clock = ClockOf(kept.request, state_.clock().Now());
  for (const auto& [name, value] : clock.fields()) json.Set(name, value);
  if (!kept.request.purpose.empty()) json.Set("purpose", kept.request.purpose);
  if (!kept.request.refusal.empty()) json.Set("refusal", kept.request.refusal);
  if (!kept.request.extension.empty()) json.Set("extension", kept.request.extension);
  if (kept.facts.Has("confirmation")) json.Set("confirmation", kept.facts["confirmation"]);
  if (!kept.request.folded.empty()) json.Set("folded", Json::Strings(kept.request.folded));
  return json;
}

Result<Json> RightsDesk::Ask(const LocatedSubject& person, const Asked& asked) {
  written_ = Json(Json::Array());
  std::error_code ignored;
  if (HandsOver(asked.right) &&
      std::filesystem::exists(std::filesystem::path(asked.out) / "answer.json", ignored)) {
    return Conflict("there is an answer in " + asked.out + " already")
        .WithRemedy("name another folder with --out");
  }
  ASSIGN_OR_RETURN(const std::string law, LawOf(person, asked));
  const std::string id = std::string(policies::RightName(asked.right)) + "-" + new_run_().text();
  ASSIGN_OR_RETURN(std::optional<Json> folded, Fold(person, OpeningOf(asked, id, law)));
  if (folded.has_value()) return *std::move(folded);
  ASSIGN_OR_RETURN(std::vector<KeptRequest> requests, OpenAll(std::span(&person, 1), asked));
  if (const Status performed = Perform(requests); !performed.ok()) {
    return GiveUp(requests.front().request.id, performed);
  }
  const bool sweeps = asked.right == Right::kErasure && !asked.withdraw_only;
  if (sweeps) {
    for (KeptRequest& kept : requests) {
      ASSIGN_OR_RETURN(policies::RequestStep step, policies::BeginSweep(std::move(kept.request)));
      kept.request = std::move(step.request);
    }
    TRY(sweep_.CheckHolds());
    TRY(Perform(requests));
  }
  Json json = Summary(requests.front());
  json.Set("receipts", written_);
  return json;
}

/// What can never be carried out does not wait for ever: it is refused with its reason. Else the
/// request stays open, and goes on at the next start.
Status RightsDesk::GiveUp(const std::string& id, const Status& why) {
  const bool hopeless = why.code() == StatusCode::kInvalid || why.code() == StatusCode::kNotFound;
  if (!hopeless) return why;
  // One that has begun is not refused any more: that it cannot be is no second failure.
  const Status refused = Refuse(id, "cannot be carried out: " + why.message()).status();
  if (!refused.ok()) {
    Log(LogLevel::kWarning, "request not refused", Json::Of({{"why", refused.ToString()}}));
  }
  return why;
}

Result<Json> RightsDesk::EraseAll(std::span<const LocatedSubject> people, const Asked& asked) {
  written_ = Json(Json::Array());
  std::vector<LocatedSubject> fresh;
  uint64_t folded = 0;
  ASSIGN_OR_RETURN(const std::vector<KeptRequest> open, book_.Open());
  for (const LocatedSubject& person : people) {
    const bool known =
        std::any_of(open.begin(),
                    open.end(),
                    [&person](const KeptRequest& kept) {
                      return kept.request.right == Right::kErasure &&
                             SamePerson(kept.person, person);
                    }) ||
        std::any_of(fresh.begin(), fresh.end(), [&person](const LocatedSubject& other) {
          return SamePerson(other, person);
        });
    if (known) {
      ++folded;
    } else {
      fresh.push_back(person);
    }
  }
  size_t done = 0;
  if (!fresh.empty()) {
    ASSIGN_OR_RETURN(std::vector<KeptRequest> requests, OpenAll(fresh, asked));
    TRY(Perform(requests));
    done = requests.size();
  }
  if (!asked.withdraw_only) {
    const Json withdrawn = written_;
    ASSIGN_OR_RETURN(const Json swept, SweepErasures());
    for (const Json& receipt : withdrawn.items()) written_.Push(receipt);
  }
  return Json::Of({{"requests", done}, {"folded", folded}, {"receipts", written_}});
}

Result<Json> RightsDesk::SweepErasures() {
  written_ = Json(Json::Array());
  ASSIGN_OR_RETURN(std::vector<KeptRequest> open, book_.Open());
  // Those that an interrupted sweep left half done may be at different commands: each such group is
  // carried on by itself.
  std::map<std::string, std::vector<KeptRequest>> groups;
  for (KeptRequest& kept : open) {
    if (kept.request.stage != RequestStage::kWithdrawn) continue;
    const auto pending = policies::Pending(kept.request);
    groups[std::string(policies::RequestCommandName(pending.front()))].push_back(std::move(kept));
  }
  if (!groups.empty()) TRY(sweep_.CheckHolds());
  size_t destroyed = 0;
  for (auto& group : groups) {
    TRY(Perform(group.second));
    destroyed += group.second.size();
  }
  return Json::Of({{"destroyed", destroyed}, {"receipts", written_}});
}

Status RightsDesk::Resume() {
  written_ = Json(Json::Array());
  TRY(DeliverReceipts());
  ASSIGN_OR_RETURN(std::vector<KeptRequest> open, book_.Open());
  for (KeptRequest& kept : open) {
    const bool begun_sweep =
        kept.request.stage == RequestStage::kWithdrawn && !kept.request.done.empty();
    if (kept.request.stage == RequestStage::kWithdrawn && !begun_sweep) continue;
    std::vector<KeptRequest> one;
    const std::string id = kept.request.id;
    one.push_back(std::move(kept));
    // One that fails must not keep the others, nor new requests, from being carried out.
    const Status performed = Perform(one);
    if (performed.ok()) continue;
    ledger_.Drop();
    Log(LogLevel::kWarning,
        "request not carried out",
        Json::Of({{"request", id}, {"why", GiveUp(id, performed).ToString()}}));
  }
  return OkStatus();
}

Status RightsDesk::Perform(std::vector<KeptRequest>& requests) {
  if (requests.empty()) return OkStatus();
  const RequestStage stage = requests.front().request.stage;
  while (requests.front().request.stage == stage) {
    const auto pending = policies::Pending(requests.front().request);
    if (pending.empty()) return OkStatus();
    TRY(Do(pending.front(), requests));
  }
  return OkStatus();
}

Result<Json> RightsDesk::Extend(const std::string& id, const std::string& reason) {
  ASSIGN_OR_RETURN(KeptRequest kept, book_.Find(id));
  ASSIGN_OR_RETURN(kept.request,
                   policies::ExtendRequest(std::move(kept.request), reason, state_.clock().Now()));
  crypto::WriteBatch batch;
  crypto::AuditEvent event =
      EventFor("right.extended", kept, Json::Of({{"due", TimestampText(kept.request.due())}}));
  event.why = "GDPR Art. 12(3); Cal. Civ. Code § 1798.130(a)(2)(A)";
  TRY(book_.Put(kept, batch));
  TRY(WriteTogether({event}, std::move(batch)));
  return Summary(kept);
}

Result<Json> RightsDesk::Refuse(const std::string& id, const std::string& reason) {
  ASSIGN_OR_RETURN(KeptRequest kept, book_.Find(id));
  ASSIGN_OR_RETURN(kept.request,
                   policies::RefuseRequest(std::move(kept.request), reason, state_.clock().Now()));
  crypto::WriteBatch batch;
  const crypto::AuditEvent event = EventFor("right.refused", kept, Json::Of({{"reason", reason}}));
  TRY(book_.Put(kept, batch));
  TRY(WriteTogether({event}, std::move(batch)));
  return Summary(kept);
}

Result<Json> RightsDesk::StatusOf(const LocatedSubject& person) {
  std::vector<std::string> refs;
  std::map<std::string, std::string> request_of;
  TRY(state_.audit().reader().Scan(0, [&](uint64_t, ByteView bytes) -> Status {
    if (AsText(bytes).find("\"right.") == std::string_view::npos) return OkStatus();
    ASSIGN_OR_RETURN(const Json entry, Json::Parse(AsText(bytes)));
    if (!entry.Has("subject_ref")) return OkStatus();
    refs.push_back(entry["subject_ref"].AsString());
    request_of[refs.back()] = entry["facts"]["request"].AsString();
    return OkStatus();
  }));
  ASSIGN_OR_RETURN(const std::vector<std::string> mine, finder_.ReferencesTo(person, refs));
  std::set<std::string> ids;
  for (const std::string& ref : mine) ids.insert(request_of[ref]);
  Json list{Json::Array()};
  for (const std::string& id : ids) {
    const Result<KeptRequest> kept = book_.Find(id);
    if (kept.ok()) list.Push(Summary(*kept));
  }
  return list;
}

}  // namespace signet::coordinator
