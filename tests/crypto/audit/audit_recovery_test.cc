// What a power cut leaves of the log on a real store: a prefix, never a torn entry.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

namespace fs = std::filesystem;

class AuditRecovery : public AuditWorld {
 protected:
  static constexpr uint64_t kEntries = 40;

  Result<std::unique_ptr<KvStore>> OpenStore(const fs::path& path) {
    return OpenRocksStore(path, SecretBytes(32), entropy_);
  }
  Result<std::unique_ptr<AuditLog>> OpenLog(KvStore& store, const fs::path& remembered) {
    return AuditLog::Open(store, Key(), "signet.test/audit", clock_, remembered);
  }
  /// A store with a log of kEntries, one write each, closed again.
  void Make(const fs::path& path, const fs::path& remembered) {
    const auto store = OpenStore(path);
    ASSERT_TRUE(store.ok());
    const auto log = OpenLog(**store, remembered);
    for (uint64_t i = 0; i < kEntries; ++i) ASSERT_TRUE((*log)->Record(EventNumber(i)).ok());
    if (remembered.empty()) return;
    ASSERT_TRUE((*log)->SignCheckpoint().ok());
  }
  /// A copy of the store whose write-ahead log ends after `tenths` of itself and 3 bytes.
  fs::path CutCopy(const fs::path& path, unsigned tenths) {
    fs::path copy = scratch_.path() / ("cut-" + std::to_string(tenths));
    fs::copy(path, copy, fs::copy_options::recursive);
    for (const auto& file : fs::directory_iterator(copy)) {
      if (file.path().extension() != ".log") continue;
      const uint64_t size = fs::file_size(file.path());
      if (size > 0) fs::resize_file(file.path(), size * tenths / 10 + 3);
    }
    return copy;
  }

  SystemEntropy entropy_;
};

TEST_F(AuditRecovery, ATornTailLeavesAPrefixThatVerifiesAndGoesOn) {
  const fs::path path = scratch_.path() / "db";
  Make(path, {});
  uint64_t longest = 0;
  for (unsigned tenths = 1; tenths < 10; ++tenths) {
    SCOPED_TRACE(tenths);
    const auto store = OpenStore(CutCopy(path, tenths));
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    const auto log = OpenLog(**store, {});
    ASSERT_TRUE(log.ok()) << log.status().ToString();
    EXPECT_TRUE((*log)->VerifyAll().ok());
    EXPECT_LT((*log)->size(), kEntries);
    EXPECT_GE((*log)->size(), longest) << "a longer file holds no fewer entries";
    longest = (*log)->size();
    EXPECT_EQ(*(*log)->Record(EventNumber(99)), longest);
  }
  EXPECT_GT(longest, kEntries / 2);
}

TEST_F(AuditRecovery, ATailThatTookSignedEntriesWithItIsARollback) {
  const fs::path path = scratch_.path() / "db";
  Make(path, remembered_);
  const auto store = OpenStore(CutCopy(path, 5));
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(OpenLog(**store, remembered_).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
