#include "coordinator/api/control_handler.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "coordinator/api/login_book.h"

namespace signet::coordinator {

namespace {

constexpr int32_t kRunsMax = 1'000;
constexpr int32_t kWaitMillisMax = 10'000;
constexpr int kProtocol = 1;

[[noreturn]] void Refuse(const Status& status) {
  control::Refused refused;
  refused.code = std::string(StatusCodeName(status.code()));
  refused.message = status.message();
  refused.diagnostic = status.diagnostic();
  refused.remedy = status.remedy();
  throw refused;  // the service's own way to answer with a failure
}

}  // namespace

std::string ControlHandler::Ask(std::function<Result<Json>()> action) {
  static_cast<void>(who_());  // refuses who may not ask
  const Result<Json> answer = OnLoop<Json>(state_.coordinator, std::move(action));
  if (!answer.ok()) Refuse(answer.status());
  return answer->Dump();
}

void ControlHandler::hello(std::string& answer) {
  static_cast<void>(who_());
  answer =
      Json::Of(
          {{"program", "signet 0.1.0"}, {"protocol", kProtocol}, {"state", state_.state.string()}})
          .Dump();
}

Result<RunRequest> ControlHandler::RequestOf(const control::Submission& submission) {
  RunRequest request;
  request.file = submission.file;
  request.base = submission.base;
  if (!request.file.is_absolute() || !request.base.is_absolute()) {
    return Invalid("a submission names its pipeline and its base folder from the root");
  }
  request.params = submission.params;
  request.bundles = state_.bundles;
  request.priority = submission.priority;
  request.owner = who_();
  request.cause = "submit";
  request.no_cache = submission.no_cache;
  request.min_group = state_.min_group;
  return request;
}

Result<RunId> ControlHandler::Accept(RunRequest request) {
  // Planning looks at files only: it does not hold the loop up.
  ASSIGN_OR_RETURN(PreparedRun prepared, PrepareRun(std::move(request), state_.clock.Now()));
  const auto run = std::make_shared<PreparedRun>(std::move(prepared));
  return OnLoop<RunId>(state_.coordinator,
                       [this, run] { return state_.host.Submit(std::move(*run)); });
}

void ControlHandler::submit(std::string& answer, const control::Submission& submission) {
  Result<RunRequest> request = RequestOf(submission);
  if (!request.ok()) Refuse(request.status());
  const Result<RunId> accepted = Accept(*std::move(request));
  if (!accepted.ok()) Refuse(accepted.status());
  answer = accepted->text();
}

void ControlHandler::rerun(std::string& answer, const control::Rerun& again) {
  const std::string who = who_();
  const RerunChoice choice{again.from_step, again.only, again.failed, again.params};
  Result<RunRequest> request = OnLoop<RunRequest>(
      state_.coordinator,
      [this, run = again.run, choice] { return state_.host.Again(run, choice); });
  if (!request.ok()) Refuse(request.status());
  request->owner = who;
  const Result<RunId> accepted = Accept(*std::move(request));
  if (!accepted.ok()) Refuse(accepted.status());
  answer = accepted->text();
}

Result<Json> ControlHandler::FillRange(const control::Backfill& range) {
  ASSIGN_OR_RETURN(RunRequest request, RequestOf(range.submission));
  ASSIGN_OR_RETURN(const Timestamp first, TimestampFromText(range.first));
  ASSIGN_OR_RETURN(const Timestamp last, TimestampFromText(range.last));
  ASSIGN_OR_RETURN(const std::vector<std::string> days, DaysOf(first, last, range.days));
  request.priority = kBackfillPriority;
  request.cause = "backfill";
  Json runs{Json::Array()};
  Json skipped{Json::Array()};
  for (const std::string& day : days) {
    request.params["as_of"] = day;
    const bool all = range.all;
    ASSIGN_OR_RETURN(const bool done,
                     OnLoop<bool>(state_.coordinator, [this, request, all]() -> Result<bool> {
                       return !all && state_.host.HasSucceeded(request);
                     }));
    if (done) {
      skipped.Push(day);
      continue;
    }
    const Result<RunId> accepted = Accept(request);
    if (!accepted.ok()) return accepted.status().WithContext("as of " + day);
    runs.Push(Json::Of({{"run", accepted->text()}, {"as_of", day}}));
  }
  return Json::Of({{"runs", runs}, {"skipped", skipped}});
}

void ControlHandler::backfill(std::string& answer, const control::Backfill& range) {
  const Result<Json> filled = FillRange(range);
  if (!filled.ok()) Refuse(filled.status());
  answer = filled->Dump();
}

void ControlHandler::approve(const std::string& run, const std::string& step) {
  const std::string who = who_();
  Ask([this, run, step, who]() -> Result<Json> {
    ASSIGN_OR_RETURN(const RunId id, state_.host.Find(run));
    TRY(state_.host.Approve(id, step, who));
    return Json();
  });
}

void ControlHandler::runs(std::string& answer, int32_t limit) {
  const auto most = static_cast<size_t>(std::clamp(limit, 1, kRunsMax));
  answer = Ask([this, most]() -> Result<Json> { return state_.host.Runs(most); });
}

void ControlHandler::get(std::string& answer, const std::string& run) {
  answer = Ask([this, run] { return state_.host.Run(run); });
}

int64_t ControlHandler::wait(int64_t seen, int32_t millis) {
  static_cast<void>(who_());
  const int64_t patience = std::clamp(millis, 0, kWaitMillisMax);
  return static_cast<int64_t>(
      state_.host.WaitForChange(static_cast<uint64_t>(std::max<int64_t>(seen, 0)), patience));
}

Result<ScheduleKeeper*> ControlHandler::Schedules() const {
  if (state_.schedules != nullptr) return state_.schedules;
  return Unavailable("this coordinator keeps no schedules");
}

Result<Json> ControlHandler::AddSchedule(const control::Submission& submission) {
  ASSIGN_OR_RETURN(RunRequest request, RequestOf(submission));
  ASSIGN_OR_RETURN(PreparedRun prepared, PrepareRun(std::move(request), state_.clock.Now()));
  const auto run = std::make_shared<PreparedRun>(std::move(prepared));
  return OnLoop<Json>(state_.coordinator, [this, run]() -> Result<Json> {
    ASSIGN_OR_RETURN(ScheduleKeeper* const keeper, Schedules());
    return keeper->Add(*run);
  });
}

void ControlHandler::schedule(std::string& answer, const control::Submission& submission) {
  const Result<Json> added = AddSchedule(submission);
  if (!added.ok()) Refuse(added.status());
  answer = added->Dump();
}

void ControlHandler::schedules(std::string& answer) {
  answer = Ask([this]() -> Result<Json> {
    ASSIGN_OR_RETURN(ScheduleKeeper* const keeper, Schedules());
    return keeper->All();
  });
}

void ControlHandler::change_schedule(const std::string& name, const std::string& action) {
  Ask([this, name, action]() -> Result<Json> {
    ASSIGN_OR_RETURN(ScheduleKeeper* const keeper, Schedules());
    if (action == "remove") TRY(keeper->Remove(name));
    if (action == "pause" || action == "resume") {
      TRY(keeper->SetPaused(name, /*paused=*/action == "pause"));
    }
    return Json();
  });
}

void ControlHandler::why(std::string& answer,
                         const std::string& run,
                         const std::string& step,
                         int32_t task) {
  answer = Ask([this, run, step, task]() -> Result<Json> {
    // A name alone may be a schedule's.
    const bool alone = run == "last" && state_.schedules != nullptr;
    if (alone && state_.schedules->Knows(step)) return state_.schedules->Why(step);
    return state_.host.Why(run, step, task);
  });
}

void ControlHandler::logs(std::string& answer, const std::string& run, int64_t after) {
  answer = Ask([this, run, after]() -> Result<Json> {
    ASSIGN_OR_RETURN(LogPart part, state_.host.Log(run, after));
    return Json::Of({{"lines", std::move(part.lines)}, {"next", part.next}});
  });
}

void ControlHandler::cancel(const std::string& run) {
  const std::string who = who_();
  Ask([this, run, who]() -> Result<Json> {
    ASSIGN_OR_RETURN(const RunId id, state_.host.Find(run));
    TRY(state_.host.Cancel(id, who));
    return Json();
  });
}

void ControlHandler::keys(std::string& answer,
                          const std::string& verb,
                          const std::string& arguments) {
  const std::string who = who_();
  const Result<Json> json = Json::Parse(arguments);
  if (!json.ok()) Refuse(Invalid("the arguments of a key operation are JSON"));
  if (!state_.keys) Refuse(Unavailable("this coordinator performs no key operations"));
  answer = Ask([keys = state_.keys, who, verb, given = *json] {
    return keys("operator:" + who, verb, given);
  });
}

void ControlHandler::rights(std::string& answer,
                            const std::string& verb,
                            const std::string& arguments) {
  const std::string who = who_();
  Result<Json> json = Json::Parse(arguments);
  if (!json.ok()) Refuse(Invalid("the arguments of a question about persons are JSON"));
  if (!state_.rights) Refuse(Unavailable("this coordinator answers no questions about persons"));
  if (json->Has("out") && !(*json)["out"].AsString().empty() && fingerprint_) {
    Refuse(Denied("an answer with personal data is written on the coordinator's machine only")
               .WithRemedy("run the command there, with --state"));
  }
  json->Set("actor", "operator:" + who);
  // In this thread, which may wait: the door has a queue of its own.
  const Result<Json> done = state_.rights(verb, *json);
  if (!done.ok()) Refuse(done.status());
  answer = done->Dump();
}

void ControlHandler::redeem(std::string& answer, const std::string& token) {
  if (!fingerprint_) {
    Refuse(Invalid("an invitation is redeemed with a certificate")
               .WithRemedy("connect with --connect HOST:PORT and --tls-cert, or give --key"));
  }
  const std::string key = fingerprint_();
  if (!state_.keys) Refuse(Unavailable("this coordinator performs no key operations"));
  const Json arguments = Json::Of({{"token", token}, {"key", key}});
  const Result<Json> redeemed =
      OnLoop<Json>(state_.coordinator, [keys = state_.keys, key, arguments] {
        return keys("certificate:" + key.substr(0, 16), "redeem", arguments);
      });
  if (!redeemed.ok()) {
    if (state_.logins != nullptr) state_.logins->Refused("certificate");
    Refuse(redeemed.status());
  }
  if (state_.logins != nullptr) {
    state_.logins->LetIn((*redeemed)["name"].AsString(), "member", "certificate");
  }
  answer = redeemed->Dump();
}

void ControlHandler::top(std::string& answer) {
  answer = Ask([this]() -> Result<Json> {
    Json top = state_.host.Top();
    if (state_.schedules != nullptr) top.Set("schedules", state_.schedules->All());
    return top;
  });
}

}  // namespace signet::coordinator
