#include "crypto/audit/audit_log.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/store/faulting_store.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

class AuditLogTest : public AuditWorld {};

TEST_F(AuditLogTest, GivesEachEventItsIndexAndItsTime) {
  auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  EXPECT_EQ(*(*log)->Record(EventNumber(0)), 0U);
  clock_.JumpWall(Timestamp{1'700'000'001'000'000});
  EXPECT_EQ(*(*log)->Record(EventNumber(1)), 1U);
  const Json entry = *(*log)->Entry(1);
  EXPECT_EQ(entry["index"].AsInt(), 1);
  EXPECT_EQ(entry["time"].AsString(), "2023-11-14T22:13:21Z");
  EXPECT_EQ(entry["type"].AsString(), "test.happened");
  EXPECT_EQ(entry["facts"]["n"].AsInt(), 1);
  EXPECT_EQ((*log)->Entry(2).status().code(), StatusCode::kNotFound);
}

TEST_F(AuditLogTest, TimeNeverGoesBackEvenIfTheWallClockDoes) {
  {
    auto log = Open();
    ASSERT_TRUE((*log)->Record(EventNumber(0)).ok());
  }
  clock_.JumpWall(Timestamp{5});
  auto log = Open();
  ASSERT_TRUE((*log)->Record(EventNumber(1)).ok());
  EXPECT_EQ((*(*log)->Entry(1))["time"], (*(*log)->Entry(0))["time"]);
}

TEST_F(AuditLogTest, IsTheSameLogHoweverItsEventsAreBatchedAndReopened) {
  std::string note;
  for (const uint64_t per_batch : {1U, 3U, 255U, 256U, 257U, 700U}) {
    SCOPED_TRACE(per_batch);
    store_ = NewMemoryStore();
    std::filesystem::remove(remembered_);
    for (int part = 0; part < 2; ++part) {  // reopened half-way, within a bundle
      auto log = Open();
      ASSERT_TRUE(log.ok()) << log.status().ToString();
      Fill(**log, 350, per_batch);
    }
    auto log = Open();
    ASSERT_TRUE(log.ok()) << log.status().ToString();
    EXPECT_EQ((*log)->size(), 700U);
    const std::string signed_note = *(*log)->SignCheckpoint();
    EXPECT_TRUE(note.empty() || signed_note == note);
    note = signed_note;
    EXPECT_TRUE((*log)->VerifyAll().ok());
  }
}

TEST_F(AuditLogTest, FullBundlesLieInOneEntryOfTheStore) {
  auto log = Open();
  Fill(**log, 600, 7);
  int bundles = 0;
  ASSERT_TRUE(store_
                  ->Scan(kAuditEntriesPrefix,
                         [&](std::string_view /*key*/, ByteView /*value*/) {
                           ++bundles;
                           return OkStatus();
                         })
                  .ok());
  // Two full bundles, and 88 entries in pieces of at most 7.
  EXPECT_EQ(bundles, 2 + 13);
}

TEST_F(AuditLogTest, AnEventInABatchThatIsNotWrittenNeverHappened) {
  auto log = Open();
  ASSERT_TRUE((*log)->Record(EventNumber(0)).ok());
  WriteBatch lost;
  ASSERT_EQ(*(*log)->Append(EventNumber(1), lost), 1U);
  ASSERT_TRUE((*log)->Committed(Unavailable("the disk is full")).ok());
  EXPECT_EQ((*log)->size(), 1U);
  EXPECT_EQ(*(*log)->Record(EventNumber(2)), 1U);
  EXPECT_EQ((*(*log)->Entry(1))["facts"]["n"].AsInt(), 2);
  EXPECT_TRUE((*log)->VerifyAll().ok());
}

TEST_F(AuditLogTest, AnUnknownOutcomeBecomesKnown) {
  for (const WriteFault fault : {WriteFault::kApplied, WriteFault::kLost}) {
    const bool applied = fault == WriteFault::kApplied;
    SCOPED_TRACE(applied);
    store_ = NewMemoryStore();
    std::filesystem::remove(remembered_);
    FaultingStore faulting(*store_);
    auto log = AuditLog::Open(faulting, Key(), "signet.test/audit", clock_, remembered_);
    ASSERT_TRUE((*log)->Record(EventNumber(0)).ok());
    faulting.FailWrite(fault);
    EXPECT_EQ((*log)->Record(EventNumber(1)).status().code(), StatusCode::kUnknownOutcome);
    EXPECT_EQ((*log)->size(), applied ? 2U : 1U);
    ASSERT_TRUE((*log)->Record(EventNumber(2)).ok());
    EXPECT_TRUE((*log)->VerifyAll().ok());
  }
}

TEST_F(AuditLogTest, ARefusedEventLeavesTheBatchUsable) {
  auto log = Open();
  WriteBatch batch;
  ASSERT_TRUE((*log)->Append(EventNumber(0), batch).ok());
  AuditEvent bad = EventNumber(1);
  bad.actor = "a\nb";
  EXPECT_EQ((*log)->Append(bad, batch).status().code(), StatusCode::kInvalid);
  ASSERT_TRUE((*log)->Append(EventNumber(2), batch).ok());
  ASSERT_TRUE((*log)->Committed(store_->Write(batch, Durability::kSync)).ok());
  EXPECT_EQ((*log)->size(), 2U);
  EXPECT_TRUE((*log)->VerifyAll().ok());
}

TEST_F(AuditLogTest, AStateChangeAndItsRecordAreOneWrite) {
  auto log = Open();
  WriteBatch batch;
  batch.Put("state/x", std::string_view("1"));
  ASSERT_TRUE((*log)->Record(EventNumber(0), batch).ok());
  EXPECT_TRUE(store_->Get("state/x")->has_value());
}

TEST_F(AuditLogTest, ACheckpointIsSignedOnceForEachSize) {
  auto log = Open();
  const std::string empty = *(*log)->SignCheckpoint();
  EXPECT_EQ(*(*log)->SignCheckpoint(), empty);
  ASSERT_TRUE((*log)->Record(EventNumber(0)).ok());
  const std::string one = *(*log)->SignCheckpoint();
  EXPECT_NE(one, empty);
  EXPECT_EQ(AsText(*ReadFile(remembered_)), one);
  EXPECT_EQ(OpenCheckpoint(one, (*log)->key())->size, 1U);
}

TEST_F(AuditLogTest, ALostRememberedFileIsWrittenAgain) {
  auto log = Open();
  ASSERT_TRUE((*log)->Record(EventNumber(0)).ok());
  const std::string note = *(*log)->SignCheckpoint();
  std::filesystem::remove(remembered_);
  EXPECT_EQ(*(*log)->SignCheckpoint(), note);
  EXPECT_EQ(AsText(*ReadFile(remembered_)), note);
}

TEST_F(AuditLogTest, AnEmptyLogWithACheckpointOpensAgain) {
  { ASSERT_TRUE((*Open())->SignCheckpoint().ok()); }
  EXPECT_TRUE(Open().ok());
}

using AuditLogDeathTest = AuditLogTest;

TEST_F(AuditLogDeathTest, AppendingToASecondBatchWhileOneIsPendingIsABug) {
  auto log = Open();
  WriteBatch first;
  WriteBatch second;
  ASSERT_TRUE((*log)->Append(EventNumber(0), first).ok());
  EXPECT_DEATH((void)(*log)->Append(EventNumber(1), second), "pending in another batch");
}

}  // namespace
}  // namespace signet::crypto
