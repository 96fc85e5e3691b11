#include "coordinator/binding/lease_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"

namespace signet::coordinator {
namespace {

TaskRef Task(const std::string& step, int task, int attempt) {
  TaskRef ref;
  ref.run = RunId("run-1");
  ref.step = StepId(step);
  ref.task = task;
  ref.attempt = attempt;
  return ref;
}

class LeaseBookTest : public ::testing::Test {
 protected:
  void Flush() {
    ASSERT_TRUE(book_
                    .Flush([this](const std::string& type, Json facts) {
                      types_.push_back(type);
                      entries_.push_back(std::move(facts));
                      return OkStatus();
                    })
                    .ok());
  }

  LeaseBook book_;
  std::vector<std::string> types_;
  std::vector<Json> entries_;
};

TEST_F(LeaseBookTest, EveryLeaseIsReleasedOnceAtTheLatestWithTheRun) {
  book_.Granted(Task("score", 0, 1), {});
  book_.Granted(Task("score", 1, 1), {});
  book_.Granted(Task("score", 0, 2), {});  // the first attempt was lost with its worker
  pipelines::TaskResult result;
  book_.Released(Task("score", 0, 2), result);
  book_.ReleaseAll();
  Flush();
  ASSERT_EQ(types_, (std::vector<std::string>{"lease.granted", "lease.released"}));
  EXPECT_EQ(entries_[0]["leases"].size(), 3U);
  EXPECT_EQ(entries_[1]["leases"].size(), 3U);
  Flush();
  EXPECT_EQ(types_.size(), 2U) << "nothing is told twice";
}

TEST_F(LeaseBookTest, ADenialIsAnEntryOfItsOwnWithoutTheMessage) {
  book_.Denied(Task("score", 3, 1), Denied("PERSONAL WORDS").WithDiagnostic("SIG-3003"));
  Flush();
  ASSERT_EQ(types_, std::vector<std::string>{"lease.denied"});
  EXPECT_EQ(entries_[0]["code"].AsString(), "SIG-3003");
  EXPECT_EQ(entries_[0].Dump().find("PERSONAL"), std::string::npos);
}

TEST_F(LeaseBookTest, WhatCouldNotBeLoggedWaits) {
  book_.Granted(Task("score", 0, 1), {});
  EXPECT_FALSE(book_.Flush([](const std::string&, Json) { return Unavailable("disk"); }).ok());
  Flush();
  EXPECT_EQ(types_, std::vector<std::string>{"lease.granted"});
}

TEST_F(LeaseBookTest, CountsTheCallsOfTheCipher) {
  pipelines::TaskResult result;
  pipelines::Piece piece;
  piece.streams.resize(3);
  piece.streams[0].bytes = 56 + 16;                    // one empty chunk
  piece.streams[1].bytes = 56 + 16400 + 16;            // one full, one empty
  piece.streams[2].bytes = 56 + 3 * 16400 + 100 + 16;  // three full, one of 100 bytes
  result.outputs["out"] = {piece};
  EXPECT_EQ(SealCalls(result), 1U + 2U + 4U);
}

}  // namespace
}  // namespace signet::coordinator
