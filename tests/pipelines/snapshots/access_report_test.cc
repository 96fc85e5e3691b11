#include "pipelines/snapshots/access_report.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

namespace fs = std::filesystem;

class AccessSpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<AccessSpool> Open() {
    return AccessSpool::Open(folder_, clock_, entropy_).value();
  }
  std::vector<SpooledReport> Read() { return ReadAccessReports(folder_).value(); }

  testing_support::ScratchFolder scratch_;
  SeededEntropy entropy_{3};
  ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  ServingFolder folder_ =
      ServingFolder::OpenForPublication(scratch_.path() / "serving", entropy_).value();
};

void CountLookup(AccessSpool& spool, const std::string& client) {
  spool.Count("mail", "loyalty", "1", AccessKind::kLookup, 10, client);
}

TEST_F(AccessSpoolTest, CountsFromManyThreadsAndWritesBatches) {
  const auto spool = Open();
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&spool, client = "client" + std::to_string(t)] {
        for (int i = 0; i < 100; ++i) CountLookup(*spool, client);
      });
    }
  }
  spool->Count("mail", "loyalty", "1", AccessKind::kResolve, 7, "client0");
  spool->Count("mail", "loyalty", "2", AccessKind::kDiff, 0, "client0");
  spool->Count("ads", "loyalty", "1", AccessKind::kManifest, 0, "client9");
  clock_.Advance(2'000'000);
  ASSERT_TRUE(spool->Flush().ok());
  ASSERT_TRUE(spool->Flush().ok()) << "nothing new: nothing written";
  spool->Count("ads", "loyalty", "1", AccessKind::kRefused, 0, "client9");
  ASSERT_TRUE(spool->Flush().ok());
  const auto reports = Read();
  ASSERT_EQ(reports.size(), 2U);
  ASSERT_TRUE(reports[0].report.ok());
  const AccessReport& first = *reports[0].report;
  EXPECT_EQ(first.batch, 0U);
  EXPECT_EQ(first.until.micros - first.from.micros, 2'000'000);
  ASSERT_EQ(first.records.size(), 3U);
  EXPECT_EQ(first.records[0].recipient, "ads");
  EXPECT_EQ(first.records[1].calls, 401U);
  EXPECT_EQ(first.records[1].lookups, 4000U);
  EXPECT_EQ(first.records[1].resolved, 7U);
  EXPECT_EQ(first.records[1].clients, 4U);
  EXPECT_EQ(first.records[2].diffs, 1U);
  EXPECT_EQ(reports[1].report->records[0].refused, 1U);
  EXPECT_EQ(reports[1].batch, 1U);
}

TEST_F(AccessSpoolTest, NoCertificateIsNamed) {
  const auto spool = Open();
  spool->Count("mail", "loyalty", "1", AccessKind::kLookup, 1, "anna.example.com");
  ASSERT_TRUE(spool->Flush().ok());
  const Bytes bytes = *ReadFile(Read()[0].file);
  EXPECT_EQ(AsText(bytes).find("anna"), std::string::npos);
}

TEST_F(AccessSpoolTest, AChangedOrMovedReportIsNotAuthentic) {
  const auto spool = Open();
  for (int i = 0; i < 2; ++i) {
    spool->Count("mail", "loyalty", "1", AccessKind::kLookup, 1, "c");
    ASSERT_TRUE(spool->Flush().ok());
  }
  const std::vector<SpooledReport> reports = Read();
  const Bytes good = *ReadFile(reports[0].file);
  for (size_t at = 0; at < good.size(); at += 7) {
    Bytes bad = good;
    bad[at] ^= 1;
    ASSERT_TRUE(WriteFileAtomically(reports[0].file, bad).ok());
    EXPECT_EQ(Read()[0].report.status().code(), StatusCode::kCorrupt) << at;
  }
  // One batch put in the place of another: replayed.
  ASSERT_TRUE(WriteFileAtomically(reports[0].file, *ReadFile(reports[1].file)).ok());
  EXPECT_EQ(Read()[0].report.status().code(), StatusCode::kCorrupt);
  EXPECT_TRUE(Read()[1].report.ok());
}

TEST_F(AccessSpoolTest, WhatCouldNotBeWrittenIsCountedOn) {
  const auto spool = Open();
  fs::path server;
  for (const auto& entry : fs::directory_iterator(folder_.root() / ".access")) {
    server = entry.path();
  }
  const fs::path aside = scratch_.path() / "aside";
  fs::rename(server, aside);
  spool->Count("mail", "loyalty", "1", AccessKind::kLookup, 5, "a");
  EXPECT_FALSE(spool->Flush().ok());
  spool->Count("mail", "loyalty", "1", AccessKind::kLookup, 6, "b");
  fs::rename(aside, server);
  ASSERT_TRUE(spool->Flush().ok());
  const auto reports = Read();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].report->records[0].lookups, 11U);
  EXPECT_EQ(reports[0].report->records[0].clients, 2U);
}

TEST_F(AccessSpoolTest, TheSpoolIsNoRecipientAndStrangeFilesAreLeftAlone) {
  const auto spool = Open();
  EXPECT_TRUE(folder_.Recipients().value().empty());
  fs::create_directories(folder_.root() / ".access" / "0123456789abcdef");
  ASSERT_TRUE(
      WriteFileAtomically(folder_.root() / ".access" / "0123456789abcdef" / "x", AsBytes("y"))
          .ok());
  fs::create_directory_symlink("/etc", folder_.root() / ".access" / "fedcba9876543210");
  EXPECT_TRUE(Read().empty());
}

TEST_F(AccessSpoolTest, AServerThatCannotWriteSaysSo) {
  ASSERT_TRUE(WriteFileAtomically(folder_.root() / ".access", AsBytes("a file")).ok());
  const auto spool = AccessSpool::Open(folder_, clock_, entropy_);
  EXPECT_EQ(spool.status().code(), StatusCode::kUnavailable);
  EXPECT_FALSE(spool.status().remedy().empty());
}

}  // namespace
}  // namespace signet::pipelines
