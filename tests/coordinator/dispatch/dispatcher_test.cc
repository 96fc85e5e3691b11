// The coordinator's loop with agents in the same process: what must be one write, and restarts.
#include <functional>
#include <memory>
#include <string>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/store/faulting_store.h"
#include "crypto/store/kv_store.h"
#include "tests/coordinator/dispatch/recording_binder.h"
#include "workers/agent/agent.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

/// Ends every task at once with its payload as the result.
class EchoSlots final : public workers::TaskSlots {
 public:
  Status Start(uint64_t fence, Bytes payload) override {
    ended_.push_back({fence, OkStatus(), std::move(payload)});
    return OkStatus();
  }
  void Kill(uint64_t /*fence*/) override {}
  std::vector<workers::TaskEnd> TakeEnded() override {
    return hold ? std::vector<workers::TaskEnd>() : std::exchange(ended_, {});
  }
  std::vector<workers::TaskPulse> Pulses() override { return {}; }
  std::vector<workers::TaskLine> TakeLines() override { return std::exchange(lines, {}); }
  std::vector<int> Descriptors() override { return {}; }
  bool hold = false;
  std::vector<workers::TaskLine> lines;

 private:
  std::vector<workers::TaskEnd> ended_;
};

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() { Open(); }
  void Open() {
    hub_ = workers::InProcessHub::Create();
    auto opened = Coordinator::OpenOn({}, hub_->Serve(), store_, clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    coordinator_ = std::move(*opened);
    client_ = hub_->Connect("key-of-the-only-worker");
    workers::AgentOptions options;
    options.slots = 4;
    options.boot = 1;
    agent_ = std::make_unique<workers::Agent>(options, *client_, slots_, clock_);
  }
  /// Turns both until `done`, at most 5 simulated minutes. The coordinator's status.
  Status Turn(const std::function<bool()>& done) {
    for (int i = 0; i < 300'000 && !done(); ++i) {
      clock_.Advance(1'000);
      EXPECT_TRUE(agent_->Turn().ok());
      const auto turned = coordinator_->Turn();
      if (!turned.ok()) return turned.status();
    }
    EXPECT_TRUE(done());
    return OkStatus();
  }
  bool Ended(const RunId& run) { return IsTerminal(coordinator_->View(run)->state); }
  bool Has(const std::string& key) { return (*memory_->Get(key)).has_value(); }

  RunSpec Spec(int tasks = 3) {
    RunSpec spec;
    spec.id = RunId("r");
    spec.context = "plan digest";
    spec.steps.resize(1);
    spec.steps[0].id = StepId("a");
    spec.steps[0].tasks = tasks;
    return spec;
  }

  std::unique_ptr<crypto::KvStore> memory_ = crypto::NewMemoryStore();
  crypto::FaultingStore store_{*memory_};
  ManualClock clock_{Timestamp{1'760'000'000'000'000}};
  SeededEntropy entropy_{1};
  std::shared_ptr<workers::InProcessHub> hub_;
  std::unique_ptr<workers::ClientChannel> client_;
  EchoSlots slots_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<workers::Agent> agent_;
  RecordingBinder binder_{[](const TaskRef& task) { return task.Text(); }};
};

TEST_F(DispatcherTest, WhatATaskSaysArrivesWhileItRunsAndOnlyOfWhatItsWorkerHolds) {
  std::vector<TaskSaid> heard;
  coordinator_->ListenToTasks([&](const TaskSaid& said) { heard.push_back(said); });
  slots_.hold = true;
  ASSERT_TRUE(coordinator_->Submit(Spec(1), binder_).ok());
  ASSERT_TRUE(Turn([&] { return coordinator_->View(RunId("r"))->steps[0].running == 1; }).ok());
  const std::string pieces = R"({"pieces":16})";
  slots_.lines = {{1, LogLevel::kInfo, "input opened", pieces, 2},
                  {99, LogLevel::kInfo, "of no lease of its", "", 0},
                  {1, LogLevel::kInfo, "Mail to Erika!", "", 0},
                  {1, LogLevel::kInfo, "made up", R"({"name":"two words"})", 0},
                  {1, LogLevel::kWarning, "slowly", "", 0}};
  ASSERT_TRUE(Turn([&] { return heard.size() >= 2; }).ok());
  ASSERT_EQ(heard.size(), 2U) << "a worker that does not redact is not heard";
  EXPECT_EQ(heard[0].task.Text(), "r/a/0");
  EXPECT_EQ(heard[0].event, "input opened");
  EXPECT_EQ(heard[0].facts, pieces);
  EXPECT_EQ(heard[0].dropped, 2);
  EXPECT_EQ(heard[1].level, LogLevel::kWarning);
  EXPECT_FALSE(Ended(RunId("r"))) << "it still runs";
  slots_.hold = false;
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
}

TEST_F(DispatcherTest, ACommitThatIsRefusedLeavesNoPuts) {
  binder_.refuse_commit = Denied("disclosure gate");
  ASSERT_TRUE(coordinator_->Submit(Spec(), binder_).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  EXPECT_EQ(coordinator_->View(RunId("r"))->failure.code(), StatusCode::kDenied);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Has("effect/r/a/" + std::to_string(i)));
}

TEST_F(DispatcherTest, APayloadThatCannotBeBoundFailsTheTaskWithItsStatus) {
  binder_.refuse_bind = Denied("purpose not allowed");
  ASSERT_TRUE(coordinator_->Submit(Spec(1), binder_).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  EXPECT_EQ(coordinator_->View(RunId("r"))->steps[0].failure.code(), StatusCode::kDenied);
  EXPECT_EQ(binder_.bound["r/a/0"], 1);
}

TEST_F(DispatcherTest, AFailedWriteStopsItAndNothingOfThatTurnIsVisible) {
  ASSERT_TRUE(coordinator_->Submit(Spec(1), binder_).ok());
  store_.FailWrite(crypto::WriteFault::kRefused, 1);  // joining and the lease pass
  const Status stopped = Turn([&] { return Ended(RunId("r")); });
  EXPECT_EQ(stopped.code(), StatusCode::kUnavailable);
  EXPECT_EQ(coordinator_->Turn().status().code(), StatusCode::kUnavailable)
      << "it must stay stopped";
  EXPECT_FALSE(Has("effect/r/a/0"));
  // A restart goes on: the worker still has the result, and it is committed once.
  RecordingBinder again{[](const TaskRef& task) { return task.Text(); }};
  coordinator_.reset();
  Open();
  EXPECT_EQ(coordinator_->UnfinishedRuns(), std::vector<RunId>{RunId("r")});
  EXPECT_EQ(*coordinator_->ContextOf(RunId("r")), "plan digest");
  ASSERT_TRUE(coordinator_->Resume(RunId("r"), again).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  EXPECT_TRUE(Has("effect/r/a/0"));
  EXPECT_EQ(again.committed["r/a/0"], 1);
}

TEST_F(DispatcherTest, ARunWithoutItsBinderWaitsAndSaysWhy) {
  slots_.hold = true;
  ASSERT_TRUE(coordinator_->Submit(Spec(1), binder_).ok());
  ASSERT_TRUE(Turn([&] { return coordinator_->View(RunId("r"))->steps[0].running == 1; }).ok());
  coordinator_.reset();
  Open();
  const int64_t until = clock_.MonotonicMicros() + 10'000'000;
  ASSERT_TRUE(Turn([&] { return clock_.MonotonicMicros() > until; }).ok());
  EXPECT_NE(coordinator_->Why(RunId("r"), StepId("a"), 0)->find("resumed"), std::string::npos);
  coordinator_->Cancel(RunId("r"), "abandoned");
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
}

TEST_F(DispatcherTest, ALongLocalTaskCostsNoWorkerItsLeases) {
  slots_.hold = true;
  RunSpec spec = Spec(1);
  ASSERT_TRUE(coordinator_->Submit(spec, binder_).ok());
  ASSERT_TRUE(Turn([&] { return coordinator_->View(RunId("r"))->steps[0].running == 1; }).ok());
  RunSpec local = Spec(1);
  local.id = RunId("local");
  local.steps[0].local = true;
  binder_.during_local = [&] { clock_.Advance(10'000'000); };
  ASSERT_TRUE(coordinator_->Submit(local, binder_).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("local")); }).ok());
  slots_.hold = false;
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  EXPECT_EQ(coordinator_->View(RunId("r"))->steps[0].attempts, 1);
}

TEST_F(DispatcherTest, TheSameRunIsNotAcceptedTwice) {
  ASSERT_TRUE(coordinator_->Submit(Spec(), binder_).ok());
  EXPECT_EQ(coordinator_->Submit(Spec(), binder_).status().code(), StatusCode::kConflict);
  EXPECT_EQ(coordinator_->View(RunId("other")).status().code(), StatusCode::kNotFound);
}

TEST_F(DispatcherTest, ObserversHearOfStepsAndAtMostTenTimesASecondOfTheRest) {
  std::vector<RunView> views;
  coordinator_->Observe([&](const RunView& view) { views.push_back(view); });
  RunSpec spec = Spec(500);
  spec.steps.push_back(spec.steps[0]);
  spec.steps[1].id = StepId("b");
  spec.steps[1].after = {{StepId("a"), false}};
  const int64_t began = clock_.MonotonicMicros();
  ASSERT_TRUE(coordinator_->Submit(spec, binder_).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  const int64_t seconds = (clock_.MonotonicMicros() - began) / 1'000'000;
  EXPECT_LE(views.size(), static_cast<size_t>(10 * (seconds + 1) + 4));
  ASSERT_FALSE(views.empty());
  EXPECT_EQ(views.back().state, RunState::kSucceeded);
  EXPECT_EQ(views.back().steps[1].done, 500);
}

TEST_F(DispatcherTest, GarbageFromAWorkerChangesNothing) {
  ASSERT_TRUE(coordinator_->Submit(Spec(), binder_).ok());
  const auto stranger = hub_->Connect("stranger");
  for (const char* garbage : {"", "x", "SW garbage that is longer than a header"}) {
    ASSERT_TRUE(stranger->Send(AsBytes(garbage)).ok());
  }
  workers::Completed forged;
  forged.completions.push_back({1, ToBytes("forged")});
  ASSERT_TRUE(stranger->Send(*workers::EncodeFrame({1, 1, forged})).ok());
  ASSERT_TRUE(Turn([&] { return Ended(RunId("r")); }).ok());
  EXPECT_EQ(coordinator_->View(RunId("r"))->state, RunState::kSucceeded);
  EXPECT_EQ(AsText(**memory_->Get("effect/r/a/0")), "r/a/0");
}

}  // namespace
}  // namespace signet::coordinator
