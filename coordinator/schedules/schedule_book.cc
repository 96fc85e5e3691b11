#include "coordinator/schedules/schedule_book.h"

#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr char kPrefix[] = "schedule/";

Json MicrosJson(Timestamp time) {
  return time.micros;
}

}  // namespace

Json Schedule::ToJson() const {
  Json hooks{Json::Array()};
  for (const pipelines::NotifyOptions& hook : notify) hooks.Push(hook.ToJson());
  Json seen{Json::Object()};
  for (const auto& snapshot : snapshots_seen) seen.Set(snapshot.first, snapshot.second);
  return Json::Of({{"name", name},
                   {"options", options.ToJson()},
                   {"notify", hooks},
                   {"request", request},
                   {"owner", owner},
                   {"document", document},
                   {"added", MicrosJson(added)},
                   {"handled", MicrosJson(handled)},
                   {"files_seen", files_seen},
                   {"snapshots_seen", seen},
                   {"paused", paused},
                   {"runs", runs},
                   {"missed", missed},
                   {"last_run", last_run},
                   {"last_due", MicrosJson(last_due)},
                   {"last_missed", MicrosJson(last_missed)},
                   {"trouble", trouble}});
}

Result<Schedule> Schedule::FromJson(const Json& json) {
  if (!json.is_object() || json["name"].AsString().empty() || !json["handled"].is_int()) {
    return Corrupt("a schedule in the store is damaged");
  }
  Schedule schedule;
  schedule.name = json["name"].AsString();
  schedule.options = pipelines::ScheduleOptions::FromJson(json["options"]);
  for (const Json& hook : json["notify"].items()) {
    schedule.notify.push_back(pipelines::NotifyOptions::FromJson(hook));
  }
  schedule.request = json["request"];
  schedule.owner = json["owner"].AsString();
  schedule.document = json["document"].AsString();
  schedule.added.micros = json["added"].AsInt();
  schedule.handled.micros = json["handled"].AsInt();
  schedule.files_seen = json["files_seen"].AsString();
  for (const auto& snapshot : json["snapshots_seen"].fields()) {
    schedule.snapshots_seen[snapshot.first] = snapshot.second.AsString();
  }
  schedule.paused = json["paused"].AsBool();
  schedule.runs = json["runs"].AsInt();
  schedule.missed = json["missed"].AsInt();
  schedule.last_run = json["last_run"].AsString();
  schedule.last_due.micros = json["last_due"].AsInt();
  schedule.last_missed.micros = json["last_missed"].AsInt();
  schedule.trouble = json["trouble"].AsString();
  return schedule;
}

Status ScheduleBook::Load() {
  all_.clear();
  return store_.Scan(kPrefix, [this](std::string_view, ByteView value) -> Status {
    const Result<Json> json = Json::Parse(AsText(value));
    if (!json.ok()) return Corrupt("a schedule in the store is damaged");
    ASSIGN_OR_RETURN(Schedule schedule, Schedule::FromJson(*json));
    const std::string name = schedule.name;
    all_[name] = std::move(schedule);
    return OkStatus();
  });
}

const Schedule* ScheduleBook::Find(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

void ScheduleBook::Put(const Schedule& schedule, crypto::WriteBatch& batch) {
  batch.Put(kPrefix + schedule.name, schedule.ToJson().Dump());
}

Status ScheduleBook::Save(const Schedule& schedule) {
  if (Find(schedule.name) == nullptr && all_.size() >= kSchedulesMax) {
    return Exhausted("there are " + std::to_string(kSchedulesMax) + " schedules already")
        .WithRemedy("remove one with `signet schedule remove NAME`");
  }
  crypto::WriteBatch batch;
  Put(schedule, batch);
  TRY(store_.Write(batch, crypto::Durability::kSync));
  Written(schedule);
  return OkStatus();
}

Status ScheduleBook::Remove(const std::string& name) {
  if (Find(name) == nullptr) {
    std::vector<std::string> names;
    for (const auto& schedule : all_) names.push_back(schedule.first);
    const std::string nearest = NearestName(name, names);
    return NotFound("there is no schedule '" + name + "'")
        .WithRemedy(nearest.empty() ? "`signet schedule list` lists them"
                                    : "did you mean '" + nearest + "'?");
  }
  crypto::WriteBatch batch;
  batch.Delete(kPrefix + name);
  TRY(store_.Write(batch, crypto::Durability::kSync));
  all_.erase(name);
  return OkStatus();
}

}  // namespace signet::coordinator
