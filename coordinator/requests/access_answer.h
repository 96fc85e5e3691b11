/// AccessAnswer: everything that is held about a person and what is done with it, for that person
/// (GDPR Art. 15 and 20, Cal. Civ. Code sections 1798.110, 1798.130).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/subject_finder.h"
#include "crypto/base/json.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// An answer, and how large it is. It is personal: it goes where the asker wants it, nowhere else.
struct Answer {
  Json json;
  uint64_t rows = 0;
  std::vector<uint64_t> log_entries;  ///< about the person, ascending
};

class AccessAnswer {
 public:
  /// `policy` may be null: then purposes, recipients and retention are missing from the answer.
  AccessAnswer(StateFolder& state,
               LedgerBook& ledger,
               SubjectFinder& finder,
               const policies::Policy* policy)
      : state_(state), ledger_(ledger), finder_(finder), policy_(policy) {}

  /// {controller, data, derived, scores, segments, purposes, recipients, sources, retention,
  /// statements, log}: Art. 15(1)(a)-(h). Scores come with their reasons.
  Result<Answer> Access(const LocatedSubject& person);
  /// {data: [{source, rows}]}: what came from the person's sources, nothing derived (Art. 20(1)).
  Result<Answer> Portable(const LocatedSubject& person);

  /// Writes answer.json, a CSV per dataset, and for each entry of the log proofs/N.entry.json and
  /// proofs/N.tlog-proof, all of mode 0600, into `folder` (made with 0700). Returns the hex SHA-256
  /// of answer.json, which is written last.
  Result<std::string> Write(const Answer& answer, const std::filesystem::path& folder);

 private:
  Result<Json> DataOf(const LocatedSubject& person);
  Result<Json> StatementsOf(const LocatedSubject& person);
  Result<Json> LogOf(const LocatedSubject& person, std::vector<uint64_t>& entries);
  Result<Json> RecipientsOf(const LocatedSubject& person);
  Result<Json> PurposesOf(const LocatedSubject& person);
  [[nodiscard]] Json RetentionJson() const;

  StateFolder& state_;
  LedgerBook& ledger_;
  SubjectFinder& finder_;
  const policies::Policy* policy_;
};

}  // namespace signet::coordinator
