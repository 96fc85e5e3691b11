#include "coordinator/requests/erasure_sweep.h"

#include <gtest/gtest.h>

#include "coordinator/binding/correction_book.h"
#include "coordinator/binding/model_flags.h"
#include "coordinator/requests/legal_holds.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class ErasureSweepTest : public DeskWorld {
 protected:
  void PutDataset(const std::string& name, pipelines::DatasetKind kind, bool about_persons) {
    LiveDataset dataset;
    dataset.owner = "shop";
    dataset.name = name;
    dataset.run = "r1";
    dataset.kind = kind;
    if (about_persons) dataset.schema.columns = {{"subject", pipelines::ColumnType::kUuid, {}}};
    dataset.pieces = {NewPiece(name, "bytes of " + name)};
    crypto::WriteBatch batch;
    ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
  }
};

TEST_F(ErasureSweepTest, AHoldOnWhatWouldBeRewrittenIsNamed) {
  ErasureSweep sweep(*state_, *ledger_, desk_->finder());
  PutDataset("crm", pipelines::DatasetKind::kGoverned, /*about_persons=*/true);
  PutDataset("prices", pipelines::DatasetKind::kReference, /*about_persons=*/false);
  ASSERT_TRUE(LegalHolds(*state_).Set({"shop", "prices", "claim", "cli", {}}).ok());
  EXPECT_TRUE(sweep.CheckHolds().ok());
  ASSERT_TRUE(LegalHolds(*state_).Set({"shop", "crm", "claim", "cli", {}}).ok());
  const Status held = sweep.CheckHolds();
  EXPECT_EQ(held.code(), StatusCode::kDenied);
  EXPECT_EQ(held.diagnostic(), "SIG-4701");
  EXPECT_NE(held.message().find("shop/crm"), std::string::npos);
}

TEST_F(ErasureSweepTest, AModelWhosePlanIsGoneIsFlagged) {
  ErasureSweep sweep(*state_, *ledger_, desk_->finder());
  PutDataset("churn", pipelines::DatasetKind::kModel, /*about_persons=*/false);
  crypto::WriteBatch batch;
  const auto names = sweep.FlagModels(Json(Json::Object()), 1, clock_.Now(), batch);
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, std::vector<std::string>{"shop/churn"});
  Write(batch);
  EXPECT_EQ(ModelFlags(*state_).All()->size(), 1U);
}

TEST_F(ErasureSweepTest, ForgettingTakesLedgerAndCorrectionsAndRotatesTheGeneration) {
  ErasureSweep sweep(*state_, *ledger_, desk_->finder());
  ASSERT_TRUE(desk_->SetConsent(Person(1), "marketing.email", /*given=*/true).ok());
  crypto::WriteBatch correction;
  ASSERT_TRUE(CorrectionBook(*state_)
                  .Add({"shop", "crm", "country", "FI", {Person(1).subject}}, correction)
                  .ok());
  Write(correction);
  const uint32_t before = state_->vault().kek_generation();
  crypto::WriteBatch batch;
  const LocatedSubject person = Person(1);
  const Result<uint32_t> generation = sweep.Forget(std::span(&person, 1), batch);
  ASSERT_TRUE(generation.ok()) << generation.status().ToString();
  Write(batch);
  ASSERT_TRUE(sweep.DestroyOldKeys().ok());
  EXPECT_GT(*generation, before);
  EXPECT_TRUE(StateOf(Person(1)).consents.empty());
  EXPECT_TRUE(CorrectionBook(*state_).All()->empty());
}

TEST_F(ErasureSweepTest, TheLastCopyOfCustodyDiesWhenTheOperatorsBackupsEnd) {
  ErasureSweep sweep(*state_, *ledger_, desk_->finder());
  EXPECT_EQ(*sweep.LastCopyDies(), DateText(clock_.Now()));
  ASSERT_TRUE(SetCustodyCopiesSeconds(*state_, int64_t{30} * 86400).ok());
  EXPECT_EQ(*sweep.LastCopyDies(),
            DateText({clock_.Now().micros + int64_t{30} * 86400 * 1'000'000}));
  EXPECT_EQ(SetCustodyCopiesSeconds(*state_, -1).code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
