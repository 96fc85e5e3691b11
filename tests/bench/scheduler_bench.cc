// The coordinator's figures of DESIGN section 12 (sched.*), with CURVE, RocksDB and fsync on.
// Prints
// "[ figure ] NAME VALUE" lines, which deploy/bench reads.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <signal.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "coordinator/dispatch/coordinator.h"
#include "coordinator/dispatch/embedded_cluster.h"
#include "coordinator/scheduler/scheduler.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/store/kv_store.h"
#include "tests/coordinator/dispatch/recording_binder.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"
#include "workers/agent/agent.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

constexpr int kRateTasks = 200'000;
constexpr int kMillion = 1'000'000;
constexpr int kLiveTasks = 100'000;
constexpr int kSamples = 300;

void Figure(const std::string& name, double value, const std::string& note = {}) {
  std::printf("[ figure ] %s %.3f %s\n", name.c_str(), value, note.c_str());
  static_cast<void>(std::fflush(stdout));
}

StepSpec Step(const std::string& id, int tasks) {
  StepSpec step;
  step.id = StepId(id);
  step.tasks = tasks;
  step.retry.delay_ms_base = 1;
  return step;
}

RunSpec RunOf(const std::string& id, std::vector<StepSpec> steps) {
  RunSpec run;
  run.id = RunId(id);
  run.steps = std::move(steps);
  return run;
}

/// A coordinator over CURVE and RocksDB with worker processes.
class Bench {
 public:
  Bench(int workers, int slots) {
    store =
        crypto::OpenRocksStore(scratch.path() / "db", entropy.RandomSecret(32), entropy).value();
    CoordinatorOptions options;
    options.expect_enrolment = true;
    coordinator = Coordinator::Open(
                      options, workers::CurveKeyPair::Generate().value(), *store, clock, entropy)
                      .value();
    EmbeddedClusterOptions cluster;
    cluster.worker_program = testing_support::ProgramFolder() / "signet-test-worker";
    cluster.workers = workers;
    cluster.slots = slots;
    agents = EmbeddedCluster::Start(cluster, *coordinator, clock).value();
    coordinator->EachTurn([this] { agents->Watch(); });
    Until([&] { return coordinator->figures().workers == workers; });
  }
  void Until(const std::function<bool()>& holds) const {
    const Status served = coordinator->Serve(holds);
    CHECK(served.ok());
  }
  /// Milliseconds from submission to its end.
  double Finish(const RunSpec& spec, RecordingBinder& binder) {
    const int64_t began = clock.MonotonicMicros();
    CHECK(coordinator->Submit(spec, binder).ok());
    Until([&] { return IsTerminal(coordinator->View(spec.id)->state); });
    return static_cast<double>(clock.MonotonicMicros() - began) / 1'000;
  }
  testing_support::ScratchFolder scratch;
  SystemClock clock;
  SystemEntropy entropy;
  std::unique_ptr<crypto::KvStore> store;
  std::unique_ptr<Coordinator> coordinator;
  std::unique_ptr<EmbeddedCluster> agents;
};

RecordingBinder NoOps() {
  return RecordingBinder([](const TaskRef&) { return std::string(kNoOpPayload); });
}

void RateAndShapes() {
  RecordingBinder binder = NoOps();
  {
    Bench bench(2, 8'000);
    const double millis = bench.Finish(RunOf("rate", {Step("noop", kRateTasks)}), binder);
    Figure("sched.tasks_per_s", kRateTasks * 1'000.0 / millis);
  }
  Bench bench(2, 64);
  std::vector<double> ready;
  std::vector<double> wide;
  std::vector<double> chain;
  ready.reserve(kSamples);
  for (int i = 0; i < kSamples; ++i) {
    ready.push_back(bench.Finish(RunOf("one-" + std::to_string(i), {Step("noop", 1)}), binder));
  }
  for (int i = 0; i < 20; ++i) {
    wide.push_back(bench.Finish(RunOf("wide-" + std::to_string(i), {Step("each", 100)}), binder));
    RunSpec run = RunOf("chain-" + std::to_string(i), {});
    for (int at = 0; at < 40; ++at) {
      run.steps.push_back(Step("s" + std::to_string(at), 1));
      if (at > 0) run.steps.back().after = {{StepId("s" + std::to_string(at - 1)), false}};
    }
    chain.push_back(bench.Finish(run, binder));
  }
  std::sort(ready.begin(), ready.end());
  std::sort(wide.begin(), wide.end());
  std::sort(chain.begin(), chain.end());
  // From submission to the durable result: ready to running is a part of it.
  Figure("sched.ready_to_running_p50_ms", ready[ready.size() / 2]);
  Figure("sched.ready_to_running_p99_ms", ready[ready.size() * 99 / 100]);
  Figure("sched.foreach100_ms", wide[wide.size() / 2]);
  Figure("sched.chain40_ms", chain[chain.size() / 2]);
}

int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t whole = 0;
  int64_t resident = 0;
  file >> whole >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

void Million() {
  SystemClock clock;
  Scheduler scheduler({});
  const Now now{clock.MonotonicMicros(), clock.Now()};
  const int64_t before = ResidentBytes();
  const int64_t began = clock.MonotonicMicros();
  RunSpec spec = RunOf("million", {Step("map", kMillion)});
  CHECK(CheckRunSpec(spec).ok());
  static_cast<void>(scheduler.Step(SubmitRun{spec}, now));
  static_cast<void>(scheduler.Step(AttachRun{spec.id}, now));
  const int64_t took = clock.MonotonicMicros() - began;
  Figure("sched.million_accept_s", static_cast<double>(took) / 1e6);
  Figure("sched.million_bytes_per_task", static_cast<double>(ResidentBytes() - before) / kMillion);
}

/// Slots whose tasks never end.
class EndlessSlots final : public workers::TaskSlots {
 public:
  Status Start(uint64_t /*fence*/, Bytes /*payload*/) override { return OkStatus(); }
  void Kill(uint64_t /*fence*/) override {}
  std::vector<workers::TaskEnd> TakeEnded() override { return {}; }
  std::vector<workers::TaskPulse> Pulses() override { return {}; }
  std::vector<int> Descriptors() override { return {}; }
};

/// What kill -9 leaves: a store with leased tasks, and nobody who knew of them.
void Recovery() {
  const testing_support::ScratchFolder scratch;
  SystemClock clock;
  SystemEntropy entropy;
  const auto store =
      crypto::OpenRocksStore(scratch.path() / "db", entropy.RandomSecret(32), entropy).value();
  RecordingBinder binder([](const TaskRef&) { return std::string("task"); });
  CoordinatorOptions options;
  options.seed = 1;
  const RunSpec live = RunOf("live", {Step("map", kLiveTasks)});
  {
    const auto hub = workers::InProcessHub::Create();
    const auto coordinator =
        Coordinator::OpenOn(options, hub->Serve(), *store, clock, entropy).value();
    workers::AgentOptions agent_options;
    agent_options.slots = kLiveTasks;
    EndlessSlots slots;
    const auto channel = hub->Connect("worker");
    workers::Agent agent(agent_options, *channel, slots, clock);
    CHECK(coordinator->Submit(live, binder).ok());
    while (coordinator->View(live.id)->steps[0].running < kLiveTasks) {
      CHECK(coordinator->Turn().ok());
      CHECK(agent.Turn().ok());
    }
  }
  const auto hub = workers::InProcessHub::Create();
  const int64_t began = clock.MonotonicMicros();
  const auto coordinator =
      Coordinator::OpenOn(options, hub->Serve(), *store, clock, entropy).value();
  CHECK(coordinator->Resume(live.id, binder).ok());
  workers::AgentOptions agent_options;
  agent_options.name = "other";
  agent_options.slots = 4;
  EndlessSlots slots;
  const auto channel = hub->Connect("other");
  workers::Agent agent(agent_options, *channel, slots, clock);
  RecordingBinder more([](const TaskRef&) { return std::string(kNoOpPayload); });
  const RunSpec next = RunOf("next", {Step("noop", 1)});
  CHECK(coordinator->Submit(next, more).ok());
  while (!IsTerminal(coordinator->View(next.id)->state)) {
    CHECK(coordinator->Turn().ok());
    CHECK(agent.Turn().ok());
  }
  Figure("sched.recovery_100k_s", static_cast<double>(clock.MonotonicMicros() - began) / 1e6);
}

/// Seconds from `harm` until the run's one task is leased a second time.
double ReleasedAfter(Bench& bench, const std::string& id, const std::function<void()>& harm) {
  RecordingBinder binder([](const TaskRef&) { return std::string("sleep"); });
  const RunSpec spec = RunOf(id, {Step("only", 1)});
  CHECK(bench.coordinator->Submit(spec, binder).ok());
  const auto attempts = [&] { return bench.coordinator->View(spec.id)->steps[0].attempts; };
  bench.Until([&] { return attempts() == 1; });
  const int64_t began = bench.clock.MonotonicMicros();
  harm();
  bench.Until([&] { return attempts() >= 2; });
  const double seconds = static_cast<double>(bench.clock.MonotonicMicros() - began) / 1e6;
  bench.coordinator->Cancel(spec.id, "measured");
  bench.Until([&] { return IsTerminal(bench.coordinator->View(spec.id)->state); });
  return seconds;
}

void DeadAndHung() {
  Bench bench(2, 1);
  Figure("sched.hung_worker_s",
         ReleasedAfter(bench, "hung", [] {}));  // asleep: no CPU, no progress
  Figure("sched.dead_worker_s", ReleasedAfter(bench, "dead", [] {
           for (const pid_t pid : testing_support::ChildrenOf(::getpid(), "signet-test-worker")) {
             ::kill(pid, SIGKILL);
           }
         }));
}

}  // namespace
}  // namespace signet::coordinator

int main() {
  signet::coordinator::Million();
  signet::coordinator::RateAndShapes();
  signet::coordinator::Recovery();
  signet::coordinator::DeadAndHung();
  return 0;
}
