#include "coordinator/requests/run_host.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"
#include "tests/coordinator/requests/schedule_world.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

class RunHostTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    Start();
  }
  void Start() {
    CoordinatorOptions options;
    options.seed = 1;
    auto opened = Coordinator::OpenOn(
        options, workers::InProcessHub::Create()->Serve(), state_->store(), clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    coordinator_ = std::move(opened).value();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    host_ = std::make_unique<RunHost>(*state_, *ledger_, *coordinator_);
  }
  void TearDown() override {
    host_.reset();
    ledger_.reset();
    coordinator_.reset();
  }

  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<RunHost> host_;
};

TEST_F(RunHostTest, ARunThatNobodyKnowsIsNamedWithWhatToDo) {
  EXPECT_EQ(host_->Run("last").status().code(), StatusCode::kNotFound);
  const Status status = host_->Find("nothing").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_FALSE(status.remedy().empty());
  EXPECT_EQ(host_->Runs(10).size(), 0U);
}

TEST_F(RunHostTest, TheLastRunIsOneOfADocument) {
  struct Idle final : RunBinder {
    Result<Bytes> BindTask(const TaskRef&) override { return Unavailable("not here"); }
    Status CommitTask(const TaskRef&, ByteView, crypto::WriteBatch&) override { return OkStatus(); }
    Status RunLocal(const TaskRef&, crypto::WriteBatch&) override { return OkStatus(); }
    void RunFinished(const RunId&, RunState, crypto::WriteBatch&) override {}
  } idle;
  for (const char* pipeline : {"shop", "@rights"}) {
    RunSpec spec;
    spec.id = RunId(pipeline[0] == '@' ? "run-2" : "run-1");
    spec.pipeline = pipeline;
    spec.steps.resize(1);
    spec.steps[0].id = StepId("locate");
    ASSERT_TRUE(coordinator_->Submit(spec, idle).ok());
  }
  const Result<RunId> last = host_->Find("last");
  ASSERT_TRUE(last.ok()) << last.status().ToString();
  EXPECT_EQ(last->text(), "run-1");
  EXPECT_EQ(host_->Find("run-2")->text(), "run-2");
}

TEST_F(RunHostTest, WaitingEndsWithItsPatience) {
  const uint64_t now = host_->WaitForChange(0, 1);
  EXPECT_EQ(host_->WaitForChange(now, 1), now);
  EXPECT_NE(host_->WaitForChange(now + 1, 60'000), now + 1) << "it has changed: no waiting";
}

TEST_F(RunHostTest, ARunWithoutAFolderIsCancelledAtTheRestart) {
  struct Idle final : RunBinder {
    Result<Bytes> BindTask(const TaskRef&) override { return Unavailable("not here"); }
    Status CommitTask(const TaskRef&, ByteView, crypto::WriteBatch&) override { return OkStatus(); }
    Status RunLocal(const TaskRef&, crypto::WriteBatch&) override { return OkStatus(); }
    void RunFinished(const RunId&, RunState, crypto::WriteBatch&) override {}
  } idle;
  RunSpec spec;
  spec.id = RunId("rights-1");
  spec.steps.resize(1);
  spec.steps[0].id = StepId("locate");
  ASSERT_TRUE(coordinator_->Submit(spec, idle).ok());
  TearDown();
  Reopen();
  Start();
  const auto resumed = host_->ResumeAll();
  ASSERT_TRUE(resumed.ok()) << resumed.status().message();
  EXPECT_TRUE(resumed->empty());
  ASSERT_TRUE(coordinator_->Turn().ok());
  const auto view = coordinator_->View(spec.id);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->state, RunState::kCancelled);
  EXPECT_NE(view->failure.message().find("its process ended"), std::string::npos);
}

using RunHostHoldTest = ScheduleWorld;

TEST_F(RunHostHoldTest, WhileRunsAreHeldNoneIsAcceptedAndAfterwardsTheyAre) {
  WriteText("small.yaml", ScheduledPipeline());
  RunRequest request;
  request.file = scratch_.path() / "small.yaml";
  request.base = scratch_.path();
  request.bundles = "policies/bundles";
  const auto submit = [&] {
    Result<PreparedRun> prepared = PrepareRun(request, clock_.Now());
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return host_->Submit(std::move(prepared).value());
  };
  host_->Hold("datasets are being rewritten");
  const Result<RunId> refused = submit();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable) << "it may be asked for again";
  EXPECT_EQ(refused.status().message(), "datasets are being rewritten");
  EXPECT_FALSE(refused.status().remedy().empty());
  EXPECT_EQ(RunCount(), 0U);
  EXPECT_TRUE(coordinator_->UnfinishedRuns().empty());
  host_->Hold("");
  const Result<RunId> accepted = submit();
  ASSERT_TRUE(accepted.ok()) << accepted.status().message();
  EXPECT_EQ(RunCount(), 1U);
}

TEST_F(RunHostHoldTest, WhatFallsDueMeanwhileIsNotForgotten) {
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *'}\n").ok());
  host_->Hold("datasets are being rewritten");
  GoTo("2026-03-02T06:00:10Z");
  ASSERT_TRUE(TurnUntil([&] {
    return One()["why"].AsString().find("being rewritten") != std::string::npos;
  })) << One()["why"].AsString();
  EXPECT_EQ(RunCount(), 0U);
  EXPECT_EQ(One()["missed_count"].AsInt(), 0);
  host_->Hold("");
  ASSERT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  EXPECT_EQ(One()["last_due"].AsString(), "2026-03-02T06:00:00Z");
}

TEST(DaysOf, NamesEachDayOfARangeAndRefusesSillyOnes) {
  const Timestamp first = *TimestampFromText("2026-02-27");
  const Timestamp last = *TimestampFromText("2026-03-01");
  EXPECT_EQ(*DaysOf(first, last, 1),
            (std::vector<std::string>{"2026-02-27", "2026-02-28", "2026-03-01"}));
  EXPECT_EQ(*DaysOf(first, last, 2), (std::vector<std::string>{"2026-02-27", "2026-03-01"}));
  EXPECT_FALSE(DaysOf(last, first, 1).ok());
  EXPECT_EQ(DaysOf(first, *TimestampFromText("2036-03-01"), 1).status().code(),
            StatusCode::kExhausted);
}

}  // namespace
}  // namespace signet::coordinator
