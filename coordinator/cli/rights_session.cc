#include "coordinator/cli/rights_session.h"

#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/requests/policy_in_force.h"

namespace signet::coordinator {

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
  return session;
}

Status RightsSession::Finish() {
  TRY(DatasetRegistry(*state_).CollectGarbage());
  return state_->audit().SignCheckpoint().status();
}

}  // namespace signet::coordinator
