// What a run tells the log: in the write that makes it durable, and nothing that was taken back.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/plan_binder.h"
#include "crypto/audit/event_catalog.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

class PlanNotes : public SmallPlan {
 protected:
  void SetUp() override {
    SmallPlan::SetUp();
    planned_ = std::make_unique<pipelines::Planned>(Plan());
    ledger_ = std::make_unique<LedgerBook>(*state_);
    Bind("r");
  }
  void Bind(const std::string& run) {
    binder_ = std::make_unique<PlanBinder>(
        *state_, *ledger_, planned_->plan, planned_->policy, RunId(run));
    binder_->AskedBy("anna", "submit");
  }
  /// As the dispatcher does it.
  void Commit(crypto::WriteBatch batch) {
    binder_->BeforeWrite(batch);
    Write(batch);
    binder_->BatchWritten(/*durable=*/true);
  }
  void Accept(const std::string& run) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder_->RunAccepted(RunId(run), batch).ok());
    Commit(std::move(batch));
  }
  std::vector<Json> Entries(const std::string& type) {
    std::vector<Json> found;
    EXPECT_TRUE(state_->audit()
                    .reader()
                    .Scan(0,
                          [&](uint64_t, ByteView bytes) -> Status {
                            ASSIGN_OR_RETURN(const Json entry, Json::Parse(AsText(bytes)));
                            EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << entry.Dump();
                            if (entry["type"].AsString() == type) found.push_back(entry);
                            return OkStatus();
                          })
                    .ok());
    return found;
  }

  std::unique_ptr<pipelines::Planned> planned_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<PlanBinder> binder_;
};

TEST_F(PlanNotes, APolicyComesIntoForceOnceAndItsRunsSayWhoAsked) {
  Accept("r");
  Bind("s");
  Accept("s");
  const std::vector<Json> bound = Entries("policy.bound");
  ASSERT_EQ(bound.size(), 1U) << "the second run is under the same policy";
  EXPECT_EQ(bound[0]["policy"].AsString(), planned_->plan.policy_digest);
  EXPECT_EQ(bound[0]["facts"]["policies"].size(), 1U);
  const std::vector<Json> started = Entries("run.started");
  ASSERT_EQ(started.size(), 2U);
  EXPECT_EQ(started[1]["actor"].AsString(), "anna");
  EXPECT_EQ(started[1]["facts"]["trigger"].AsString(), "submit");
}

TEST_F(PlanNotes, ALeaseIsInTheLogWithTheWriteThatGrantsIt) {
  Accept("r");
  TaskRef task;
  task.run = RunId("r");
  task.step = StepId("tokenise.orders");
  task.attempt = 1;
  task.fence = 5;
  ASSERT_TRUE(binder_->BindTask(task).ok());
  binder_->LeaseSent(task, WorkerId("w1"));
  Commit({});
  const std::vector<Json> granted = Entries("lease.granted");
  ASSERT_EQ(granted.size(), 1U);
  EXPECT_EQ(granted[0]["facts"]["leases"].items()[0]["worker"].AsString(), "w1");
  EXPECT_TRUE(Entries("lease.expired").empty());

  AttemptEnd end;
  end.task = task;
  end.why = Unavailable("its worker was silent for 2.5 s");
  end.final = true;
  binder_->AttemptEnded(end);
  binder_->RunCancelled(RunId("r"), Cancelled("cancelled by anna"));
  Commit({});
  EXPECT_EQ(Entries("lease.expired").size(), 1U);
  EXPECT_EQ(Entries("task.failed").size(), 1U);
  EXPECT_EQ(Entries("run.cancelled").size(), 1U);
}

TEST_F(PlanNotes, ATextThatTheLogCannotHoldHoldsUpNothing) {
  Accept("r");
  binder_->RunCancelled(RunId("r"), Cancelled("two\nlines"));
  binder_->RunCancelled(RunId("r"), Cancelled("one line"));
  Commit({});
  const std::vector<Json> cancelled = Entries("run.cancelled");
  ASSERT_EQ(cancelled.size(), 1U);
  EXPECT_EQ(cancelled[0]["facts"]["reason"].AsString(), "one line");
}

}  // namespace
}  // namespace signet::coordinator
