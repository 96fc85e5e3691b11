#include "coordinator/requests/receipt_writer.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/transparency/receipt.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using ReceiptWriterTest = StateWorld;

TEST_F(ReceiptWriterTest, WritesBodyEntryAndAProofThatVerifiesUnderTheLogsKey) {
  Receipt receipt;
  receipt.name = "erasure-1-withdrawn";
  receipt.body = Json::Of({{"stage", "withdrawn"}});
  crypto::AuditEvent event;
  event.type = "right.answered";
  event.actor = "cli";
  event.action = "erasure";
  event.facts =
      Json::Of({{"request", "erasure-1"}, {"digest", ReceiptWriter::DigestOf(receipt.body)}});
  receipt.audit_index = *state_->audit().Record(event);
  const Status written = ReceiptWriter(*state_).Write({receipt});
  ASSERT_TRUE(written.ok()) << written.ToString();
  const std::filesystem::path base = state_->path() / "receipts";
  const Bytes proof = *ReadFile(base / "erasure-1-withdrawn.tlog-proof");
  const Bytes entry = *ReadFile(base / "erasure-1-withdrawn.entry.json");
  const crypto::Receipt read = *crypto::Receipt::FromText(AsText(proof));
  EXPECT_TRUE(crypto::VerifyReceipt(read, entry, state_->audit().key()).ok());
  const Bytes body = *ReadFile(base / "erasure-1-withdrawn.json");
  EXPECT_EQ(AsText(body), ReceiptWriter::TextOf(receipt.body));
  EXPECT_TRUE(ReceiptWriter(*state_).Write({}).ok());
}

}  // namespace
}  // namespace signet::coordinator
