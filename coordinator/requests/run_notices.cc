#include "coordinator/requests/run_notices.h"

#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

constexpr char kWatch[] = "watch/";
constexpr char kNotice[] = "notice/";
constexpr int64_t kTurnMicros = 500'000;
constexpr int64_t kMicrosPerMilli = 1'000;

}  // namespace

Json RunNotices::Watch::ToJson() const {
  Json list{Json::Array()};
  for (const pipelines::NotifyOptions& hook : hooks) list.Push(hook.ToJson());
  return Json::Of({{"pipeline", pipeline},
                   {"hooks", list},
                   {"schedule", schedule},
                   {"due", due.micros},
                   {"late_ms", late_ms},
                   {"late_told", late_told}});
}

RunNotices::Watch RunNotices::Watch::FromJson(const Json& json) {
  Watch watch;
  watch.pipeline = json["pipeline"].AsString();
  for (const Json& hook : json["hooks"].items()) {
    watch.hooks.push_back(pipelines::NotifyOptions::FromJson(hook));
  }
  watch.schedule = json["schedule"].AsString();
  watch.due.micros = json["due"].AsInt();
  watch.late_ms = json["late_ms"].AsInt();
  watch.late_told = json["late_told"].AsBool();
  return watch;
}

Status RunNotices::Load(const std::function<Result<RunView>(const RunId&)>& view) {
  TRY(store_.Scan(kNotice, [this](std::string_view key, ByteView value) -> Status {
    const Result<Json> json = Json::Parse(AsText(value));
    if (!json.ok()) return Corrupt("a notification in the store is damaged");
    ++on_the_way_;
    sender_.Send(
        {std::string(key.substr(sizeof kNotice - 1)), (*json)["url"].AsString(), (*json)["body"]});
    return OkStatus();
  }));
  TRY(store_.Scan(kWatch, [this](std::string_view key, ByteView value) -> Status {
    const Result<Json> json = Json::Parse(AsText(value));
    if (!json.ok()) return Corrupt("a watched run in the store is damaged");
    watched_[RunId(std::string(key.substr(sizeof kWatch - 1)))] = Watch::FromJson(*json);
    return OkStatus();
  }));
  const std::map<RunId, Watch> all = watched_;
  for (const auto& entry : all) {
    const Result<RunView> ended = view(entry.first);
    if (ended.ok() && IsTerminal(ended->state)) Ended(*ended);
  }
  return OkStatus();
}

void RunNotices::Accept(const RunId& run,
                        const std::string& pipeline,
                        const std::vector<pipelines::NotifyOptions>& hooks,
                        const RunOccasion& occasion,
                        crypto::WriteBatch& batch) {
  if (hooks.empty()) return;
  const Timestamp due = occasion.due.micros == 0 ? clock_.Now() : occasion.due;
  Watch watch{pipeline, hooks, occasion.schedule, due, occasion.late_ms, /*late_told=*/false};
  batch.Put(kWatch + run.text(), watch.ToJson().Dump());
  accepting_[run] = std::move(watch);
}

void RunNotices::Accepted(const RunId& run) {
  const auto found = accepting_.find(run);
  if (found == accepting_.end()) return;
  watched_[run] = std::move(found->second);
  accepting_.erase(found);
}

Json RunNotices::Message(std::string_view event, const std::string& run, const Watch& of) const {
  Json body = Json::Of({{"event", event},
                        {"pipeline", of.pipeline},
                        {"due", TimestampText(of.due)},
                        {"at", TimestampText(clock_.Now())}});
  if (!run.empty()) body.Set("run", run);
  if (!of.schedule.empty()) body.Set("schedule", of.schedule);
  return body;
}

void RunNotices::Post(std::string_view event,
                      const std::string& id,
                      const std::vector<pipelines::NotifyOptions>& hooks,
                      const Json& body,
                      crypto::WriteBatch& batch) {
  for (size_t i = 0; i < hooks.size(); ++i) {
    if (!hooks[i].Wants(event)) continue;
    Notice notice{id + ":" + std::string(event) + ":" + std::to_string(i), hooks[i].url, body};
    notice.body.Set("id", notice.id);
    batch.Put(kNotice + notice.id, Json::Of({{"url", notice.url}, {"body", notice.body}}).Dump());
    to_send_.push_back(std::move(notice));
  }
}

/// A notification is no reason to stop the coordinator: what cannot be written is sent all the
/// same, and perhaps again after a restart.
void RunNotices::Write(const crypto::WriteBatch& batch) {
  const Status written =
      batch.empty() ? OkStatus() : store_.Write(batch, crypto::Durability::kSync);
  if (!written.ok()) {
    Log(LogLevel::kWarning, "notification not kept", Json::Of({{"why", written.ToString()}}));
  }
  for (Notice& notice : std::exchange(to_send_, {})) {
    ++on_the_way_;
    sender_.Send(std::move(notice));
  }
}

void RunNotices::Ended(const RunView& view) {
  const auto found = watched_.find(view.run);
  if (found == watched_.end()) return;
  const bool succeeded = view.state == RunState::kSucceeded;
  const std::string_view event = succeeded ? "success" : "failure";
  Json body = Message(event, view.run.text(), found->second);
  body.Set("status", RunStateName(view.state));
  body.Set("seconds", static_cast<double>(view.finished.micros - view.submitted.micros) / 1e6);
  if (!view.failure.ok()) body.Set("code", StatusCodeName(view.failure.code()));
  for (const StepView& step : view.steps) {
    if (step.state == RunState::kFailed && !body.Has("step")) body.Set("step", step.id.text());
  }
  crypto::WriteBatch batch;
  batch.Delete(kWatch + view.run.text());
  Post(event, view.run.text(), found->second.hooks, body, batch);
  watched_.erase(found);
  Write(batch);
}

void RunNotices::Missed(const Schedule& schedule, const Json& facts) {
  const Watch of{schedule.name, schedule.notify, schedule.name, schedule.last_missed, 0, false};
  Json body = Message("missed", "", of);
  for (const auto& fact : facts.fields()) body.Set(fact.first, fact.second);
  crypto::WriteBatch batch;
  const std::string id = schedule.name + "@" + std::to_string(schedule.last_missed.micros);
  Post("missed", id, schedule.notify, body, batch);
  Write(batch);
}

void RunNotices::Turn() {
  const int64_t monotonic = clock_.MonotonicMicros();
  if (monotonic - turned_ < kTurnMicros) return;
  turned_ = monotonic;
  crypto::WriteBatch batch;
  for (const NoticeOutcome& outcome : sender_.Take()) {
    batch.Delete(kNotice + outcome.id);
    if (on_the_way_ > 0) --on_the_way_;
    if (outcome.status.ok()) continue;
    Log(LogLevel::kWarning,
        "notification given up",
        Json::Of({{"id", outcome.id}, {"why", outcome.status.ToString()}}));
  }
  const Timestamp now = clock_.Now();
  for (auto& entry : watched_) {
    Watch& watch = entry.second;
    const bool late =
        watch.late_ms > 0 && now.micros - watch.due.micros > watch.late_ms * kMicrosPerMilli;
    if (!late || watch.late_told) continue;
    watch.late_told = true;
    batch.Put(kWatch + entry.first.text(), watch.ToJson().Dump());
    Post(
        "late", entry.first.text(), watch.hooks, Message("late", entry.first.text(), watch), batch);
  }
  Write(batch);
}

}  // namespace signet::coordinator
