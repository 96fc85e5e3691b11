/// RightsSession: what the commands about persons open together: state, ledger, a worker, the desk.
#pragma once

#include <memory>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/requests/rights_calls.h"
#include "coordinator/requests/rights_desk.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// Opened for one command. What an earlier process left unfinished, runs and requests, is finished
/// first. Belongs to one thread.
class RightsSession {
 public:
  static Result<std::unique_ptr<RightsSession>> Open(const std::string& state);
  RightsSession(const RightsSession&) = delete;
  RightsSession& operator=(const RightsSession&) = delete;
  ~RightsSession() = default;

  [[nodiscard]] StateFolder& state() { return *state_; }
  [[nodiscard]] LedgerBook& ledger() { return *ledger_; }
  [[nodiscard]] RightsDesk& desk() { return *desk_; }
  [[nodiscard]] const policies::Policy& policy() const { return *policy_; }

  /// PerformRightsCall.
  Result<Json> Perform(const std::string& verb, const Json& arguments);
  /// Deletes what nobody can open any more, and signs a checkpoint. The command's last act.
  Status Finish();

 private:
  RightsSession() = default;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<StateFolder> state_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<EmbeddedRunner> runner_;
  std::unique_ptr<policies::Policy> policy_;
  std::unique_ptr<RightsDesk> desk_;
};

/// Performs `verb` (rights_calls.h) where the state is: at the coordinator named by --connect, at
/// the one that stands in the state's folder, or here.
Result<Json> PerformRights(const ControlOptions& options,
                           const std::string& verb,
                           const Json& arguments);

}  // namespace signet::coordinator
