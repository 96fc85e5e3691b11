#include "coordinator/access/access_fold.h"

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"
#include "crypto/store/faulting_store.h"
#include "pipelines/snapshots/access_report.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::coordinator {
namespace {

using pipelines::AccessKind;
using pipelines::AccessSpool;

class AccessFoldTest : public crypto::AuditWorld {
 protected:
  void SetUp() override {
    log_ = Open().value();
    spool_ = AccessSpool::Open(folder_, clock_, entropy_).value();
  }
  void Report(uint64_t lookups) {
    spool_->Count("mail", "loyalty", "v1", AccessKind::kLookup, lookups, "client");
    ASSERT_TRUE(spool_->Flush().ok());
  }
  AccessFold FoldNow() {
    const auto folded = FoldAccessReports(*log_, *store_, folder_);
    EXPECT_TRUE(folded.ok()) << folded.status().ToString();
    return folded.ok() ? *folded : AccessFold{};
  }
  std::filesystem::path FileOf(uint64_t batch) {
    const auto reports = ReadAccessReports(folder_).value();
    for (const auto& report : reports) {
      if (report.batch == batch) return report.file;
    }
    return {};
  }

  SeededEntropy entropy_{3};
  pipelines::ServingFolder folder_ =
      pipelines::ServingFolder::OpenForPublication(scratch_.path() / "serving", entropy_).value();
  std::unique_ptr<crypto::AuditLog> log_;
  std::unique_ptr<AccessSpool> spool_;
};

TEST_F(AccessFoldTest, ReadsReachTheLogOnceWithTheirCounts) {
  Report(5);
  Report(7);
  const AccessFold folded = FoldNow();
  EXPECT_EQ(folded.reports, 2U);
  EXPECT_EQ(folded.entries, 2U);
  EXPECT_EQ(folded.gaps, 0U);
  ASSERT_EQ(log_->size(), 2U);
  const Json entry = *log_->Entry(1);
  EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
  EXPECT_EQ(entry["actor"].AsString(), "recipient:mail");
  EXPECT_EQ(entry["facts"]["lookups"].AsInt(), 7);
  EXPECT_EQ(FoldNow().entries, 0U);
  Report(1);
  EXPECT_EQ(FoldNow().entries, 1U);
  EXPECT_TRUE(log_->VerifyAll().ok());
}

TEST_F(AccessFoldTest, AMissingReportIsToldInTheLog) {
  Report(1);
  Report(2);
  Report(3);
  std::filesystem::remove(FileOf(1));
  const AccessFold folded = FoldNow();
  EXPECT_EQ(folded.gaps, 1U);
  const Json gap = *log_->Entry(1);
  EXPECT_EQ(gap["type"].AsString(), "snapshot.read.gap");
  EXPECT_EQ(gap["facts"]["expected"].AsInt(), 1);
  EXPECT_TRUE(crypto::CheckEntry(gap).ok());
}

TEST_F(AccessFoldTest, AForgedReportIsToldAndKept) {
  Report(1);
  const std::filesystem::path file = FileOf(0);
  Bytes bytes = *ReadFile(file);
  bytes[10] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(file, bytes).ok());
  EXPECT_EQ(FoldNow().gaps, 1U);
  EXPECT_TRUE(std::filesystem::exists(file.string() + ".refused"));
  EXPECT_EQ(FoldNow().entries, 0U);
}

TEST_F(AccessFoldTest, AReportIsReplayedInVain) {
  Report(1);
  const std::filesystem::path file = FileOf(0);
  const Bytes bytes = *ReadFile(file);
  FoldNow();
  ASSERT_TRUE(WriteFileAtomically(file, bytes).ok());
  EXPECT_EQ(FoldNow().entries, 0U);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(AccessFoldTest, AFailedWriteLosesNothing) {
  crypto::FaultingStore faulting(*store_);
  log_ = crypto::AuditLog::Open(faulting, Key(), "signet.test/audit", clock_, remembered_).value();
  Report(4);
  faulting.FailWrite(crypto::WriteFault::kRefused);
  EXPECT_FALSE(FoldAccessReports(*log_, faulting, folder_).ok());
  EXPECT_EQ(log_->size(), 0U);
  const auto folded = FoldAccessReports(*log_, faulting, folder_);
  ASSERT_TRUE(folded.ok());
  EXPECT_EQ(folded->entries, 1U);
  EXPECT_EQ((*log_->Entry(0))["facts"]["lookups"].AsInt(), 4);
}

}  // namespace
}  // namespace signet::coordinator
