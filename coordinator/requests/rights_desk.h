/// RightsDesk: requests of persons, end to end: consent, erasure in two stages, receipts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/identifiers.h"
#include "coordinator/requests/rights_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "policies/rights/erasure.h"

namespace signet::coordinator {

/// A person as the state knows them.
struct LocatedSubject {
  SubjectId subject;
  std::vector<SubjectId> subjects;  ///< with aliases
  std::vector<Uuid> links;
};

/// Carries out requests. Runs its tasks on workers through `run`. Belongs to one thread.
class RightsDesk {
 public:
  using Runner = std::function<Result<RunView>(const RunSpec& spec, RunBinder& binder)>;
  using NewRun = std::function<RunId()>;

  RightsDesk(StateFolder& state, LedgerBook& ledger, Runner run, NewRun new_run)
      : state_(state), ledger_(ledger), run_(std::move(run)), new_run_(std::move(new_run)) {}

  /// kNotFound when nobody is known by these identifiers, kConflict when they name several persons.
  Result<LocatedSubject> Locate(const std::vector<Identifier>& identifiers,
                                const std::string& default_region);

  /// Erases (GDPR Art. 17): withdrawn at once, then destroyed by a sweep over the touched
  /// partitions. Returns both receipts; they are also written to STATE/receipts.
  Result<Json> Erase(const LocatedSubject& subject);

  /// Those of `refs`, references in entries of the log, that name this person; judged by a worker
  /// under the person's log key, which stays there.
  Result<std::vector<std::string>> ReferencesTo(const LocatedSubject& subject,
                                                const std::vector<std::string>& refs);

  /// A statement about consent by the person, dated now; it overrides every file.
  Result<Json> SetConsent(const LocatedSubject& subject, const std::string& purpose, bool given);

 private:
  Result<policies::ErasureRequest> Perform(const policies::ErasureStep& step,
                                           const LocatedSubject& subject);
  Status Withdraw(const policies::ErasureRequest& request, const LocatedSubject& subject);
  Status WithdrawSnapshots(const LocatedSubject& subject, const std::string& purpose);
  Status Sweep(const policies::ErasureRequest& request, const LocatedSubject& subject);
  Status RewriteDatasets(const LocatedSubject& subject, Json& touched);
  Status Receipt(const std::string& request, const std::string& stage, Json facts);
  Result<std::vector<int>> PartitionsOf(const LocatedSubject& subject);
  /// `n` references for log entries about the person, made by a worker under the person's log key,
  /// which stays there; empty texts when there is no such key.
  Result<std::vector<std::string>> References(const LocatedSubject& subject, size_t n);
  /// What a worker says about references; null when the state has no keyring.
  Result<Json> AskAboutReferences(const LocatedSubject& subject, Json options);

  StateFolder& state_;
  LedgerBook& ledger_;
  Runner run_;
  NewRun new_run_;
  Json receipts_;
  Json touched_;
  std::vector<std::string> refs_;  ///< of the erasure under way: for its two entries
};

}  // namespace signet::coordinator
