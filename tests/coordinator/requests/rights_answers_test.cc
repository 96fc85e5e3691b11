// Receipts: exactly one per stage, on disk also after a crash, and bound to the log.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/requests/receipt_writer.h"
#include "crypto/base/file.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using policies::Right;
using RightsAnswers = DeskWorld;

TEST_F(RightsAnswers, TheLogsEntryNamesTheReceiptsDigest) {
  const Json done = *desk_->Ask(Person(1), For(Right::kOptOut));
  const std::string name = done["request"].AsString() + "-done";
  const Bytes text = *ReadFile(state_->path() / "receipts" / (name + ".json"));
  const Bytes entry = *ReadFile(state_->path() / "receipts" / (name + ".entry.json"));
  const Json body = *Json::Parse(AsText(text));
  EXPECT_EQ((*Json::Parse(AsText(entry)))["facts"]["digest"].AsString(),
            ReceiptWriter::DigestOf(body));
  EXPECT_EQ(body["right"].AsString(), "opt_out");
  EXPECT_EQ(body["article"].AsString(), "Cal. Civ. Code § 1798.120");
}

TEST_F(RightsAnswers, AReceiptThatACrashKeptFromTheDiskIsWrittenAtTheNextStart) {
  const Json done = *desk_->Ask(Person(1), For(Right::kOptOut));
  const std::string name = done["request"].AsString() + "-done";
  const std::filesystem::path file = state_->path() / "receipts" / (name + ".json");
  const Bytes before = *ReadFile(file);
  crypto::WriteBatch batch;
  batch.Put("outbox/receipt/" + name,
            Json::Of({{"body", *Json::Parse(AsText(before))},
                      {"index", done["receipts"].items().at(0)["audit_index"]}})
                .Dump());
  Write(batch);
  std::filesystem::remove(file);
  Restart();
  ASSERT_TRUE(desk_->Resume().ok());
  EXPECT_EQ(*ReadFile(file), before);
  EXPECT_FALSE(state_->store().Get("outbox/receipt/" + name)->has_value());
}

TEST_F(RightsAnswers, ACorrectionOfWhatIsNotThereIsRefused) {
  Asked asked = For(Right::kRectification);
  asked.corrections = Json::List({Json::Of(
      {{"pipeline", "shop"}, {"dataset", "crm"}, {"column", "country"}, {"value", "FI"}})});
  EXPECT_EQ(desk_->Ask(Person(1), asked).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
