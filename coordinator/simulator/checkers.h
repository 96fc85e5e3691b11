/// What must hold in every simulation, checked by means of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/dispatch/run_binder.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/simulator/dice.h"
#include "coordinator/simulator/simulated_network.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Collects the first broken promise.
class Verdicts {
 public:
  void Broken(const std::string& what) {
    if (first_.empty()) first_ = what;
  }
  [[nodiscard]] const std::string& first() const { return first_; }

 private:
  std::string first_;
};

/// Writes each committed task as "effect/run/step/task", and knows when one is written twice.
class CheckingBinder final : public RunBinder {
 public:
  CheckingBinder(crypto::KvStore& store, Dice& dice, const bool& faults, Verdicts& verdicts)
      : store_(store), dice_(dice), faults_(faults), verdicts_(verdicts) {}
  /// The defect of committing what was computed before somebody withdrew.
  void ForgetConsent() { heeds_consent_ = false; }
  Status RunAccepted(const RunId& run, crypto::WriteBatch& batch) override;
  /// What the next RunAccepted says of its run: the context of its specification.
  void Expect(std::string context) { context_ = std::move(context); }
  Result<Bytes> BindTask(const TaskRef& task) override;
  Result<std::optional<Bytes>> LookUp(const TaskRef& task) override;
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override;
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override;
  void RunFinished(const RunId& run, RunState state, crypto::WriteBatch& batch) override;

 private:
  void PutOnce(const std::string& key, std::string_view value, crypto::WriteBatch& batch);
  crypto::KvStore& store_;
  Dice& dice_;
  const bool& faults_;
  Verdicts& verdicts_;
  std::string context_;
  bool heeds_consent_ = true;
};

class Checkers {
 public:
  Checkers(crypto::KvStore& store, SimulatedNetwork& network, Verdicts& verdicts)
      : store_(store), network_(network), verdicts_(verdicts) {}
  /// The run was accepted (Submit said so).
  void Accepted(const RunSpec& spec) { accepted_[spec.id] = spec; }
  /// The run was told to end at that moment.
  void Cancelled(const RunId& run, Now now) { cancelled_[run] = now.monotonic_micros; }
  /// The coordinator died, and with it the cancels that it had not written.
  void Crashed() { cancelled_.clear(); }
  /// P6, after each turn: who was cancelled has ended in time, whatever the workers do.
  void CheckCancelled(const Scheduler& scheduler, Now now);
  /// After each turn that wrote something.
  void AfterTurn(const Scheduler& scheduler);
  /// After a restart. `before`: the state of the one that crashed, if it had written everything.
  void AfterRestart(const Scheduler& scheduler, const Bytes& before);
  /// At the end, when all runs should have ended.
  void AtEnd(const Scheduler& scheduler, Now now);
  [[nodiscard]] int succeeded() const { return succeeded_; }

 private:
  void CheckTerminal(const RunRow& run);
  void CheckSlots(const Scheduler& scheduler);
  void CheckPoolSlots(const Scheduler& scheduler, const RunRow& run);
  void CheckPools(const Scheduler& scheduler, const RunRow& run);
  void CheckAttempts(const Scheduler& scheduler);
  void CheckGangs(const RunRow& run);
  void CheckLanes(const Scheduler& scheduler);
  void CheckSharedPools(const Scheduler& scheduler);
  void CheckEffects(const RunRow& run);
  uint32_t EffectsOf(const RunId& run, const StepSpec& step);
  crypto::KvStore& store_;
  SimulatedNetwork& network_;
  Verdicts& verdicts_;
  std::map<RunId, RunSpec> accepted_;
  std::map<RunId, int64_t> cancelled_;  ///< monotonic micros
  std::map<RunId, std::pair<RunState, std::vector<RunState>>> seen_;
  int succeeded_ = 0;
};

}  // namespace signet::coordinator
