#include "coordinator/cli/rights_session.h"

#include <optional>
#include <system_error>
#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/requests/policy_in_force.h"
#include "coordinator/requests/request_clock.h"
#include "coordinator/requests/retention_calls.h"
#include "coordinator/requests/run_names.h"

namespace signet::coordinator {
namespace {

/// What needs neither worker nor policy.
bool IsSetting(const std::string& verb) {
  return verb == "sweep_at" || verb == "hold" || verb == "release" || verb == "holds" ||
         verb == "custody_copies" || verb == "hook";
}

Result<Json> PerformAlone(const std::string& path, const std::string& verb, const Json& arguments) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(path, clock, entropy));
  std::optional<Result<Json>> done = PerformSettingCall(*state, verb, arguments);
  CHECK(done.has_value());
  return *std::move(done);
}

}  // namespace

Result<std::unique_ptr<RightsSession>> RightsSession::Open(const std::string& path) {
  std::unique_ptr<RightsSession> session(new RightsSession());
  ASSIGN_OR_RETURN(session->state_, OpenExistingState(path, session->clock_, session->entropy_));
  session->ledger_ = std::make_unique<LedgerBook>(*session->state_);
  TRY(session->ledger_->LoadVersion());
  // What a process that died left unfinished ends first: it would bring back what it has read.
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(session->runner_,
                   EmbeddedRunner::Start(*session->state_, *session->ledger_, embedded));
  ASSIGN_OR_RETURN(policies::Policy policy, PolicyInForce(*session->state_, BundlesFolder()));
  session->policy_ = std::make_unique<policies::Policy>(std::move(policy));
  EmbeddedRunner* const runner = session->runner_.get();
  StateFolder* const state = session->state_.get();
  session->desk_ = std::make_unique<RightsDesk>(
      *state,
      *session->ledger_,
      [runner](const RunSpec& spec, RunBinder& binder) { return runner->Run(spec, binder); },
      [state] { return NewRunId(*state); });
  session->desk_->Follow(session->policy_.get());
  TRY(session->desk_->Resume());
  ASSIGN_OR_RETURN(const std::vector<DueWarning> warnings, RequestClock(*state).Warn());
  for (const DueWarning& warning : warnings) {
    PrintNote("request " + warning.request + (warning.late ? " was" : " is") + " due on " +
              DateText(warning.due) + "\n");
  }
  return session;
}

Result<Json> RightsSession::Perform(const std::string& verb, const Json& arguments) {
  RightsWorld world{*state_, *ledger_, *desk_, *policy_};
  return PerformRightsCall(world, verb, arguments);
}

Result<Json> PerformRights(const ControlOptions& options,
                           const std::string& verb,
                           const Json& arguments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ControlClient> standing, StandingCoordinator(options));
  if (standing != nullptr) return standing->Rights(verb, arguments);
  Json given = arguments;
  given.Set("actor", "cli:" + UserName());
  if (IsSetting(verb)) return PerformAlone(options.state, verb, given);
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(Json answer, session->Perform(verb, given));
  TRY(session->Finish());
  return answer;
}

Status RightsSession::Finish() {
  TRY(DatasetRegistry(*state_).CollectGarbage());
  return state_->audit().SignCheckpoint().status();
}

}  // namespace signet::coordinator
