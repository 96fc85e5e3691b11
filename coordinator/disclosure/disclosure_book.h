/// DisclosureBook: the counts that a state has told, and its privacy budgets, sealed and durable.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/status.h"
#include "policies/disclosure/difference_ledger.h"
#include "policies/disclosure/privacy_budget.h"

namespace signet::coordinator {

/// One record in the store under "disclosure/told" (values are always sealed there). Everything is
/// written before it is told: a crash may cost an answer, never a record. Belongs to one thread.
class DisclosureBook {
 public:
  explicit DisclosureBook(StateFolder& state) : state_(state) {}

  Status Load();
  [[nodiscard]] const policies::DifferenceLedger& ledger() const { return ledger_; }
  [[nodiscard]] const policies::PrivacyBudget& budget() const { return budget_; }

  /// Takes note of the statements that may be told, durably, and says which those are, in order.
  Result<std::vector<bool>> Tell(const std::vector<policies::CountStatement>& statements,
                                 const policies::PublicationRule& rule);
  /// A noisy count in place of `count`: spends the recipient's budget, durably, first. kDenied when
  /// it is spent.
  Result<int64_t> TellNoisy(const std::string& recipient,
                            int64_t count,
                            double epsilon,
                            const policies::PublicationRule& rule);

 private:
  Status Store();

  StateFolder& state_;
  policies::DifferenceLedger ledger_;
  policies::PrivacyBudget budget_;
};

}  // namespace signet::coordinator
