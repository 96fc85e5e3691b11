/// The scheduler: a pure state machine of runs, steps, tasks, leases and workers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/scheduler/event.h"
#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/run_rows.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

struct SchedulerOptions {
  int64_t silence_ms_max = 2'500;  ///< a worker not heard for so long loses its leases
  int64_t hung_ms_max = 12'000;    ///< a lease without progress or CPU time for so long is lost
  int64_t ageing_ms = 60'000;      ///< without a lease for so long a run counts as one higher
  int losses_max = 8;              ///< attempts of one task that may be lost with their workers
  int grants_per_tick_max = 4'096;
  int finished_runs_max = 1'000;  ///< older ones are forgotten
  uint64_t seed = 1;              ///< of the retry jitter
  int64_t gang_hold_ms = 5'000;   ///< then free slots are kept for a gang that waits
  int slow_factor = 3;            ///< a task is slow when it takes so many times as long as others
  bool leak_slots = false;        ///< deliberate defects, for the simulator's own test:
  bool forget_pool_limit = false;
  bool split_gangs = false;
  bool ignore_lanes = false;
  bool forget_second_slot = false;  ///< a second attempt takes no slot of its pool
};

/// No clock, disk, network or randomness but the seeded jitter: what it does depends on its events
/// alone. State changes happen through records only, so that replaying records rebuilds it.
class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options) : options_(options), jitter_(options.seed) {}

  /// Takes in one event and says what follows. The records are already applied here; the caller
  /// makes them durable before it carries out the commands.
  Outcome Step(const Event& event, Now now);

  /// Repeats what a journalled record did. kCorrupt when it does not fit the state.
  Status Replay(const Record& record, Now now);

  /// Whether the task that NextLocal gave is to be looked up.
  [[nodiscard]] bool IsCached(const TaskRef& task) const;
  /// Whether the lease is live and held by `worker`: the only attempt that may commit.
  [[nodiscard]] bool Holds(uint64_t fence, const WorkerId& worker) const;
  /// The task of a live lease.
  [[nodiscard]] std::optional<TaskRef> TaskOf(uint64_t fence) const;
  /// The next task that is ready and needs no worker: a local one (then LocalFinished follows), or
  /// a cached one to be looked up (then ResultKnown or ResultUnknown). It stays ready until then.
  [[nodiscard]] std::optional<TaskRef> NextLocal();
  /// Whether `who` may agree: kNotFound, kConflict (nothing to approve, or `who` did already),
  /// kDenied for the run's owner (four eyes).
  [[nodiscard]] Status CheckApproval(const RunId& run,
                                     const StepId& step,
                                     const std::string& who) const;
  /// When Tick has to come next, in monotonic micros, if nothing else happens; `now` + 1 s at most.
  [[nodiscard]] int64_t NextWake(Now now) const;

  [[nodiscard]] const RunRow* FindRun(const RunId& run) const;
  [[nodiscard]] Result<RunView> View(const RunId& run) const;
  [[nodiscard]] Result<std::string> Why(const RunId& run,
                                        const StepId& step,
                                        int task,
                                        Now now) const;
  [[nodiscard]] std::vector<RunId> UnfinishedRuns() const;
  [[nodiscard]] int ConnectedWorkers() const;
  [[nodiscard]] size_t live_leases() const { return leases_.size(); }
  [[nodiscard]] const std::map<uint32_t, RunRow>& runs() const { return runs_; }
  [[nodiscard]] const std::unordered_map<uint64_t, LeaseRow>& leases() const { return leases_; }
  [[nodiscard]] const std::vector<WorkerRow>& workers() const { return workers_; }

  /// All durable state, for snapshots: what Restore reads. Two schedulers with the same history of
  /// records have the same bytes.
  [[nodiscard]] Bytes Snapshot() const;
  Status Restore(ByteView snapshot, Now now);
  /// Raises the next fence to at least this (a restarted coordinator begins beyond any it may have
  /// granted).
  void SkipFences(uint64_t next) { next_fence_ = next > next_fence_ ? next : next_fence_; }

 private:
  // Events (scheduler.cc).
  void On(const SubmitRun& event, Now now, Outcome& out);
  void On(const AttachRun& event, Now now, Outcome& out);
  void On(const CancelRun& event, Now now, Outcome& out);
  void On(const WorkerJoined& event, Now now, Outcome& out);
  void On(const WorkerBeat& event, Now now, Outcome& out);
  void On(const WorkerSlots& event, Now now, Outcome& out);
  void On(const WorkerDraining& event, Now now, Outcome& out);
  void On(const WorkerGone& event, Now now, Outcome& out);
  void On(const TaskSucceeded& event, Now now, Outcome& out);
  void On(const TaskFailed& event, Now now, Outcome& out);
  void On(const LocalFinished& event, Now now, Outcome& out);
  void On(const TasksStarted& event, Now now, Outcome& out);
  void On(const ApproveStep& event, Now now, Outcome& out);
  void On(const ResultKnown& event, Now now, Outcome& out);
  void On(const ResultUnknown& event, Now now, Outcome& out);
  void On(const Tick& event, Now now, Outcome& out);

  // Decisions (scheduler.cc, expiry.cc, grant.cc).
  void Emit(Record record, Now now, Outcome& out);
  void FailAttempt(
      const TaskKey& key, uint64_t fence, const Status& failure, Now now, Outcome& out);
  void LoseAttempt(uint64_t fence, const std::string& reason, Now now, Outcome& out);
  void LoseLeasesOf(uint32_t worker, const std::string& reason, Now now, Outcome& out);
  void ExpireLeases(Now now, Outcome& out);
  void ExpireSilentWorkers(Now now, Outcome& out);
  void ExpireAttempts(Now now, Outcome& out);
  void ExpireRuns(Now now, Outcome& out);
  void ExpireQueued(RunRow& run, Now now, Outcome& out);
  void WakeDelayed(Now now);
  void Grant(Now now, Outcome& out);
  void GrantTask(const TaskKey& key, uint32_t worker, Now now, Outcome& out);
  // Second attempts (second_attempts.cc).
  void GrantSeconds(Now now, Outcome& out);
  [[nodiscard]] bool IsSlow(const LeaseRow& lease, Now now) const;
  void DropAttempt(uint64_t fence, const Status& why, bool counted, Now now, Outcome& out);
  /// The fence of the task's other attempt; 0 when there is none.
  [[nodiscard]] uint64_t TwinOf(uint64_t fence) const;
  [[nodiscard]] int AttemptOf(uint64_t fence) const;
  [[nodiscard]] int LeasedIn(const PoolRow& pool) const;
  [[nodiscard]] bool HasFreeSlot() const;
  [[nodiscard]] static bool Fits(const WorkerRow& worker, const Needs& needs);
  /// `besides`: not this one.
  [[nodiscard]] std::optional<uint32_t> PickWorker(const Needs& needs,
                                                   std::optional<uint32_t> besides = {}) const;
  bool GrantOne(RunRow& run, Now now, Outcome& out);
  bool GrantFromPool(RunRow& run, PoolRow& pool, Now now, Outcome& out);
  [[nodiscard]] bool HoldsSlotsForGang(const RunRow& run, Now now) const;
  [[nodiscard]] bool GangCanEverFit(const RunRow& run, size_t step) const;
  bool GrantGang(RunRow& run, uint32_t step, Now now, Outcome& out);
  void LoseGang(const TaskKey& key, const std::string& reason, Now now, Outcome& out);
  [[nodiscard]] const RunRow* LaneHolder(const std::string& lane) const;
  [[nodiscard]] bool HasLane(const RunRow& run) const;
  [[nodiscard]] int64_t StandingOf(const RunRow& run, Now now) const;
  std::vector<RunRow*> Candidates(Now now);
  uint32_t WorkerNumber(const WorkerId& worker, Now now, Outcome& out);
  int64_t JitterMicros(const RetryPolicy& retry, int failures);

  // Applying records (apply.cc). `out` collects commands; records are not added.
  Status Apply(const Record& record, Now now, Outcome& out);
  Status ApplyAccepted(const Record& record, Now now);
  Status ApplyLeased(const Record& record, Now now);
  Status ApplyEnd(const Record& record, TaskState end, Now now, Outcome& out);
  Status ApplyLost(const Record& record, Now now);
  Status ApplySecond(const Record& record, Now now);
  Status ApplyDropped(const Record& record);
  void AddLease(const Record& record, bool second, Now now);
  Status ApplyCancelled(const Record& record, Now now, Outcome& out);
  void CancelTasks(RunRow& run, uint32_t step, Now now, Outcome& out);
  Result<TaskRow*> FindTask(const Record& record);
  void BuildRun(RunRow& run, Now now) const;
  void SetState(RunRow& run, uint32_t step, uint32_t task, TaskState state, Now now) const {
    SetStates(run, {step, task, task + 1}, state, now);
  }
  void SetStates(RunRow& run, const ReadyRange& tasks, TaskState state, Now now) const;
  void MakeReady(RunRow& run, uint32_t step, uint32_t first, uint32_t last, Now now) const;
  void ReleaseLease(uint64_t fence);
  void ChargeWorker(const LeaseRow& lease, int sign);
  [[nodiscard]] bool AnyFailedBefore(const RunRow& run, uint32_t step) const;
  void SkipStep(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out);
  void AfterTask(RunRow& run, uint32_t step, uint32_t task, Timestamp wall, Now now, Outcome& out);
  void UnblockPartition(RunRow& run, uint32_t step, uint32_t task, Now now) const;
  void SkipWaiting(RunRow& run, uint32_t step, Now now) const;
  void SkipDependents(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out);
  void EndStepIfDone(RunRow& run, uint32_t step, Timestamp wall, Now now, Outcome& out);
  void EndRun(RunRow& run, RunState state, Timestamp wall, Outcome& out);
  void ForgetOldRuns();

  // Restoring (snapshot.cc).
  Status RestoreRun(ByteReader& from, uint8_t format, Now now);
  Status RestoreTasks(ByteReader& from, uint8_t format, RunRow& run, uint32_t step, Now now);
  Status RestoreLease(uint64_t fence, uint32_t worker, const TaskKey& key, bool second, Now now);
  Status RestoreLeases(ByteReader& from, uint8_t format, const TaskKey& key, Now now);
  [[nodiscard]] Bytes EncodeTaskRow(const TaskRow& task) const;
  void EncodeTasks(const TaskRows& tasks, Bytes& to) const;
  void Unblock(RunRow& run, Now now) const;
  [[nodiscard]] TaskRef RefOf(const TaskKey& key) const;
  [[nodiscard]] std::string WhyLane(const RunRow& run) const;
  [[nodiscard]] std::string WhySecond(uint64_t fence) const;
  [[nodiscard]] std::string WhyNobodyFits(const StepSpec& spec) const;
  [[nodiscard]] std::string WhyNoSlot(const StepSpec& spec) const;
  [[nodiscard]] std::string WhyReady(const RunRow& run,
                                     const StepRow& step,
                                     const StepSpec& spec) const;

  SchedulerOptions options_;
  SeededEntropy jitter_;
  std::map<uint32_t, RunRow> runs_;
  std::unordered_map<RunId, uint32_t> run_numbers_;
  std::set<uint32_t> open_;  ///< runs that have not ended
  std::unordered_map<uint64_t, LeaseRow> leases_;
  std::unordered_map<uint64_t, uint64_t> twins_;  ///< fences of a task's two attempts, both ways
  std::vector<WorkerRow> workers_;
  std::unordered_map<WorkerId, uint32_t> worker_numbers_;
  std::multimap<int64_t, TaskKey> delayed_;
  uint32_t next_run_ = 1;
  uint64_t next_fence_ = 1;
  uint32_t turn_ = 0;  ///< the run that got the last lease: fairness between runs
  int64_t expired_at_ = 0;
  int64_t looked_for_slow_at_ = 0;
};

/// The state of a step with these counts: terminal once all its tasks are.
RunState StateOfStep(const StepRow& step);

}  // namespace signet::coordinator
