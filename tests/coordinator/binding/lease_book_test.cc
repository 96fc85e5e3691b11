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

TEST_F(LeaseBookTest, EveryLeaseEndsOnceAtTheLatestWithTheRun) {
  book_.Granted(Task("score", 0, 1), {});
  book_.Granted(Task("score", 1, 1), {});
  book_.Granted(Task("score", 0, 2), {});  // the first attempt was lost with its worker
  pipelines::TaskResult result;
  book_.Released(Task("score", 0, 2), result);
  book_.ExpireAll();
  Flush();
  ASSERT_EQ(types_, (std::vector<std::string>{"lease.granted", "lease.released", "lease.expired"}));
  EXPECT_EQ(entries_[0]["leases"].size(), 3U);
  EXPECT_EQ(entries_[1]["leases"].size(), 1U);
  EXPECT_EQ(entries_[2]["leases"].size(), 2U);
  Flush();
  EXPECT_EQ(types_.size(), 3U) << "nothing is told twice";
}

TEST_F(LeaseBookTest, ASilentWorkersLeaseExpiresAndAReportedFailureIsARelease) {
  book_.Granted(Task("score", 0, 1), {});
  book_.Sent(Task("score", 0, 1), WorkerId("w1"));
  book_.Granted(Task("score", 1, 1), {});
  book_.Sent(Task("score", 1, 1), WorkerId("w2"));
  AttemptEnd silent;
  silent.task = Task("score", 0, 1);
  silent.why = Unavailable("its worker was silent for 2.5 s");
  book_.Ended(silent);
  AttemptEnd failed;
  failed.task = Task("score", 1, 1);
  failed.why = Invalid("WORDS OF A WORKER");
  failed.reported = true;
  book_.Ended(failed);
  book_.Ended(failed);  // holds nothing any more
  Flush();
  ASSERT_EQ(types_, (std::vector<std::string>{"lease.granted", "lease.released", "lease.expired"}));
  EXPECT_EQ(entries_[0]["leases"].items()[0]["worker"].AsString(), "w1");
  ASSERT_EQ(entries_[1]["leases"].size(), 1U);
  EXPECT_EQ(entries_[1]["leases"].items()[0]["worker"].AsString(), "w2");
  EXPECT_EQ(entries_[1]["leases"].items()[0]["failed"].AsString(), "invalid");
  EXPECT_EQ(entries_[1].Dump().find("WORDS"), std::string::npos);
  ASSERT_EQ(entries_[2]["leases"].size(), 1U);
  EXPECT_EQ(entries_[2]["leases"].items()[0]["reason"].AsString(),
            "its worker was silent for 2.5 s");
}

TEST_F(LeaseBookTest, ManyLeasesAreSeveralEntries) {
  for (int task = 0; task < 250; ++task) book_.Granted(Task("score", task, 1), {});
  Flush();
  ASSERT_EQ(types_.size(), 3U);
  EXPECT_EQ(entries_[0]["leases"].size(), LeaseBook::kLeasesPerEntry);
  EXPECT_EQ(entries_[2]["leases"].size(), 50U);
  for (const Json& entry : entries_) EXPECT_LT(entry.Dump().size(), 60'000U);
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
  EXPECT_FALSE(
      book_.Flush([](const std::string&, const Json&) { return Unavailable("disk"); }).ok());
  Flush();
  EXPECT_EQ(types_, std::vector<std::string>{"lease.granted"});
}

}  // namespace
}  // namespace signet::coordinator
