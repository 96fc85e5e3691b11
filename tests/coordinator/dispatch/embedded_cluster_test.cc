// The coordinator with real worker processes over CURVE on loopback.
#include "coordinator/dispatch/embedded_cluster.h"

#include <csignal>
#include <memory>
#include <signal.h>
#include <string>
#include <sys/wait.h>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/base/file.h"
#include "crypto/store/kv_store.h"
#include "tests/coordinator/dispatch/recording_binder.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

StepSpec Step(const std::string& id, int tasks) {
  StepSpec step;
  step.id = StepId(id);
  step.tasks = tasks;
  step.retry.delay_ms_base = 1;
  return step;
}

class ClusterTest : public testing::Test {
 protected:
  void Open(CoordinatorOptions options = {}) {
    options.expect_enrolment = true;
    auto identity = workers::CurveKeyPair::Generate();
    ASSERT_TRUE(identity.ok());
    auto opened = Coordinator::Open(options, *identity, *store_, clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    coordinator_ = std::move(*opened);
  }
  void StartWorkers(int workers, int slots = 1) {
    EmbeddedClusterOptions options;
    options.worker_program = testing_support::ProgramFolder() / "signet-test-worker";
    options.workers = workers;
    options.slots = slots;
    auto cluster = EmbeddedCluster::Start(options, *coordinator_, clock_);
    ASSERT_TRUE(cluster.ok()) << cluster.status().ToString();
    cluster_ = std::move(*cluster);
    coordinator_->EachTurn([this] { cluster_->Watch(); });
  }
  RunView Finish(const RunSpec& spec, RecordingBinder& binder) {
    const Result<RunId> run = coordinator_->Submit(spec, binder);
    EXPECT_TRUE(run.ok()) << run.status().ToString();
    const int64_t until = clock_.MonotonicMicros() + 60'000'000;
    EXPECT_TRUE(coordinator_
                    ->Serve([&] {
                      return IsTerminal(coordinator_->View(spec.id)->state) ||
                             clock_.MonotonicMicros() > until;
                    })
                    .ok());
    return *coordinator_->View(spec.id);
  }

  std::unique_ptr<crypto::KvStore> store_ = crypto::NewMemoryStore();
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<EmbeddedCluster> cluster_;
};

TEST_F(ClusterTest, RunsADagOnTwoProcessesAndStopsThemCleanly) {
  Open();
  StartWorkers(2);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("a", 8), Step("b", 8), Step("c", 1), Step("d", 1)};
  spec.steps[1].after = {{StepId("a"), true}};
  spec.steps[2].after = {{StepId("b"), false}};
  spec.steps[3].after = {{StepId("c"), false}};
  spec.steps[3].local = true;
  RecordingBinder binder([](const TaskRef& task) { return "echo:" + task.Text(); });
  const RunView view = Finish(spec, binder);
  EXPECT_EQ(view.state, RunState::kSucceeded) << view.failure.ToString();
  EXPECT_EQ(binder.committed.size(), 18U);
  for (const auto& task : binder.committed) EXPECT_EQ(task.second, 1) << task.first;
  EXPECT_EQ(AsText(**store_->Get("effect/r1/a/3")), "r1/a/3");
  EXPECT_EQ(binder.finished, std::vector<RunState>{RunState::kSucceeded});
  EXPECT_EQ(view.steps[0].rows, 48);
  EXPECT_TRUE(cluster_->Stop().ok());
  EXPECT_TRUE(cluster_->processes().empty());
  EXPECT_EQ(cluster_->restarts(), 0);
}

TEST_F(ClusterTest, ASigkilledWorkerIsReplacedAndItsTaskFinishesElsewhere) {
  Open();
  StartWorkers(2);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("slow", 4)};
  RecordingBinder binder([](const TaskRef& /*task*/) { return std::string("spin:400"); });
  ASSERT_TRUE(coordinator_->Submit(spec, binder).ok());
  ASSERT_TRUE(
      coordinator_->Serve([&] { return coordinator_->View(spec.id)->steps[0].progress > 0.05; })
          .ok());
  ASSERT_EQ(::kill(cluster_->processes()[0], SIGKILL), 0);
  const int64_t killed = clock_.MonotonicMicros();
  bool again = false;
  ASSERT_TRUE(coordinator_
                  ->Serve([&] {
                    const RunView view = *coordinator_->View(spec.id);
                    if (!again && view.steps[0].attempts > 2) {
                      again = true;
                      RecordProperty("re_leased_ms",
                                     static_cast<int>((clock_.MonotonicMicros() - killed) / 1'000));
                      EXPECT_LT(clock_.MonotonicMicros() - killed, 3'000'000);
                    }
                    return IsTerminal(view.state);
                  })
                  .ok());
  const RunView view = *coordinator_->View(spec.id);
  EXPECT_EQ(view.state, RunState::kSucceeded) << view.failure.ToString();
  EXPECT_GE(view.steps[0].attempts, 5);
  for (const auto& task : binder.committed) EXPECT_EQ(task.second, 1) << task.first;
  EXPECT_EQ(binder.committed.size(), 4U);
  EXPECT_EQ(cluster_->restarts(), 1);
}

TEST_F(ClusterTest, ACrashingTaskIsRetriedAndThenFailsWithTheSignalsName) {
  Open();
  StartWorkers(1);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("bad", 1), Step("after", 1)};
  spec.steps[1].after = {{StepId("bad"), false}};
  RecordingBinder binder([](const TaskRef& /*task*/) { return std::string("crash"); });
  const RunView view = Finish(spec, binder);
  EXPECT_EQ(view.state, RunState::kFailed);
  EXPECT_EQ(view.steps[0].attempts, 3);
  EXPECT_EQ(view.steps[1].state, RunState::kSkipped);
  EXPECT_NE(view.failure.message().find("SIGABRT"), std::string::npos) << view.failure.message();
  EXPECT_TRUE(binder.committed.empty());
}

TEST_F(ClusterTest, AFailureThatNoRetryCanHelpIsNotRetried) {
  Open();
  StartWorkers(1);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("bad", 1)};
  RecordingBinder binder([](const TaskRef& /*task*/) { return std::string("fail:denied"); });
  const RunView view = Finish(spec, binder);
  EXPECT_EQ(view.state, RunState::kFailed);
  EXPECT_EQ(view.steps[0].attempts, 1);
  EXPECT_EQ(view.steps[0].failure.code(), StatusCode::kDenied);
}

TEST_F(ClusterTest, CancelKillsADeafTaskAndFreesItsSlot) {
  Open();
  StartWorkers(1);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("deaf", 1)};
  RecordingBinder deaf([](const TaskRef& /*task*/) { return std::string("sleep"); });
  ASSERT_TRUE(coordinator_->Submit(spec, deaf).ok());
  ASSERT_TRUE(
      coordinator_->Serve([&] { return coordinator_->View(spec.id)->steps[0].running == 1; }).ok());
  coordinator_->Cancel(spec.id, "enough");
  ASSERT_EQ(coordinator_->RunUntilDone(spec.id)->state, RunState::kCancelled);
  RunSpec next;
  next.id = RunId("r2");
  next.steps = {Step("quick", 1)};
  RecordingBinder quick([](const TaskRef& /*task*/) { return std::string("echo:x"); });
  EXPECT_EQ(Finish(next, quick).state, RunState::kSucceeded);
}

TEST_F(ClusterTest, AHungTaskIsKilledAndTriedAgain) {
  CoordinatorOptions options;
  options.heartbeat_ms = 100;
  options.hung_ms_max = 600;
  Open(options);
  StartWorkers(1);
  RunSpec spec;
  spec.id = RunId("r1");
  spec.steps = {Step("hangs_once", 1)};
  RecordingBinder binder(
      [](const TaskRef& task) { return std::string(task.attempt == 1 ? "sleep" : "echo:x"); });
  const RunView view = Finish(spec, binder);
  EXPECT_EQ(view.state, RunState::kSucceeded) << view.failure.ToString();
  EXPECT_EQ(view.steps[0].attempts, 2);
}

TEST_F(ClusterTest, AWorkerWhoseKeyIsNotEnrolledNeverJoins) {
  Open();
  StartWorkers(1);
  auto stranger = workers::CurveKeyPair::Generate();
  ASSERT_TRUE(stranger.ok());
  testing_support::ScratchFolder scratch;
  const std::string key = (scratch.path() / "stranger.key").string();
  ASSERT_TRUE(WriteFileAtomically(key, stranger->secret_key.ExposeSecret()).ok());
  const pid_t pid = ::fork();
  if (pid == 0) {
    const std::string program = (testing_support::ProgramFolder() / "signet-test-worker").string();
    ::execl(program.c_str(),
            program.c_str(),
            ("--connect=" + coordinator_->endpoint()).c_str(),
            ("--server-key=" + coordinator_->public_key().Text()).c_str(),
            ("--secret-file=" + key).c_str(),
            "--name=stranger",
            nullptr);
    ::_exit(127);
  }
  const int64_t until = clock_.MonotonicMicros() + 2'000'000;
  int most = 0;
  ASSERT_TRUE(coordinator_
                  ->Serve([&] {
                    most = std::max(most, coordinator_->figures().workers);
                    return clock_.MonotonicMicros() > until;
                  })
                  .ok());
  EXPECT_EQ(most, 1);
  // Enrolled, the same process gets in: it was the allow-list that kept it out.
  coordinator_->Enrol(stranger->public_key);
  const int64_t later = clock_.MonotonicMicros() + 10'000'000;
  ASSERT_TRUE(coordinator_
                  ->Serve([&] {
                    return coordinator_->figures().workers == 2 || clock_.MonotonicMicros() > later;
                  })
                  .ok());
  EXPECT_EQ(coordinator_->figures().workers, 2);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(ClusterTest, AMissingWorkerProgramIsNotFound) {
  Open();
  EmbeddedClusterOptions options;
  options.worker_program = "/nonexistent/signet-worker";
  EXPECT_EQ(EmbeddedCluster::Start(options, *coordinator_, clock_).status().code(),
            StatusCode::kNotFound);
}

TEST_F(ClusterTest, ThousandsOfDurableTasksEndInFewWrites) {
  constexpr int kTasks = 4'000;
  testing_support::ScratchFolder scratch;
  auto rocks = crypto::OpenRocksStore(scratch.path() / "db", entropy_.RandomSecret(32), entropy_);
  ASSERT_TRUE(rocks.ok()) << rocks.status().ToString();
  store_ = std::move(*rocks);
  Open();
  StartWorkers(2, 1'000);
  RunSpec spec;
  spec.id = RunId("many");
  spec.steps = {Step("noop", kTasks)};
  RecordingBinder binder([](const TaskRef& /*task*/) { return std::string(kNoOpPayload); });
  ASSERT_TRUE(coordinator_->Serve([&] { return coordinator_->figures().workers == 2; }).ok());
  ASSERT_EQ(Finish(spec, binder).state, RunState::kSucceeded);
  EXPECT_LT(coordinator_->figures().batches_written, static_cast<uint64_t>(kTasks));
}

TEST_F(ClusterTest, AHundredfoldStepAndAChainOfFortySucceed) {
  Open();
  StartWorkers(2, 64);
  RecordingBinder binder([](const TaskRef& /*task*/) { return std::string(kNoOpPayload); });
  ASSERT_TRUE(coordinator_->Serve([&] { return coordinator_->figures().workers == 2; }).ok());
  RunSpec chain;
  chain.id = RunId("chain");
  for (int i = 0; i < 40; ++i) {
    chain.steps.push_back(Step("s" + std::to_string(i), 1));
    if (i > 0) chain.steps.back().after = {{chain.steps[static_cast<size_t>(i) - 1].id, false}};
  }
  RunSpec wide;
  wide.id = RunId("wide");
  wide.steps = {Step("each", 100)};
  for (const RunSpec& spec : {wide, chain}) {
    EXPECT_EQ(Finish(spec, binder).state, RunState::kSucceeded);
  }
}

}  // namespace
}  // namespace signet::coordinator
