// What an attacker with the state folder could do to the log, and that it is found.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/audit_log.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

using Entries = std::map<std::string, Bytes>;

class AuditTamper : public AuditWorld {
 protected:
  void SetUp() override {
    auto log = Open();
    Fill(**log, 300, 50);
    ASSERT_TRUE((*log)->SignCheckpoint().ok());
    Fill(**log, 5, 2);
    entries_ = All();
  }

  Entries All() {
    Entries all;
    EXPECT_TRUE(store_
                    ->Scan("",
                           [&all](std::string_view key, ByteView value) {
                             all[std::string(key)] = Bytes(value.begin(), value.end());
                             return OkStatus();
                           })
                    .ok());
    return all;
  }

  void Replace(const Entries& entries) {
    store_ = NewMemoryStore();
    WriteBatch batch;
    for (const auto& [key, value] : entries) batch.Put(key, value);
    ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  }

  /// kCorrupt from opening or from the full verification.
  StatusCode Found() {
    const auto log = Open();
    return log.ok() ? (*log)->VerifyAll().code() : log.status().code();
  }

  Entries entries_;
};

TEST_F(AuditTamper, NothingIsFoundWhereNothingWasDone) {
  EXPECT_EQ(Found(), StatusCode::kOk);
}

TEST_F(AuditTamper, AFlippedBitAnywhereIsFound) {
  for (const auto& [key, value] : entries_) {
    for (const size_t at : {size_t{0}, value.size() / 2, value.size() - 1}) {
      SCOPED_TRACE(key + " byte " + std::to_string(at));
      Entries changed = entries_;
      changed[key][at] ^= 1;
      Replace(changed);
      const StatusCode found = Found();
      // A checkpoint note that cannot even be read is told as such.
      EXPECT_TRUE(found == StatusCode::kCorrupt || found == StatusCode::kInvalid)
          << StatusCodeName(found);
    }
  }
}

TEST_F(AuditTamper, AMissingEntryOfTheStoreIsFound) {
  for (const auto& [key, value] : entries_) {
    if (key == kAuditCheckpointKey) continue;  // remembered outside the store too
    SCOPED_TRACE(key);
    Entries changed = entries_;
    changed.erase(key);
    Replace(changed);
    EXPECT_EQ(Found(), StatusCode::kCorrupt);
  }
}

TEST_F(AuditTamper, ARollbackBehindTheRememberedCheckpointIsRefusedAtOpen) {
  store_ = NewMemoryStore();
  const std::filesystem::path kept = remembered_;
  remembered_ = scratch_.path() / "other.note";
  {
    auto log = Open();
    Fill(**log, 299, 50);
    ASSERT_TRUE((*log)->SignCheckpoint().ok());
  }
  remembered_ = kept;
  const auto log = Open();
  EXPECT_EQ(log.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(log.status().message().find("rolled back"), std::string::npos);
  EXPECT_FALSE(log.status().remedy().empty());
}

TEST_F(AuditTamper, AnEmptiedStoreIsARollback) {
  store_ = NewMemoryStore();
  EXPECT_EQ(Open().status().code(), StatusCode::kCorrupt);
}

TEST_F(AuditTamper, AForkOfTheSameSizeIsRefusedAtOpen) {
  store_ = NewMemoryStore();
  const std::filesystem::path kept = remembered_;
  remembered_ = scratch_.path() / "other.note";
  {
    auto log = Open();
    clock_.JumpWall(Timestamp{1'800'000'000'000'000});  // other entries
    Fill(**log, 300, 50);
  }
  remembered_ = kept;
  const auto log = Open();
  EXPECT_EQ(log.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(log.status().message().find("rewritten"), std::string::npos);
}

TEST_F(AuditTamper, ARewrittenEntryOfAnOldBundleIsFoundByTheFullVerification) {
  Entries changed = entries_;
  Bytes& bundle = changed[AuditEntriesKey(0)];
  const std::string before = "tester";
  const auto at = std::search(bundle.begin(), bundle.end(), before.begin(), before.end());
  ASSERT_NE(at, bundle.end());
  *at = 'f';
  Replace(changed);
  auto log = Open();
  const Status found = log.ok() ? (*log)->VerifyAll() : log.status();
  EXPECT_EQ(found.code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
