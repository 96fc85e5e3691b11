#include "coordinator/cli/audit_subject.h"

#include <memory>
#include <string>
#include <utility>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/paths.h"
#include "coordinator/requests/rights_desk.h"
#include "coordinator/requests/run_names.h"

namespace signet::coordinator {

Result<std::set<std::string>> RefsOfPerson(StateFolder& state,
                                           const std::string& from,
                                           const std::string& region,
                                           const std::vector<std::string>& refs) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiersFrom(from));
  LedgerBook ledger(state);
  TRY(ledger.LoadVersion());
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(state, ledger, embedded));
  RightsDesk desk(
      state,
      ledger,
      [&runner](const RunSpec& spec, RunBinder& binder) { return runner->Run(spec, binder); },
      [&state] { return NewRunId(state); });
  ASSIGN_OR_RETURN(const LocatedSubject subject, desk.Locate(identifiers, region));
  ASSIGN_OR_RETURN(const std::vector<std::string> matching, desk.ReferencesTo(subject, refs));
  return std::set<std::string>(matching.begin(), matching.end());
}

}  // namespace signet::coordinator
