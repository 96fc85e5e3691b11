#include "coordinator/requests/rights_desk.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/requests/legal_holds.h"
#include "crypto/base/file.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using policies::Right;

/// What needs rows is tested end to end (tests/e2e/rights, tests/e2e/erasure).
using RightsDeskTest = DeskWorld;

TEST_F(RightsDeskTest, ARequestIsCarriedOutToItsOneReceipt) {
  const Result<Json> done = desk_->Ask(Person(1), For(Right::kRestriction));
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["stage"].AsString(), "done");
  EXPECT_EQ((*done)["receipts"].size(), 1U);
  EXPECT_TRUE(StateOf(Person(1)).restrictions.count("") != 0);
  EXPECT_EQ(EntriesOf("right.requested"), 1);
  EXPECT_EQ(EntriesOf("right.restricted"), 1);
  EXPECT_EQ(EntriesOf("right.answered"), 1);
  EXPECT_EQ(runs_, 0);
}

TEST_F(RightsDeskTest, AWithdrawnErasureFoldsTheNextAndWaitsForTheSweep) {
  Asked asked = For(Right::kErasure);
  asked.withdraw_only = true;
  const Json first = *desk_->Ask(Person(1), asked);
  EXPECT_EQ(first["stage"].AsString(), "withdrawn");
  EXPECT_TRUE(StateOf(Person(1)).tombstone);
  Restart();
  ASSERT_TRUE(desk_->Resume().ok());
  const Json second = *desk_->Ask(Person(1), For(Right::kErasure));
  EXPECT_EQ(second["folded_into"].AsString(), first["request"].AsString());
  const Json other = *desk_->Ask(Person(2), asked);
  EXPECT_FALSE(other.Has("folded_into"));
  const Result<Json> swept = desk_->SweepErasures();
  ASSERT_TRUE(swept.ok()) << swept.status().ToString();
  EXPECT_EQ((*swept)["destroyed"].AsInt(), 2);
  EXPECT_EQ((*swept)["receipts"].size(), 2U);
  EXPECT_FALSE(StateOf(Person(1)).tombstone) << "the ledger knows nothing of them any more";
  EXPECT_TRUE(desk_->book().Open()->empty());
  EXPECT_EQ(EntriesOf("right.destroyed"), 2);
  EXPECT_EQ((*desk_->SweepErasures())["destroyed"].AsInt(), 0);
}

TEST_F(RightsDeskTest, AHoldStopsTheDestructionOfDatasetsOnly) {
  // Without datasets there is nothing to hold.
  ASSERT_TRUE(LegalHolds(*state_).Set({"shop", "", "claim", "cli", {}}).ok());
  EXPECT_TRUE(desk_->Ask(Person(1), For(Right::kErasure)).ok());
}

TEST_F(RightsDeskTest, ManyAreWithdrawnTogetherAndEachIsCountedOnce) {
  const std::vector<LocatedSubject> people = {Person(1), Person(2), Person(3), Person(2)};
  const Result<Json> done = desk_->EraseAll(people, For(Right::kErasure));
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["requests"].AsInt(), 3);
  EXPECT_EQ((*done)["folded"].AsInt(), 1);
  EXPECT_EQ((*done)["receipts"].size(), 6U);
}

TEST_F(RightsDeskTest, WhatACrashInterruptedGoesOnFromItsStep) {
  // Opened, and nothing carried out: as after a crash right behind the first write.
  KeptRequest kept;
  kept.request =
      policies::OpenRequest({"objection-x", Right::kObjection, "marketing", false, "gdpr", "cli"},
                            clock_.Now())
          ->request;
  kept.person = Person(1);
  crypto::WriteBatch batch;
  ASSERT_TRUE(desk_->book().Put(kept, batch).ok());
  Write(batch);
  Restart();
  const Status resumed = desk_->Resume();
  ASSERT_TRUE(resumed.ok()) << resumed.ToString();
  EXPECT_EQ(policies::ConsentFor(StateOf(Person(1)), "marketing.email"),
            policies::ConsentState::kWithdrawn);
  EXPECT_EQ(desk_->book().Find("objection-x")->request.stage, policies::RequestStage::kDone);
  EXPECT_TRUE(std::filesystem::exists(state_->path() / "receipts" / "objection-x-done.json"));
  EXPECT_EQ(EntriesOf("right.answered"), 1);
  ASSERT_TRUE(desk_->Resume().ok());
  EXPECT_EQ(EntriesOf("right.answered"), 1) << "exactly one receipt";
}

TEST_F(RightsDeskTest, ATermIsExtendedAndARequestRefusedWithAReason) {
  KeptRequest kept;
  kept.request =
      policies::OpenRequest({"access-x", Right::kAccess, "", false, "gdpr", "letter"}, clock_.Now())
          ->request;
  kept.person = Person(1);
  crypto::WriteBatch batch;
  ASSERT_TRUE(desk_->book().Put(kept, batch).ok());
  Write(batch);
  EXPECT_EQ(desk_->Extend("access-y", "many").status().code(), StatusCode::kNotFound);
  const Json extended = *desk_->Extend("access-x", "many");
  EXPECT_EQ(extended["due"].AsString(), DateText(kept.request.deadline.extended));
  const Json refused = *desk_->Refuse("access-x", "manifestly unfounded");
  EXPECT_EQ(refused["stage"].AsString(), "refused");
  EXPECT_EQ(EntriesOf("right.extended"), 1);
  EXPECT_EQ(EntriesOf("right.refused"), 1);
  EXPECT_TRUE(desk_->book().Open()->empty());
}

TEST_F(RightsDeskTest, AnAnswerIsNotWrittenOverAnother) {
  Asked asked = For(Right::kAccess);
  asked.out = scratch_.path().string();
  std::filesystem::create_directories(asked.out);
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "answer.json", AsBytes("{}")).ok());
  EXPECT_EQ(desk_->Ask(Person(1), asked).status().code(), StatusCode::kConflict);
}

}  // namespace
}  // namespace signet::coordinator
