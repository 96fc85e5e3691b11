// Removing old entries by retention.
#include <string>

#include <gtest/gtest.h>

#include "crypto/transparency/log_verifier.h"
#include "crypto/transparency/receipt.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

class AuditPrune : public AuditWorld {
 protected:
  static AuditEvent Pruned() {
    return {"log.pruned", "cli", "prune", {}, {}, {}, Json::Of({{"minimum", 512}}), {}};
  }
};

TEST_F(AuditPrune, OldEntriesGoAndEverythingElseStaysProvable) {
  auto log = Open();
  Fill(**log, 1000, 50);
  const std::string older = *(*log)->SignCheckpoint();
  const Digest root = *(*log)->reader().RootAt(1000);
  ASSERT_TRUE((*log)->Prune(512, Pruned()).ok());
  EXPECT_EQ((*log)->size(), 1001U);
  EXPECT_EQ((*log)->Entry(511).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE((*log)->Entry(512).ok());
  EXPECT_EQ(*(*log)->reader().RootAt(1000), root) << "no hash changed";
  EXPECT_TRUE((*log)->VerifyAll().ok());
  EXPECT_FALSE((*store_->Get(AuditEntriesKey(0))).has_value());
  EXPECT_TRUE((*store_->Get(AuditEntriesKey(512))).has_value());

  // After a restart too, and the log goes on.
  log = Open();
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  EXPECT_EQ((*log)->reader().pruned_below(), 512U);
  Fill(**log, 300, 50);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  uint64_t seen = 0;
  ASSERT_TRUE((*log)
                  ->reader()
                  .Scan(0,
                        [&seen](uint64_t index, ByteView) {
                          EXPECT_GE(index, 512U);
                          ++seen;
                          return OkStatus();
                        })
                  .ok());
  EXPECT_EQ(seen, 1301U - 512U);
  for (const uint64_t index : {512U, 767U, 1300U}) {
    const auto receipt = Receipt::FromText(*(*log)->ProveInclusion(index));
    EXPECT_TRUE(VerifyReceipt(*receipt, *(*log)->reader().EntryBytes(index), (*log)->key()).ok());
  }

  // An auditor who knows of the pruning verifies the export; one who does not is told.
  ASSERT_TRUE((*log)->Export(scratch_.path() / "export").ok());
  FolderLog files(scratch_.path() / "export");
  EXPECT_EQ(VerifyLog(files, (*log)->key()).status().code(), StatusCode::kCorrupt);
  const auto verified = VerifyLog(files, (*log)->key(), {.since = older, .pruned_below = 512});
  ASSERT_TRUE(verified.ok()) << verified.status().ToString();
  EXPECT_EQ(verified->since->size, 1000U);
}

TEST_F(AuditPrune, NothingAboveTheMinimumCanVanish) {
  auto log = Open();
  Fill(**log, 1000, 50);
  ASSERT_TRUE((*log)->Prune(512, Pruned()).ok());
  WriteBatch batch;
  batch.Delete(AuditEntriesKey(512));
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  EXPECT_EQ((*log)->VerifyAll().code(), StatusCode::kCorrupt);
}

TEST_F(AuditPrune, ARaisedMinimumWithoutItsEntryIsNoExcuse) {
  auto log = Open();
  Fill(**log, 1000, 50);
  for (const uint64_t minimum : {0U, 100U, 1024U}) {
    EXPECT_EQ((*log)->Prune(minimum, Pruned()).code(), StatusCode::kInvalid) << minimum;
  }
  EXPECT_EQ((*log)->size(), 1000U);
  ASSERT_TRUE((*log)->Prune(256, Pruned()).ok());
  EXPECT_EQ((*log)->Prune(256, Pruned()).code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
