#include "coordinator/requests/retention_desk.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/model_flags.h"
#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"
#include "policies/compile/compile.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class RetentionDeskTest : public DeskWorld {
 protected:
  void SetUp() override {
    DeskWorld::SetUp();
    policy_ = std::make_unique<policies::Policy>(*policies::CompilePolicies(
        *policies::FindPolicies({"gdpr"}, "policies/bundles", "policies/bundles")));
    clock_.JumpWall(*TimestampFromText("2026-11-22"));
  }
  LiveDataset Put(const std::string& name, pipelines::DatasetKind kind, const std::string& run) {
    LiveDataset dataset;
    dataset.owner = "shop";
    dataset.name = name;
    dataset.run = run;
    dataset.kind = kind;
    dataset.pieces = {NewPiece(name, "rows of " + name)};
    crypto::WriteBatch batch;
    EXPECT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
    return dataset;
  }

  std::unique_ptr<policies::Policy> policy_;
};

TEST_F(RetentionDeskTest, WhatIsOlderThanItsKindMayBeLosesItsKeysAndBytes) {
  // Segments are kept for 90 days, governed data for three years.
  const LiveDataset old = Put("buyers", pipelines::DatasetKind::kSegment, "20260801t000000-aa");
  const LiveDataset kept = Put("crm", pipelines::DatasetKind::kGoverned, "20260801t000000-aa");
  const LiveDataset fresh = Put("new", pipelines::DatasetKind::kSegment, "20261101t000000-bb");
  RetentionDesk desk(*state_, *policy_);
  EXPECT_EQ(desk.Due()->ToJson()["datasets"].AsStrings(), std::vector<std::string>{"shop/buyers"});
  const uint32_t before = state_->vault().kek_generation();
  const Result<Json> swept = desk.Sweep();
  ASSERT_TRUE(swept.ok()) << swept.status().ToString();
  EXPECT_FALSE(Opens(old.pieces[0]));
  EXPECT_FALSE(HasBlob(old.pieces[0]));
  EXPECT_TRUE(Opens(kept.pieces[0]));
  EXPECT_TRUE(Opens(fresh.pieces[0]));
  EXPECT_GT(state_->vault().kek_generation(), before);
  EXPECT_EQ(EntriesOf("retention.swept"), 1);
  const std::string receipt = (*swept)["receipt"].AsString();
  const auto folder = state_->path() / "receipts";
  const Result<Bytes> body = ReadFile(folder / (receipt + ".json"));
  ASSERT_TRUE(body.ok()) << receipt;
  EXPECT_NE(AsText(*body).find("shop/buyers"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder / (receipt + ".tlog-proof")));
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_EQ(entry["facts"]["digest"].AsString(), ToHex(crypto::Sha256::Of(*body)));
  ASSERT_TRUE(desk.Sweep().ok());
  EXPECT_EQ(EntriesOf("retention.swept"), 1) << "nothing due, nothing written";
}

TEST_F(RetentionDeskTest, ALegalHoldKeepsWhatIsDueAndTheLogSaysSo) {
  const LiveDataset old = Put("buyers", pipelines::DatasetKind::kSegment, "20260801t000000-aa");
  ASSERT_TRUE(LegalHolds(*state_).Set({"shop", "", "claim 1", "cli", {}}).ok());
  RetentionDesk desk(*state_, *policy_);
  const Json swept = *desk.Sweep();
  EXPECT_EQ(swept["held"].AsStrings(), std::vector<std::string>{"shop/buyers"});
  EXPECT_TRUE(Opens(old.pieces[0]));
  EXPECT_EQ(EntriesOf("retention.swept"), 1);
}

TEST_F(RetentionDeskTest, AFlaggedModelIsDestroyedAfterItsTerm) {
  const LiveDataset model = Put("churn", pipelines::DatasetKind::kModel, "20261121t000000-aa");
  crypto::WriteBatch batch;
  ASSERT_TRUE(ModelFlags(*state_).Flag(model, 1, {clock_.Now().micros + 10}, batch).ok());
  Write(batch);
  RetentionDesk desk(*state_, *policy_);
  EXPECT_EQ((*desk.Sweep())["models"].size(), 0U);
  clock_.Advance(10);
  EXPECT_EQ((*desk.Sweep())["models"].AsStrings(), std::vector<std::string>{"shop/churn"});
  EXPECT_FALSE(Opens(model.pieces[0]));
  EXPECT_TRUE(ModelFlags(*state_).All()->empty());
}

}  // namespace
}  // namespace signet::coordinator
