/// RightsDesk: requests of persons, end to end: opened, folded, carried out, resumed, receipted.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/access_answer.h"
#include "coordinator/requests/erasure_sweep.h"
#include "coordinator/requests/receipt_writer.h"
#include "coordinator/requests/request_book.h"
#include "coordinator/requests/subject_finder.h"
#include "coordinator/requests/withdrawal_desk.h"
#include "policies/compile/policy.h"
#include "policies/consent/fact.h"
#include "policies/rights/request.h"

namespace signet::coordinator {

/// What a person asks for.
struct Asked {
  policies::Right right = policies::Right::kAccess;
  std::string purpose;                ///< of an objection or restriction; empty: everything
  bool lift = false;                  ///< takes it back
  std::string law;                    ///< "gdpr", "ccpa"; empty: that of the person's jurisdiction
  std::string channel;                ///< "cli", "api", "letter"
  std::string out;                    ///< access, portability: an absolute folder
  Json corrections;                   ///< rectification: [{dataset, column, value}]
  bool withdraw_only = false;         ///< erasure: the destroying stage waits for a sweep
  std::optional<Timestamp> received;  ///< when the person asked, if not now: the clock begins there
};

/// Carries requests out. Every step is durable with its entry in the log; whoever opens the desk
/// calls Resume() first, so that what a crash interrupted goes on. Belongs to one thread; the
/// references must outlive it.
class RightsDesk {
 public:
  using Runner = SubjectFinder::Runner;
  using NewRun = SubjectFinder::NewRun;

  RightsDesk(StateFolder& state, LedgerBook& ledger, Runner run, NewRun new_run)
      : state_(state),
        ledger_(ledger),
        new_run_(new_run),
        finder_(state, std::move(run), std::move(new_run)),
        book_(state),
        receipts_(state),
        withdrawals_(state),
        sweep_(state, ledger, finder_) {}

  /// The policies in force: they say whose clock runs, who is a recipient, and how long models may
  /// stay. Must outlive the desk; without it the GDPR's clock runs and nothing is released.
  void Follow(const policies::Policy* policy) { policy_ = policy; }
  [[nodiscard]] SubjectFinder& finder() { return finder_; }
  [[nodiscard]] RequestBook& book() { return book_; }

  // As the finder's.
  Result<LocatedSubject> Locate(const std::vector<Identifier>& identifiers,
                                const std::string& default_region) {
    return finder_.Locate(identifiers, default_region);
  }
  Result<std::vector<std::string>> ReferencesTo(const LocatedSubject& person,
                                                const std::vector<std::string>& refs) {
    return finder_.ReferencesTo(person, refs);
  }

  /// Opens a request and carries it out, or folds it into one that is open: {request, right,
  /// stage, due, receipts: [...]} or {request, folded_into}.
  Result<Json> Ask(const LocatedSubject& person, const Asked& asked);
  /// Erases many (GDPR Art. 17): all withdrawn in one write, then destroyed by one sweep.
  /// {requests, receipts: [...]}.
  Result<Json> EraseAll(std::span<const LocatedSubject> people, const Asked& asked);
  /// The destroying stage of every withdrawn erasure: {destroyed, receipts: [...]}; nothing happens
  /// while a legal hold is on a dataset that would be rewritten (kDenied).
  Result<Json> SweepErasures();
  /// Goes on with every request that is open, but withdrawn erasures.
  Status Resume();
  /// Announces that the answer takes longer; refuses. `id` names the request.
  Result<Json> Extend(const std::string& id, const std::string& reason);
  Result<Json> Refuse(const std::string& id, const std::string& reason);
  /// The requests that concern the person, by the log's references: [{request, right, stage, ...}].
  Result<Json> StatusOf(const LocatedSubject& person);

  /// A statement about consent by the person, dated now; it overrides every file.
  Result<Json> SetConsent(const LocatedSubject& person,
                          const std::string& purpose,
                          bool given,
                          const std::string& channel = "cli");

 private:
  Result<std::string> LawOf(const LocatedSubject& person, const Asked& asked);
  Result<std::optional<Json>> Fold(const LocatedSubject& person,
                                   const policies::RequestOpening& opening);
  Status GiveUp(const std::string& id, const Status& why);
  Result<std::vector<KeptRequest>> OpenAll(std::span<const LocatedSubject> people,
                                           const Asked& asked);
  /// Carries out what is pending of each, command by command; all are of one right and stage.
  Status Perform(std::vector<KeptRequest>& requests);
  Status Do(policies::RequestCommand command, std::vector<KeptRequest>& requests);
  Status HandOver(std::vector<KeptRequest>& requests);
  Status Correct(std::vector<KeptRequest>& requests);
  Result<uint64_t> CorrectRows(const KeptRequest& kept, std::vector<std::string>& columns);
  Status DeliverReceipts();
  Status Tombstone(std::vector<KeptRequest>& requests);
  Status Notify(std::vector<KeptRequest>& requests);
  Status Rewrite(std::vector<KeptRequest>& requests);
  Status FlagModels(std::vector<KeptRequest>& requests);
  Status DestroyKeys(std::vector<KeptRequest>& requests);
  Status RecordFact(std::vector<KeptRequest>& requests);
  Status Withdraw(std::vector<KeptRequest>& requests);
  Status WriteReceipts(policies::RequestCommand command, std::vector<KeptRequest>& requests);
  /// Notes the command as done, with `events` and `batch` in one write.
  Status Advance(policies::RequestCommand command,
                 std::vector<KeptRequest>& requests,
                 const std::vector<crypto::AuditEvent>& events,
                 crypto::WriteBatch batch);
  Status WriteTogether(const std::vector<crypto::AuditEvent>& events, crypto::WriteBatch batch);
  crypto::AuditEvent EventFor(const char* type, KeptRequest& kept, Json facts);
  Status PutFact(const LocatedSubject& person, policies::Fact fact, crypto::WriteBatch& batch);
  [[nodiscard]] Json Summary(const KeptRequest& kept) const;

  StateFolder& state_;
  LedgerBook& ledger_;
  NewRun new_run_;
  SubjectFinder finder_;
  RequestBook book_;
  ReceiptWriter receipts_;
  WithdrawalDesk withdrawals_;
  ErasureSweep sweep_;
  const policies::Policy* policy_ = nullptr;
  Json written_{Json::Array()};  ///< receipts of the call under way
};

}  // namespace signet::coordinator
