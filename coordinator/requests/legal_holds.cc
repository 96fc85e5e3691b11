#include "coordinator/requests/legal_holds.h"

#include <utility>

#include "crypto/audit/audit_event.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "hold/";
constexpr char kAll[] = "*";

std::string KeyOf(const std::string& pipeline, const std::string& dataset) {
  return kPrefix + pipeline + "/" + (dataset.empty() ? kAll : dataset);
}

crypto::AuditEvent EventOf(const char* type, const LegalHold& hold, const std::string& actor) {
  crypto::AuditEvent event;
  event.type = type;
  event.actor = actor;
  event.action = "hold";
  event.facts = Json::Of(
      {{"pipeline", hold.pipeline}, {"dataset", hold.dataset.empty() ? kAll : hold.dataset}});
  event.why = hold.reason;
  return event;
}

}  // namespace

bool LegalHold::Covers(const std::string& owner, const std::string& name) const {
  return owner == pipeline && (dataset.empty() || dataset == name);
}

Json LegalHold::ToJson() const {
  return Json::Of({{"pipeline", pipeline},
                   {"dataset", dataset},
                   {"reason", reason},
                   {"actor", actor},
                   {"since", since.micros}});
}

Status LegalHolds::Set(LegalHold hold) {
  if (hold.reason.empty()) return Invalid("a legal hold needs its reason");
  if (hold.pipeline.empty()) return Invalid("a legal hold names a pipeline");
  hold.since = state_.clock().Now();
  crypto::WriteBatch batch;
  batch.Put(KeyOf(hold.pipeline, hold.dataset), hold.ToJson().Dump());
  return state_.audit()
      .Record(EventOf("retention.held", hold, hold.actor), std::move(batch))
      .status();
}

Status LegalHolds::Release(const std::string& pipeline,
                           const std::string& dataset,
                           const std::string& actor) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(KeyOf(pipeline, dataset)));
  if (!stored) {
    return NotFound("there is no hold on " + pipeline + "/" + (dataset.empty() ? kAll : dataset))
        .WithRemedy("`signet retention list` shows the holds");
  }
  LegalHold hold;
  hold.pipeline = pipeline;
  hold.dataset = dataset;
  hold.reason = "the claim is over";
  crypto::WriteBatch batch;
  batch.Delete(KeyOf(pipeline, dataset));
  return state_.audit()
      .Record(EventOf("retention.released", hold, actor), std::move(batch))
      .status();
}

Result<std::vector<LegalHold>> LegalHolds::All() {
  std::vector<LegalHold> holds;
  TRY(state_.store().Scan(kPrefix, [&holds](std::string_view, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    LegalHold hold;
    hold.pipeline = json["pipeline"].AsString();
    hold.dataset = json["dataset"].AsString();
    hold.reason = json["reason"].AsString();
    hold.actor = json["actor"].AsString();
    hold.since.micros = json["since"].AsInt();
    holds.push_back(std::move(hold));
    return OkStatus();
  }));
  return holds;
}

Result<std::optional<LegalHold>> LegalHolds::On(const std::string& owner, const std::string& name) {
  ASSIGN_OR_RETURN(std::vector<LegalHold> holds, All());
  for (LegalHold& hold : holds) {
    if (hold.Covers(owner, name)) return std::optional<LegalHold>(std::move(hold));
  }
  return std::optional<LegalHold>();
}

}  // namespace signet::coordinator
