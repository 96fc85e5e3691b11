#include "coordinator/requests/sweep_schedule.h"

#include <vector>

#include "coordinator/requests/entry_time.h"
#include "coordinator/schedules/due.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/schedule/cron.h"

namespace signet::coordinator {
namespace {

constexpr const char* kKey = "retention/schedule";
constexpr const char* kName = "@retention";

/// The stored schedule; null without one.
Result<Json> Stored(StateFolder& state) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kKey));
  if (!stored) return Json();
  return Json::Parse(AsText(*stored));
}

Result<pipelines::Cron> CronOf(const Json& schedule) {
  return pipelines::Cron::Parse(schedule["cron"].AsString(), schedule["time_zone"].AsString());
}

}  // namespace

Status SweepSchedule::Set(const std::string& cron,
                          const std::string& time_zone,
                          const std::string& actor) {
  crypto::WriteBatch batch;
  crypto::AuditEvent event;
  event.type = "configuration.changed";
  event.actor = actor;
  event.action = "set";
  event.facts = Json::Of({{"setting", "retention.schedule"}});
  if (cron.empty()) {
    batch.Delete(kKey);
  } else {
    TRY(pipelines::Cron::Parse(cron, time_zone).status());
    batch.Put(
        kKey,
        Json::Of(
            {{"cron", cron}, {"time_zone", time_zone}, {"handled", state_.clock().Now().micros}})
            .Dump());
    event.facts.Set("digest", ToHex(crypto::Sha256::Of(AsBytes(cron + " " + time_zone))));
  }
  return state_.audit().Record(event, std::move(batch)).status();
}

Result<std::optional<SweepDue>> SweepSchedule::Due() {
  ASSIGN_OR_RETURN(const Json schedule, Stored(state_));
  if (schedule.is_null()) return std::optional<SweepDue>();
  ASSIGN_OR_RETURN(const pipelines::Cron cron, CronOf(schedule));
  const Timestamp now = state_.clock().Now();
  const std::vector<Timestamp> moments =
      cron.Between(Timestamp{schedule["handled"].AsInt()}, now, kMomentsMax);
  if (moments.empty()) return std::optional<SweepDue>();
  SweepDue due;
  due.moment = moments.back();
  due.missed = static_cast<int64_t>(moments.size()) - 1;
  due.late = now.micros - due.moment.micros > kOnTimeMicros;
  return std::optional<SweepDue>(due);
}

Status SweepSchedule::Done(const SweepDue& due) {
  ASSIGN_OR_RETURN(Json schedule, Stored(state_));
  if (schedule.is_null()) return OkStatus();  // it was ended meanwhile
  schedule.Set("handled", due.moment.micros);
  schedule.Set("last", state_.clock().Now().micros);
  crypto::WriteBatch batch;
  batch.Put(kKey, schedule.Dump());
  if (due.missed == 0 && !due.late) {
    return state_.store().Write(batch, crypto::Durability::kSync);
  }
  crypto::AuditEvent event;
  event.type = "schedule.missed";
  event.actor = "coordinator";
  event.action = "sweep";
  event.facts = Json::Of({{"pipeline", kName},
                          {"due", EntrySecond(due.moment)},
                          {"action", "run"},
                          {"count", due.missed + (due.late ? 1 : 0)}});
  return state_.audit().Record(event, std::move(batch)).status();
}

Result<Json> SweepSchedule::Show() {
  ASSIGN_OR_RETURN(const Json schedule, Stored(state_));
  Json shown{Json::Object()};
  if (schedule.is_null()) return shown;
  ASSIGN_OR_RETURN(const pipelines::Cron cron, CronOf(schedule));
  shown.Set("cron", schedule["cron"]);
  shown.Set("time_zone", schedule["time_zone"]);
  shown.Set("next", EntrySecond(cron.Next(Timestamp{schedule["handled"].AsInt()})));
  if (schedule.Has("last")) shown.Set("last", EntrySecond(Timestamp{schedule["last"].AsInt()}));
  return shown;
}

}  // namespace signet::coordinator
