#include "coordinator/disclosure/disclosure_book.h"

#include <optional>
#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "policies/disclosure/noisy_count.h"

namespace signet::coordinator {
namespace {

constexpr char kKey[] = "disclosure/told";

}  // namespace

Status DisclosureBook::Load() {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state_.store().Get(kKey));
  if (!stored.has_value()) return OkStatus();
  const Result<Json> json = Json::Parse(std::string(AsText(*stored)));
  if (!json.ok()) return Corrupt("the record of what was told cannot be read");
  ASSIGN_OR_RETURN(ledger_, policies::DifferenceLedger::FromJson((*json)["counts"]));
  ASSIGN_OR_RETURN(budget_, policies::PrivacyBudget::FromJson((*json)["losses"]));
  return OkStatus();
}

Status DisclosureBook::Store() {
  const Json json = Json::Of({{"counts", ledger_.ToJson()}, {"losses", budget_.ToJson()}});
  return state_.store().Put(kKey, ToBytes(json.Dump()));
}

Result<std::vector<bool>> DisclosureBook::Tell(
    const std::vector<policies::CountStatement>& statements,
    const policies::PublicationRule& rule) {
  policies::DifferenceLedger before = ledger_;
  std::vector<bool> told;
  told.reserve(statements.size());
  for (const policies::CountStatement& statement : statements) {
    told.push_back(ledger_.Tell(statement, rule).allowed);
  }
  if (ledger_ == before) return told;
  if (Status stored = Store(); !stored.ok()) {
    ledger_ = std::move(before);
    return stored;
  }
  return told;
}

Result<int64_t> DisclosureBook::TellNoisy(const std::string& recipient,
                                          int64_t count,
                                          double epsilon,
                                          const policies::PublicationRule& rule) {
  policies::PrivacyBudget before = budget_;
  TRY(budget_.Spend(recipient, epsilon, state_.clock().Now().micros, rule));
  Result<int64_t> noisy = policies::NoisyCount(count, epsilon, state_.entropy());
  const Status stored = noisy.ok() ? Store() : noisy.status();
  if (!stored.ok()) {
    budget_ = std::move(before);
    return stored;
  }
  return noisy;
}

}  // namespace signet::coordinator
