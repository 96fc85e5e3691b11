/// ConsentDesk: statements about consent that come in bulk or from a browser, and what the ledger
/// says of a person.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/subject_finder.h"
#include "coordinator/requests/withdrawal_desk.h"
#include "crypto/base/json.h"
#include "policies/compile/policy.h"
#include "policies/consent/consent_import.h"

namespace signet::coordinator {

class ConsentDesk {
 public:
  /// The references must outlive the desk.
  ConsentDesk(StateFolder& state,
              LedgerBook& ledger,
              SubjectFinder& finder,
              const policies::Policy& policy)
      : state_(state), ledger_(ledger), finder_(finder), policy_(policy), withdrawals_(state) {}

  /// Takes an export into the ledger: one entry of the log that commits to the sealed delta, one
  /// receipt (STATE/receipts/consent-import-...). Withdrawals that are in force afterwards take
  /// effect on what is served at once. {rows, changes, ignored, unknown, refused: {reason: n},
  /// delta, delta_root, audit_index}. An export that changes nothing leaves no entry.
  struct ImportContext {
    std::string source;          ///< for the log: "onetrust"
    std::string default_region;  ///< of phone numbers without +
    std::string channel = "cli";
  };
  Result<Json> Import(policies::ConsentImport import, const ImportContext& context);

  /// The Global Privacy Control of a browser, device or pseudonymous profile (11 CCR section 7025),
  /// as far as the policies' `gpc_scope` reaches: {known, opted_out, scope, recipients,
  /// confirmation, audit_index}. Of a browser that nobody is known by nothing is sold; its signal
  /// is kept (signal_book.h) until a run tells whose it is.
  Result<Json> Gpc(const std::vector<Identifier>& identifiers,
                   const std::string& default_region,
                   const std::string& channel = "cli");

  /// {statements: [...], decisions: [{purpose, allowed, why, article}], changes: [proofs]}.
  Result<Json> Show(const LocatedSubject& person);

 private:
  struct Batch;
  Result<std::vector<LocatedSubject>> Find(const policies::ConsentImport& import,
                                           const std::string& default_region,
                                           std::map<std::string, uint64_t>& refused);
  Result<uint64_t> Assign(policies::ConsentImport& import,
                          const std::string& default_region,
                          Batch& facts);
  Status Apply(Batch& facts, crypto::WriteBatch& batch);
  Result<Json> Record(Batch& facts, const ImportContext& context, crypto::WriteBatch batch);
  Status WithdrawServed(const Batch& facts);
  Result<Json> KeepSignal(const std::vector<Identifier>& identifiers,
                          const std::string& default_region,
                          const std::string& channel);
  Result<Json> OptOut(const LocatedSubject& person, const std::string& channel);
  Result<int> PartitionOfSubject(const SubjectId& subject);

  StateFolder& state_;
  LedgerBook& ledger_;
  SubjectFinder& finder_;
  const policies::Policy& policy_;
  WithdrawalDesk withdrawals_;
};

}  // namespace signet::coordinator
