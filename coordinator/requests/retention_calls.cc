#include "coordinator/requests/retention_calls.h"

#include <utility>
#include <vector>

#include "coordinator/requests/erasure_sweep.h"
#include "coordinator/requests/legal_holds.h"
#include "coordinator/requests/request_clock.h"
#include "coordinator/requests/retention_desk.h"
#include "coordinator/requests/sweep_schedule.h"

namespace signet::coordinator {
namespace {

Result<Json> SweepAt(StateFolder& state, const Json& arguments) {
  const std::string& zone = arguments["time_zone"].AsString();
  SweepSchedule schedule(state);
  TRY(schedule.Set(
      arguments["cron"].AsString(), zone.empty() ? "UTC" : zone, arguments["actor"].AsString()));
  return schedule.Show();
}

Result<Json> Hold(StateFolder& state, const Json& arguments) {
  LegalHold hold;
  hold.pipeline = arguments["pipeline"].AsString();
  hold.dataset = arguments["dataset"].AsString();
  hold.reason = arguments["reason"].AsString();
  hold.actor = arguments["actor"].AsString();
  TRY(LegalHolds(state).Set(hold));
  return hold.ToJson();
}

Result<Json> Release(StateFolder& state, const Json& arguments) {
  const std::string& pipeline = arguments["pipeline"].AsString();
  const std::string& dataset = arguments["dataset"].AsString();
  TRY(LegalHolds(state).Release(pipeline, dataset, arguments["actor"].AsString()));
  return Json::Of({{"released", pipeline + "/" + dataset}});
}

Result<Json> Holds(StateFolder& state) {
  ASSIGN_OR_RETURN(const std::vector<LegalHold> holds, LegalHolds(state).All());
  Json list{Json::Array()};
  for (const LegalHold& hold : holds) {
    Json json = hold.ToJson();
    json.Set("since", TimestampText(hold.since));
    list.Push(std::move(json));
  }
  ASSIGN_OR_RETURN(const int64_t copies, CustodyCopiesSeconds(state));
  ASSIGN_OR_RETURN(Json schedule, SweepSchedule(state).Show());
  return Json::Of(
      {{"holds", list}, {"custody_copies_s", copies}, {"schedule", std::move(schedule)}});
}

Result<Json> SetCopies(StateFolder& state, const Json& arguments) {
  const int64_t seconds = arguments["seconds"].AsInt();
  TRY(SetCustodyCopiesSeconds(state, seconds));
  return Json::Of({{"custody_copies_s", seconds}});
}

Result<Json> SetHook(StateFolder& state, const Json& arguments) {
  const std::string& url = arguments["url"].AsString();
  TRY(RequestClock(state).SetHook(url, arguments["actor"].AsString()));
  return Json::Of({{"hook", url.empty() ? "none" : "set"}});
}

}  // namespace

/// Erasures first: what they rewrite is not made again for what is destroyed next. A hold stops
/// them, not the rest.
Result<Json> PerformSweep(RightsWorld& world, const Json& arguments) {
  RetentionDesk desk(world.state, world.policy);
  if (arguments["dry_run"].AsBool()) {
    ASSIGN_OR_RETURN(const RetentionDue due, desk.Due());
    return due.ToJson();
  }
  const Result<Json> erasures = world.desk.SweepErasures();
  if (!erasures.ok() && erasures.status().code() != StatusCode::kDenied) return erasures.status();
  ASSIGN_OR_RETURN(Json swept, desk.Sweep());
  swept.Set("erasures_destroyed", erasures.ok() ? (*erasures)["destroyed"] : Json(0));
  if (!erasures.ok()) swept.Set("erasures_held", erasures.status().message());
  return swept;
}

std::optional<Result<Json>> PerformSettingCall(StateFolder& state,
                                               const std::string& verb,
                                               const Json& arguments) {
  if (verb == "sweep_at") return SweepAt(state, arguments);
  if (verb == "hold") return Hold(state, arguments);
  if (verb == "release") return Release(state, arguments);
  if (verb == "holds") return Holds(state);
  if (verb == "custody_copies") return SetCopies(state, arguments);
  if (verb == "hook") return SetHook(state, arguments);
  return std::nullopt;
}

}  // namespace signet::coordinator
