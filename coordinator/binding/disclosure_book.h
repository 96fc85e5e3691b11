/// DisclosureBook: the counts that a state has told, and its privacy budgets, sealed and durable.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "policies/disclosure/difference_ledger.h"
#include "policies/disclosure/noisy_count.h"
#include "policies/disclosure/privacy_budget.h"

namespace signet::coordinator {

/// How the ledger names the people in a segment, whoever asks: "segment/PIPELINE/SEGMENT".
std::string SegmentGroup(const std::string& pipeline, const std::string& segment);

/// What the log says of one telling: entry `disclosure.told`.
struct TellingNote {
  std::string what;       ///< "profile", "report", "run-report"
  std::string about;      ///< "loyalty/crm"
  std::string purpose;    ///< or empty
  std::string recipient;  ///< who is told
  std::string policy;     ///< the policy's digest
};

/// The noise that somebody asked for; without epsilon, none.
struct NoiseChoice {
  double epsilon = 0;
  policies::NoiseKind kind = policies::NoiseKind::kLaplace;
};

/// One record in the store under "disclosure/told" (values are always sealed there). Everything is
/// written before it is told, in one write with its entry in the log: a crash may cost an answer,
/// never a record. Belongs to one thread.
class DisclosureBook {
 public:
  explicit DisclosureBook(StateFolder& state) : state_(state) {}

  /// With `pending`, a batch that is not written yet: as it will be then.
  Status Load(const crypto::WriteBatch* pending = nullptr);
  [[nodiscard]] const policies::DifferenceLedger& ledger() const { return ledger_; }
  [[nodiscard]] const policies::PrivacyBudget& budget() const { return budget_; }
  [[nodiscard]] int64_t now_micros() const { return state_.clock().Now().micros; }

  /// Takes note of the statements that may be told, durably, and says which those are, in order.
  Result<std::vector<bool>> Tell(const std::vector<policies::CountStatement>& statements,
                                 const policies::PublicationRule& rule,
                                 const TellingNote& note);
  /// Somebody asked, and all was refused.
  Status Refused(const TellingNote& note);
  /// The size of a list that is published with `batch`, and two groups of which only one may be
  /// told; durable once Put was called and `batch` is written.
  void Note(const policies::CountStatement& list) { ledger_.Note(list); }
  void KeepApart(const std::string& a, const std::string& b) { ledger_.KeepApart(a, b); }
  void Put(crypto::WriteBatch& batch) const;
  /// A noisy count in place of `count`: spends the recipient's budget, durably, first. kDenied when
  /// it is spent.
  Result<int64_t> TellNoisy(int64_t count,
                            const NoiseChoice& noise,
                            const policies::PublicationRule& rule,
                            const TellingNote& note);

 private:
  Status Store(const TellingNote& note, const char* outcome, Json facts);
  [[nodiscard]] Bytes Encoded() const;

  StateFolder& state_;
  policies::DifferenceLedger ledger_;
  policies::PrivacyBudget budget_;
};

}  // namespace signet::coordinator
