#include "coordinator/simulator/simulation.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatcher.h"
#include "coordinator/simulator/checkers.h"
#include "coordinator/simulator/dice.h"
#include "coordinator/simulator/random_run.h"
#include "coordinator/simulator/simulated_consent.h"
#include "coordinator/simulator/simulated_network.h"
#include "coordinator/simulator/simulated_schedules.h"
#include "coordinator/simulator/simulated_worker.h"
#include "crypto/base/clock.h"
#include "crypto/store/faulting_store.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

namespace {

constexpr int64_t kFaultyMicros = 20'000'000;
constexpr int64_t kPatienceMicros = 600'000'000;
constexpr Timestamp kStart{1'760'000'000'000'000};

class Simulation {
 public:
  Simulation(uint64_t seed, const SimulationOptions& options)
      : dice_(seed),
        people_(~seed),
        clock_(kStart),
        network_(dice_, clock_),
        store_(watch_),
        binder_(*memory_, dice_, faults_, verdicts_),
        checkers_(*memory_, network_, verdicts_) {
    report_.seed = seed;
    if (options.forget_consent) binder_.ForgetConsent();
    options_.mutation = options.mutation;
    options_.seed = seed + 1;
    options_.journal_entries_max = static_cast<int>(dice_.Between(1, 60));
    options_.hung_ms_max = 3'000;
    options_.worker_patience_ms = dice_.Between(2'000, 5'000);
  }

  Result<SimulationReport> Run() {
    network_.SetFaults(
        {static_cast<int>(dice_.Between(0, 15)),
         static_cast<int>(dice_.Between(0, 10)),
         dice_.Chance(70) ? dice_.Between(1'000, 20'000) : dice_.Between(1'000, 900'000)});
    const int64_t workers = dice_.Between(1, 4);
    for (int64_t i = 0; i < workers; ++i) {
      workers_.push_back(
          std::make_unique<SimulatedWorker>(static_cast<int>(i), dice_, clock_, network_, faults_));
    }
    const int64_t runs = dice_.Between(1, 3);
    for (int64_t i = 0; i < runs; ++i) {
      to_submit_.push_back({dice_.Between(0, 5'000'000), RandomRun(static_cast<int>(i), dice_)});
    }
    next_fault_ = dice_.Between(100'000, 2'000'000);
    // Some of the others are of the next version: fields and messages that this one does not know.
    if (dice_.Chance(30)) network_.SpeakNextVersion(static_cast<int>(dice_.Between(5, 60)));
    if (dice_.Chance(50)) {
      schedules_ = std::make_unique<SimulatedSchedules>(dice_, clock_, store_, *memory_, verdicts_);
    }
    while (verdicts_.first().empty() && !Done()) Advance();
    if (coordinator_ == nullptr) verdicts_.Broken("the coordinator did not come back");
    if (verdicts_.first().empty()) {
      checkers_.AtEnd(coordinator_->scheduler(), {clock_.MonotonicMicros(), clock_.Now()});
      if (schedules_ != nullptr) schedules_->AtEnd();
    }
    if (!verdicts_.first().empty()) {
      return Internal("seed " + std::to_string(report_.seed) + ": " + verdicts_.first());
    }
    CollectFigures();
    report_.runs = static_cast<int>(runs);
    report_.succeeded = checkers_.succeeded();
    if (schedules_ != nullptr) report_.due = schedules_->moments();
    report_.consent_changes = watch_.changes();
    report_.frames = network_.frames();
    report_.frames_lost = network_.lost();
    report_.simulated_ms = clock_.MonotonicMicros() / 1'000;
    return report_;
  }

 private:
  struct Submission {
    int64_t at = 0;
    RunSpec spec;
  };

  bool Done() {
    const int64_t now = clock_.MonotonicMicros();
    if (now > kPatienceMicros) return true;
    if (schedules_ != nullptr && !schedules_->Settled()) return false;
    return now > kFaultyMicros && to_submit_.empty() && coordinator_ != nullptr &&
           coordinator_->UnfinishedRuns().empty();
  }

  void Advance() {
    const int64_t now = clock_.MonotonicMicros();
    int64_t next = std::min(now + 100'000, network_.NextDelivery().value_or(now + 100'000));
    for (const auto& worker : workers_) next = std::min(next, worker->NextWake());
    clock_.Advance(std::max<int64_t>(next - now, 500));
    if (faults_ && clock_.MonotonicMicros() >= kFaultyMicros) EndFaults();
    if (faults_ && clock_.MonotonicMicros() >= next_fault_) InjectFault();
    for (const Mending& mending : std::exchange(mendings_, {})) {
      if (clock_.MonotonicMicros() < mending.at) {
        mendings_.push_back(mending);
      } else {
        network_.Mend(mending.worker);
      }
    }
    network_.Deliver();
    for (const auto& worker : workers_) worker->Turn();
    TurnCoordinator();
  }

  void TurnCoordinator() {
    if (clock_.MonotonicMicros() < disk_full_until_) {
      store_.FailWrite(crypto::WriteFault::kRefused, 0);
    }
    ApproveSomething();
    if (coordinator_ == nullptr && clock_.MonotonicMicros() >= down_until_) Restart();
    if (coordinator_ == nullptr) return;
    SubmitDue();
    if (coordinator_ == nullptr) return;
    if (schedules_ != nullptr && !schedules_->Turn(*coordinator_, binder_, checkers_).ok()) {
      return Crash(/*consistent=*/false);
    }
    ChangeConsent();
    const Result<bool> turned = coordinator_->Turn();
    if (!turned.ok()) return Crash(/*consistent=*/false);
    checkers_.CheckCancelled(coordinator_->scheduler(), {clock_.MonotonicMicros(), clock_.Now()});
    const uint64_t batches = coordinator_->figures().batches_written;
    if (batches == checked_batches_) return;
    checked_batches_ = batches;
    checkers_.AfterTurn(coordinator_->scheduler());
  }

  /// As the door of persons' rights does: on the loop, between two turns, a write of its own.
  void ChangeConsent() {
    if (!faults_ || !people_.Chance(3)) return;
    const uint64_t person = uint64_t{1} << static_cast<uint64_t>(people_.Between(0, kPeople - 1));
    coordinator_->Post([this, person] {
      crypto::WriteBatch batch;
      PutConsent(ConsentIn(*memory_) ^ person, batch);
      // One that failed is asked for again by the person.
      static_cast<void>(store_.Write(batch, crypto::Durability::kSync));
    });
  }

  /// People agree after a while; the owner's own attempt must be refused.
  void ApproveSomething() {
    if (coordinator_ == nullptr || !dice_.Chance(20)) return;
    for (const auto& entry : coordinator_->scheduler().runs()) {
      const RunRow& run = entry.second;
      if (IsTerminal(run.state)) continue;
      for (const StepSpec& step : run.spec.steps) {
        if (step.approvals == 0) continue;
        if (coordinator_->Approve(run.spec.id, step.id, "owner").ok()) {
          verdicts_.Broken("four eyes: the owner approved the own run");
        }
        const std::string who = "person-" + std::to_string(dice_.Between(1, 3));
        static_cast<void>(coordinator_->Approve(run.spec.id, step.id, who));
      }
    }
  }

  void SubmitDue() {
    for (size_t i = 0; i < to_submit_.size();) {
      if (clock_.MonotonicMicros() < to_submit_[i].at) {
        ++i;
        continue;
      }
      const RunSpec spec = to_submit_[i].spec;
      const Result<RunId> run = coordinator_->Submit(spec, binder_);
      // A conflict says that the submission whose answer was lost did arrive.
      if (!run.ok() && run.status().code() != StatusCode::kConflict) {
        return Crash(/*consistent=*/false);
      }
      checkers_.Accepted(spec);
      to_submit_.erase(to_submit_.begin() + static_cast<std::ptrdiff_t>(i));
      if (faults_ && dice_.Chance(15)) {
        coordinator_->Cancel(spec.id, "simulated");
        checkers_.Cancelled(spec.id, {clock_.MonotonicMicros(), clock_.Now()});
        ++report_.cancels;
      }
    }
  }

  void Crash(bool consistent) {
    ++report_.coordinator_crashes;
    checkers_.Crashed();
    before_crash_ = consistent ? coordinator_->scheduler().Snapshot() : Bytes();
    CollectFigures();
    coordinator_.reset();
    network_.DropServer();
    const Status lost = store_.LosePower();
    CHECK(lost.ok());
    down_until_ = clock_.MonotonicMicros() + dice_.Between(0, 4'000'000);
  }

  void CollectFigures() {
    report_.tasks_committed += coordinator_->figures().tasks_committed;
    report_.leases += coordinator_->figures().leases_granted;
    report_.second_attempts += coordinator_->figures().second_attempts;
  }

  void Restart() {
    auto coordinator =
        std::make_unique<Dispatcher>(options_, network_.Serve(), nullptr, store_, clock_);
    const Status recovered = coordinator->Recover();
    if (recovered.code() == StatusCode::kCorrupt) return verdicts_.Broken(recovered.message());
    if (!recovered.ok()) {
      down_until_ = clock_.MonotonicMicros() + 500'000;
      return;
    }
    if (schedules_ != nullptr && !schedules_->Restart().ok()) {
      down_until_ = clock_.MonotonicMicros() + 500'000;
      return;
    }
    coordinator_ = std::move(coordinator);
    checkers_.AfterRestart(coordinator_->scheduler(), before_crash_);
    checked_batches_ = 0;
    for (const RunId& run : coordinator_->UnfinishedRuns()) {
      const Status resumed = coordinator_->Resume(run, binder_);
      CHECK_FACTS(resumed.ok(), resumed.ToString());
    }
  }

  void InjectFault() {
    const int64_t now = clock_.MonotonicMicros();
    next_fault_ = now + dice_.Between(100'000, 4'000'000);
    const auto worker =
        static_cast<size_t>(dice_.Between(0, static_cast<int64_t>(workers_.size()) - 1));
    switch (dice_.Between(0, 9)) {
      case 7:  // the wall clock jumps, as when a machine's time is set: up to a day, either way
        return clock_.JumpWall({clock_.Now().micros + dice_.Between(-86'400, 86'400) * 1'000'000});
      case 8:
        return workers_[worker]->SlowDown(dice_.Between(1, 8));
      case 9:  // the disk is full for a while: every write is refused
        disk_full_until_ = now + dice_.Between(50'000, 3'000'000);
        return;
      case 0:
        ++report_.worker_crashes;
        return workers_[worker]->Crash(now + dice_.Between(10'000, 5'000'000));
      case 1:
        return workers_[worker]->Pause(now + dice_.Between(100'000, 6'000'000));
      case 2: {
        const int64_t way = dice_.Between(0, 2);
        network_.Cut(static_cast<int>(worker), way != 1, way != 0);
        mendings_.push_back({now + dice_.Between(100'000, 6'000'000), static_cast<int>(worker)});
        return;
      }
      case 3:
        if (coordinator_ != nullptr) Crash(/*consistent=*/true);
        return;
      case 4:
        return store_.FailWrite(crypto::WriteFault::kApplied,
                                static_cast<uint64_t>(dice_.Between(0, 5)));
      case 5:
        return store_.FailWrite(crypto::WriteFault::kLost,
                                static_cast<uint64_t>(dice_.Between(0, 5)));
      default:
        return store_.FailWrite(crypto::WriteFault::kRefused,
                                static_cast<uint64_t>(dice_.Between(0, 5)));
    }
  }

  void EndFaults() {
    faults_ = false;
    disk_full_until_ = 0;
    for (const auto& worker : workers_) worker->SlowDown(1);
    network_.SetFaults({});
  }

  struct Mending {
    int64_t at = 0;
    int worker = 0;
  };

  SimulationReport report_;
  CoordinatorOptions options_;
  Verdicts verdicts_;
  bool faults_ = true;
  Dice dice_;
  Dice people_;  ///< their own: who withdraws changes no other throw
  ManualClock clock_;
  SimulatedNetwork network_;
  std::unique_ptr<crypto::KvStore> memory_ = crypto::NewMemoryStore();
  ConsentWatch watch_{*memory_, verdicts_};
  crypto::FaultingStore store_;
  CheckingBinder binder_;
  Checkers checkers_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::vector<Submission> to_submit_;
  std::vector<Mending> mendings_;
  std::unique_ptr<SimulatedSchedules> schedules_;
  std::unique_ptr<Dispatcher> coordinator_;
  Bytes before_crash_;
  uint64_t checked_batches_ = 0;
  int64_t down_until_ = 0;
  int64_t disk_full_until_ = 0;
  int64_t next_fault_ = 0;
};

}  // namespace

Result<SimulationReport> RunSimulation(uint64_t seed, const SimulationOptions& options) {
  return Simulation(seed, options).Run();
}

Status RunSimulations(uint64_t first,
                      int count,
                      const SimulationOptions& options,
                      const std::function<void(const SimulationReport&)>& each) {
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const SimulationReport report,
                     RunSimulation(first + static_cast<uint64_t>(i), options));
    if (each) each(report);
  }
  return OkStatus();
}

}  // namespace signet::coordinator
