#include "coordinator/cli/rights_door.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/requests/policy_in_force.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

constexpr const char* kHeld =
    "datasets are being rewritten for a person's right; no run is accepted meanwhile";

bool IsErasure(const std::string& verb, const Json& arguments) {
  return verb == "erase_many" || (verb == "ask" && arguments["right"].AsString() == "erasure");
}

/// Runs are accepted again when it ends.
class Hold {
 public:
  explicit Hold(RunHost& host) : host_(host) { host_.Hold(kHeld); }
  ~Hold() { host_.Hold(""); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  RunHost& host_;
};

}  // namespace

/// One question and, in the end, its answer.
struct RightsDoor::Call {
  std::string verb;
  Json arguments;
  bool begun = false;                  // guarded by the door's mutex, as all below
  bool abandoned = false;              // nobody waits any more
  std::optional<Result<Json>> answer;  // kept until it is fetched
};

Result<Json> RightsDoor::Perform(const std::string& verb, const Json& arguments) {
  const auto call = std::make_shared<Call>();
  call->verb = verb;
  call->arguments = arguments;
  if (arguments["channel"].AsString().empty()) call->arguments.Set("channel", "api");
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Unavailable("the coordinator is stopping");
    if (calls_.size() >= kCallsMax) {
      return Exhausted("too many requests of persons wait").WithRemedy("ask again in a moment");
    }
    calls_.push_back(call);
  }
  tools_.coordinator.Post([] {});  // wakes the loop
  std::unique_lock lock(mutex_);
  answered_.wait_for(lock, std::chrono::seconds(kPatienceSeconds), [this, &call] {
    return call->answer.has_value() || closed_;
  });
  if (call->answer.has_value()) return *std::move(call->answer);
  call->abandoned = true;
  if (call->begun) {
    return UnknownOutcome("the request is still being carried out")
        .WithRemedy("`signet subject status` shows how far it is");
  }
  return Unavailable("a run is under way, and the request needs its datasets to stand still")
      .WithRemedy("ask again when it has ended (`signet get`), or cancel it");
}

void RightsDoor::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  answered_.notify_all();
}

std::shared_ptr<RightsDoor::Call> RightsDoor::Next() {
  const bool quiet = Quiet();
  const std::lock_guard lock(mutex_);
  calls_.erase(std::remove_if(
                   calls_.begin(), calls_.end(), [](const auto& call) { return call->abandoned; }),
               calls_.end());
  const auto found = std::find_if(calls_.begin(), calls_.end(), [quiet](const auto& call) {
    return quiet || !NeedsQuiet(call->verb, call->arguments);
  });
  if (found == calls_.end()) return nullptr;
  std::shared_ptr<Call> call = *found;
  calls_.erase(found);
  call->begun = true;
  return call;
}

Result<RunView> RightsDoor::Run(const RunSpec& spec, RunBinder& binder) {
  ASSIGN_OR_RETURN(const RunId run, tools_.coordinator.Submit(spec, binder));
  bool cancelled = false;
  TRY(tools_.coordinator.Serve([&] {
    tools_.between();
    if (!cancelled && tools_.stopping()) {
      cancelled = true;
      tools_.coordinator.Cancel(run, "the coordinator stops");
    }
    const Result<RunView> view = tools_.coordinator.View(run);
    return !view.ok() || IsTerminal(view->state);
  }));
  return tools_.coordinator.View(run);
}

Result<Json> RightsDoor::Answer(const std::string& verb, const Json& arguments) {
  ASSIGN_OR_RETURN(const policies::Policy policy, PolicyInForce(state_, tools_.bundles));
  RightsDesk desk(
      state_,
      ledger_,
      [this](const RunSpec& spec, RunBinder& binder) { return Run(spec, binder); },
      [this] { return NewRunId(state_); });
  desk.Follow(&policy);
  RightsWorld world{state_, ledger_, desk, policy};
  return PerformRightsCall(world, verb, arguments);
}

/// Beside runs of pipelines: an erasure is withdrawn now and destroyed when they have ended.
Result<Json> RightsDoor::AnswerLoudly(const std::string& verb, const Json& arguments) {
  const bool later = IsErasure(verb, arguments) && !arguments["withdraw_only"].AsBool();
  Json asked = arguments;
  if (later) asked.Set("withdraw_only", true);
  ASSIGN_OR_RETURN(Json answer, Answer(verb, asked));
  if (later) {
    sweep_wanted_ = true;
    answer.Set("destruction", "follows when the runs under way have ended");
  }
  return answer;
}

Result<Json> RightsDoor::AnswerQuietly(const std::string& verb, const Json& arguments) {
  const Hold hold(tools_.host);
  ASSIGN_OR_RETURN(Json answer, Answer(verb, arguments));
  TRY(DatasetRegistry(state_).CollectGarbage());
  return answer;
}

void RightsDoor::Carry(const std::shared_ptr<Call>& call) {
  const bool whole =
      NeedsQuiet(call->verb, call->arguments) || IsErasure(call->verb, call->arguments);
  Result<Json> answer = whole && Quiet() ? AnswerQuietly(call->verb, call->arguments)
                                         : AnswerLoudly(call->verb, call->arguments);
  const std::lock_guard lock(mutex_);
  call->answer = std::move(answer);
  call->arguments = Json();
  answered_.notify_all();
}

Status RightsDoor::ResumeAll() {
  RequestBook book(state_);
  ASSIGN_OR_RETURN(const std::vector<KeptRequest> open, book.Open());
  if (open.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const policies::Policy policy, PolicyInForce(state_, tools_.bundles));
  RightsDesk desk(
      state_,
      ledger_,
      [this](const RunSpec& spec, RunBinder& binder) { return Run(spec, binder); },
      [this] { return NewRunId(state_); });
  desk.Follow(&policy);
  const Hold hold(tools_.host);
  return desk.Resume();
}

void RightsDoor::Resume() {
  resumed_ = true;
  const Status status = ResumeAll();
  if (status.ok()) return;
  signet::Log(LogLevel::kWarning,
              "requests that were left not taken up",
              Json::Of({{"status", status.ToString()}}));
}

Status RightsDoor::SweepNow(const SweepDue& due) {
  TRY(AnswerQuietly("sweep", Json(Json::Object())).status());
  return SweepSchedule(state_).Done(due);
}

/// A sweep that failed is due again at the next look.
void RightsDoor::SweepIfDue() {
  if (!Quiet() || !scheduled_.Due(tools_.clock)) return;
  const Result<std::optional<SweepDue>> due = SweepSchedule(state_).Due();
  if (due.ok() && !due->has_value()) return;
  const Status status = due.ok() ? SweepNow(**due) : due.status();
  if (status.ok()) return;
  signet::Log(
      LogLevel::kWarning, "the scheduled sweep failed", Json::Of({{"status", status.ToString()}}));
}

Status RightsDoor::WarnNow() {
  RequestClock clock(state_);
  ASSIGN_OR_RETURN(const std::vector<DueWarning> warnings, clock.Warn());
  ASSIGN_OR_RETURN(const std::string hook, clock.Hook());
  for (const DueWarning& warning : warnings) {
    signet::Log(LogLevel::kWarning, "a person waits for an answer", warning.ToJson());
  }
  if (!tools_.post) return OkStatus();
  ASSIGN_OR_RETURN(const std::vector<DueWarning> posted, clock.ForHook());
  for (const DueWarning& warning : posted) tools_.post(hook, warning);
  return OkStatus();
}

void RightsDoor::WarnIfDue() {
  if (!clocked_.Due(tools_.clock)) return;
  const Status status = WarnNow();
  if (status.ok()) return;
  signet::Log(LogLevel::kWarning,
              "terms of requests not looked at",
              Json::Of({{"status", status.ToString()}}));
}

void RightsDoor::Turn() {
  if (busy_) return;  // from within a call's own turns
  busy_ = true;
  WarnIfDue();
  SweepIfDue();
  if (!resumed_ && Quiet()) Resume();
  if (const std::shared_ptr<Call> call = Next()) {
    Carry(call);
  } else if (sweep_wanted_ && Quiet()) {
    sweep_wanted_ = false;
    const Result<Json> swept = AnswerQuietly("sweep", Json(Json::Object()));
    if (!swept.ok()) {
      signet::Log(LogLevel::kWarning,
                  "withdrawn erasures not destroyed",
                  Json::Of({{"status", swept.status().ToString()}}));
    }
  }
  busy_ = false;
}

}  // namespace signet::coordinator
