// RightsDesk's answers: what is handed over, what is corrected, and the receipts.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/correction_book.h"
#include "coordinator/binding/dataset_registry.h"
#include "coordinator/requests/rights_desk.h"

namespace signet::coordinator {
namespace {

using policies::RequestCommand;
using policies::Right;

constexpr char kReceiptOutbox[] = "outbox/receipt/";

/// What a receipt says of its request, beside what was touched.
Json ReceiptBody(const KeptRequest& kept, const std::string& stage, Timestamp now) {
  Json body = kept.facts;
  body.Set("request", kept.request.id);
  body.Set("right", policies::RightName(kept.request.right));
  body.Set("article", policies::RightArticle(kept.request.right, kept.request.law));
  body.Set("stage", stage);
  body.Set("received", TimestampText(kept.request.received));
  body.Set("due", DateText(kept.request.due()));
  body.Set("time", TimestampText(now));
  if (!kept.request.purpose.empty()) body.Set("purpose", kept.request.purpose);
  if (!kept.request.folded.empty()) body.Set("folded", Json::Strings(kept.request.folded));
  return body;
}

}  // namespace

Status RightsDesk::HandOver(std::vector<KeptRequest>& requests) {
  for (KeptRequest& kept : requests) {
    AccessAnswer answer(state_, ledger_, finder_, policy_);
    ASSIGN_OR_RETURN(const Answer made,
                     kept.request.right == Right::kAccess ? answer.Access(kept.person)
                                                          : answer.Portable(kept.person));
    ASSIGN_OR_RETURN(const std::string digest, answer.Write(made, kept.secret["out"].AsString()));
    kept.facts.Set("answer_digest", digest);
    kept.facts.Set("rows", made.rows);
    kept.facts.Set("log_entries", made.log_entries.size());
  }
  return Advance(RequestCommand::kHandOver, requests, {}, {});
}

/// Replaces the values in the live datasets now, and remembers them for the next run's gate.
Status RightsDesk::Correct(std::vector<KeptRequest>& requests) {
  crypto::WriteBatch batch;
  std::vector<crypto::AuditEvent> events;
  CorrectionBook corrections(state_);
  for (KeptRequest& kept : requests) {
    std::vector<std::string> columns;
    ASSIGN_OR_RETURN(const uint64_t rows, CorrectRows(kept, columns));
    for (const Json& item : kept.secret["corrections"].items()) {
      Correction correction;
      correction.pipeline = item["pipeline"].AsString();
      correction.dataset = item["dataset"].AsString();
      correction.column = item["column"].AsString();
      correction.value = item["value"].AsString();
      correction.subjects = kept.person.subjects;
      TRY(corrections.Add(std::move(correction), batch));
    }
    kept.facts.Set("columns", Json::Strings(columns));
    kept.facts.Set("rows", rows);
    events.push_back(EventFor(
        "right.corrected", kept, Json::Of({{"columns", Json::Strings(columns)}, {"rows", rows}})));
  }
  return Advance(RequestCommand::kCorrect, requests, events, std::move(batch));
}

/// One task per dataset; the rows that held one of the columns.
Result<uint64_t> RightsDesk::CorrectRows(const KeptRequest& kept,
                                         std::vector<std::string>& columns) {
  DatasetRegistry registry(state_);
  std::map<std::pair<std::string, std::string>, Json> by_dataset;
  for (const Json& item : kept.secret["corrections"].items()) {
    Json& list = by_dataset[{item["pipeline"].AsString(), item["dataset"].AsString()}];
    list.Push(Json::Of({{"column", item["column"]}, {"value", item["value"]}}));
    columns.push_back(item["dataset"].AsString() + "." + item["column"].AsString());
  }
  Json subjects{Json::Array()};
  for (const SubjectId& id : kept.person.subjects) subjects.Push(UuidText(id.value));
  std::vector<RightsStep> steps;
  for (const auto& entry : by_dataset) {
    RightsStep step;
    step.id = "correct." + entry.first.first + "." + entry.first.second;
    step.op = "correct";
    step.options = Json::Of({{"subjects", subjects}, {"corrections", entry.second}});
    step.view = "rows";
    ASSIGN_OR_RETURN(step.dataset, registry.Find(entry.first.first, entry.first.second));
    if (step.dataset.pieces.empty() || step.dataset.kind != pipelines::DatasetKind::kGoverned) {
      return NotFound("there is no governed dataset " + entry.first.first + "/" +
                      entry.first.second);
    }
    ASSIGN_OR_RETURN(step.partitions, finder_.PartitionsOf(std::span(&kept.person, 1)));
    step.rewrites = true;
    steps.push_back(std::move(step));
  }
  ASSIGN_OR_RETURN(const auto results, finder_.RunSteps(std::move(steps)));
  uint64_t rows = 0;
  for (const auto& result : results) {
    rows += static_cast<uint64_t>(result.second.figures["rows_removed"].AsInt());
  }
  return rows;
}

/// Receipts whose files were not written before a crash.
Status RightsDesk::DeliverReceipts() {
  std::vector<Receipt> receipts;
  crypto::WriteBatch delivered;
  TRY(state_.store().Scan(kReceiptOutbox, [&](std::string_view key, ByteView value) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(value)));
    Receipt receipt;
    receipt.name = std::string(key.substr(sizeof kReceiptOutbox - 1));
    receipt.body = json["body"];
    receipt.audit_index = static_cast<uint64_t>(json["index"].AsInt());
    receipts.push_back(std::move(receipt));
    delivered.Delete(std::string(key));
    return OkStatus();
  }));
  if (receipts.empty()) return OkStatus();
  TRY(receipts_.Write(receipts));
  for (const Receipt& receipt : receipts) {
    Json shown = receipt.body;
    shown.Set("audit_index", receipt.audit_index);
    written_.Push(std::move(shown));
  }
  return state_.store().Write(delivered, crypto::Durability::kSync);
}

Status RightsDesk::WriteReceipts(RequestCommand command, std::vector<KeptRequest>& requests) {
  const bool withdrawn = command == RequestCommand::kReceiptWithdrawn;
  const bool erasure = requests.front().request.right == Right::kErasure;
  // Done again after a crash between the write and the destruction; else nothing is left to
  // destroy.
  if (erasure && !withdrawn) TRY(sweep_.DestroyOldKeys());
  const char* stage = withdrawn ? "withdrawn" : (erasure ? "destroyed" : "done");
  const Timestamp now = state_.clock().Now();
  crypto::WriteBatch batch;
  std::vector<crypto::AuditEvent> events;
  for (KeptRequest& kept : requests) {
    const Json body = ReceiptBody(kept, stage, now);
    // The entry's index holds once the batch is written; the files follow, after a crash too.
    const uint64_t index = state_.audit().size() + events.size();
    batch.Put(kReceiptOutbox + kept.request.id + "-" + stage,
              Json::Of({{"body", body}, {"index", index}}).Dump());
    events.push_back(EventFor("right.answered",
                              kept,
                              Json::Of({{"right", policies::RightName(kept.request.right)},
                                        {"outcome", stage},
                                        {"digest", ReceiptWriter::DigestOf(body)}})));
  }
  TRY(Advance(command, requests, events, std::move(batch)));
  return DeliverReceipts();
}

}  // namespace signet::coordinator
