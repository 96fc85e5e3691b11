#include "coordinator/binding/disclosure_book.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "crypto/audit/audit_event.h"
#include "crypto/base/bytes.h"
#include "crypto/base/json.h"

namespace signet::coordinator {
namespace {

constexpr char kKey[] = "disclosure/told";

int64_t RoundedUp(double value) {
  return static_cast<int64_t>(std::ceil(value - 1e-9));
}

}  // namespace

std::string SegmentGroup(const std::string& pipeline, const std::string& segment) {
  return "segment/" + pipeline + "/" + segment;
}

Status DisclosureBook::Load(const crypto::WriteBatch* pending) {
  std::optional<Bytes> stored;
  const crypto::WriteBatch::Operation* operation =
      pending == nullptr ? nullptr : pending->Find(kKey);
  if (operation != nullptr) {
    stored = operation->value;
  } else {
    ASSIGN_OR_RETURN(stored, state_.store().Get(kKey));
  }
  if (!stored.has_value()) return OkStatus();
  const Result<Json> json = Json::Parse(std::string(AsText(*stored)));
  if (!json.ok()) return Corrupt("the record of what was told cannot be read");
  ASSIGN_OR_RETURN(ledger_, policies::DifferenceLedger::FromJson((*json)["counts"]));
  ASSIGN_OR_RETURN(budget_, policies::PrivacyBudget::FromJson((*json)["losses"]));
  return OkStatus();
}

Bytes DisclosureBook::Encoded() const {
  const Json json = Json::Of({{"counts", ledger_.ToJson()}, {"losses", budget_.ToJson()}});
  return ToBytes(json.Dump());
}

Status DisclosureBook::Store(const TellingNote& note, const char* outcome, Json facts) {
  crypto::AuditEvent event;
  event.type = "disclosure.told";
  event.actor = "cli";
  event.action = "tell";
  event.policy = note.policy;
  event.facts = std::move(facts);
  event.facts.Set("what", note.what);
  event.facts.Set("recipient", note.recipient);
  event.facts.Set("outcome", outcome);
  if (!note.about.empty()) event.facts.Set("about", note.about);
  if (!note.purpose.empty()) event.facts.Set("purpose", note.purpose);
  crypto::WriteBatch batch;
  Put(batch);
  return state_.audit().Record(event, std::move(batch)).status();
}

Status DisclosureBook::Refused(const TellingNote& note) {
  return Store(note, "refused", Json(Json::Object()));
}

void DisclosureBook::Put(crypto::WriteBatch& batch) const {
  batch.Put(kKey, Encoded());
}

Result<std::vector<bool>> DisclosureBook::Tell(
    const std::vector<policies::CountStatement>& statements,
    const policies::PublicationRule& rule,
    const TellingNote& note) {
  policies::DifferenceLedger before = ledger_;
  std::vector<bool> told;
  told.reserve(statements.size());
  for (const policies::CountStatement& statement : statements) {
    told.push_back(ledger_.Tell(statement, rule).allowed);
  }
  const auto count = std::count(told.begin(), told.end(), true);
  const auto all = static_cast<int64_t>(told.size());
  Status stored =
      Store(note, "told", Json::Of({{"told", int64_t{count}}, {"withheld", all - count}}));
  if (!stored.ok()) {
    ledger_ = std::move(before);
    return stored;
  }
  return told;
}

Result<int64_t> DisclosureBook::TellNoisy(int64_t count,
                                          const NoiseChoice& noise,
                                          const policies::PublicationRule& rule,
                                          const TellingNote& note) {
  // Drawn first, since that checks epsilon; told last.
  ASSIGN_OR_RETURN(const int64_t noisy,
                   policies::NoisyCount(count, noise.kind, noise.epsilon, state_.entropy()));
  const policies::PrivacyLoss loss = policies::LossOf(noise.kind, noise.epsilon);
  policies::PrivacyBudget before = budget_;
  Status spent = budget_.Spend(note.recipient, loss, state_.clock().Now().micros, rule);
  if (!spent.ok()) {
    TRY(Refused(note));
    return spent;
  }
  Json facts = Json::Of({{"noise", policies::NoiseName(noise.kind)}});
  if (loss.epsilon > 0) facts.Set("epsilon_thousandths", RoundedUp(loss.epsilon * 1e3));
  if (loss.rho > 0) facts.Set("rho_billionths", RoundedUp(loss.rho * 1e9));
  Status stored = Store(note, "noisy", std::move(facts));
  if (!stored.ok()) {
    budget_ = std::move(before);
    return stored;
  }
  return noisy;
}

}  // namespace signet::coordinator
