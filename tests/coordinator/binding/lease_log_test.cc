// Leases of runs that are no pipelines are entries of the log, in the write that they are about.
#include "coordinator/binding/lease_log.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

TaskRef LocateTask() {
  TaskRef ref;
  ref.run = RunId("20261122t120000-abcdef");
  ref.step = StepId("locate");
  ref.attempt = 1;
  return ref;
}

class LeaseLogTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    log_ = std::make_unique<LeaseLog>(*state_, LocateTask().run, "GDPR Art. 15");
    before_ = state_->audit().size();
    pipelines::TaskAssignment assignment;
    assignment.lease.keys.emplace("digest", SecretBytes(32));
    log_->leases().Granted(LocateTask(), assignment);
    log_->leases().Sent(LocateTask(), WorkerId("w1"));
  }
  /// What the loop does around each write.
  void WriteOnce(bool durable = true) {
    crypto::WriteBatch batch;
    if (!log_->BeforeWrite(batch)) return;
    if (durable) {
      ASSERT_TRUE(state_->store().Write(batch, crypto::Durability::kSync).ok());
    }
    log_->BatchWritten(durable);
  }
  /// The types that were written since; every entry fits the catalog.
  std::vector<std::string> Types() {
    std::vector<std::string> types;
    for (uint64_t i = before_; i < state_->audit().size(); ++i) {
      const Json entry = *state_->audit().Entry(i);
      EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
      EXPECT_EQ(entry["why"].AsString(), "GDPR Art. 15");
      EXPECT_EQ(entry["run"].AsString(), LocateTask().run.text());
      types.push_back(entry["type"].AsString());
    }
    return types;
  }

  std::unique_ptr<LeaseLog> log_;
  uint64_t before_ = 0;
};

TEST_F(LeaseLogTest, ALeaseIsInTheLogWithTheWriteThatGrantsItAndSoIsItsEnd) {
  WriteOnce();
  EXPECT_EQ(Types(), std::vector<std::string>{"lease.granted"});
  WriteOnce();
  EXPECT_EQ(Types().size(), 1U) << "once";
  log_->leases().Released(LocateTask(), {});
  WriteOnce();
  EXPECT_EQ(Types(), (std::vector<std::string>{"lease.granted", "lease.released"}));
}

TEST_F(LeaseLogTest, WhatIsStillOutWhenTheRunEndsHasExpired) {
  WriteOnce();
  crypto::WriteBatch batch;
  log_->RunFinished(batch);
  ASSERT_TRUE(state_->store().Write(batch, crypto::Durability::kSync).ok());
  log_->BatchWritten(/*durable=*/true);
  EXPECT_EQ(Types(), (std::vector<std::string>{"lease.granted", "lease.expired"}));
}

TEST_F(LeaseLogTest, AWriteThatFailedLeavesTheLogReadyForTheNext) {
  WriteOnce(/*durable=*/false);
  EXPECT_TRUE(Types().empty());
  crypto::AuditEvent event;
  event.type = "state.opened";
  event.actor = "coordinator";
  event.action = "open";
  event.facts = Json::Of({{"version", "0.1.0"}});
  EXPECT_TRUE(state_->audit().Record(event).ok());
}

}  // namespace
}  // namespace signet::coordinator
