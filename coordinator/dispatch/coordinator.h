/// The coordinator: joins the pure scheduler, the durable journal and the network in one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/dispatch/run_binder.h"
#include "coordinator/scheduler/happening.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/log.h"
#include "crypto/base/status.h"
#include "workers/transport/channel.h"
#include "workers/transport/curve.h"

namespace signet::crypto {
class KvStore;
class WriteBatch;
}  // namespace signet::crypto

namespace signet::coordinator {

/// Deliberate defects, switched on only by the simulator's own test to show that it finds them.
enum class Mutation {
  kNone,
  kSkipFence,
  kAckBeforeDurable,
  kForgetAttempt,
  kLeakSlot,
  kForgetRun,
  kForgetPoolLimit,   ///< a pool's limit is not looked at
  kSplitGang,         ///< a gang's tasks are leased and lost one by one
  kIgnoreLane,        ///< runs of a lane run beside each other
  kNeverExpire,       ///< silent workers and hung tasks keep their leases
  kForgetEffects,     ///< the binders' puts are dropped from the batch
  kUndoNothing,       ///< what a refused commit had put stays in the batch
  kSkipReplay,        ///< a restart forgets the newest entry of its journal
  kForgetBeside,      ///< what a submission puts beside its run is not written
  kNoEnd,             ///< the binder does not hear that its run has ended
  kCommitLoser,       ///< the slower of two attempts at a task is not stopped, and commits too
  kForgetSecondSlot,  ///< a second attempt that ends gives its pool's slot not back
};

struct CoordinatorOptions {
  /// Where workers connect; port 0 or `*` picks a free one (see Coordinator::endpoint).
  std::string listen = "tcp://127.0.0.1:*";
  /// Workers allowed to join. Over tcp it may start empty only with `expect_enrolment`.
  std::vector<workers::CurvePublicKey> allowed_workers;
  /// States that Enrol() will be called (embedded cluster, `keys enrol`); otherwise an empty
  /// allow-list is refused at Open.
  bool expect_enrolment = false;
  int64_t heartbeat_ms = 500;
  int64_t worker_silence_ms_max = 2'500;  ///< then its leases are granted anew
  /// A worker that hears nothing from the coordinator for so long kills its tasks and registers
  /// anew. Longer than any RunLocal or CommitTask may keep the loop busy.
  int64_t worker_patience_ms = 30'000;
  int64_t hung_ms_max = 12'000;     ///< neither progress nor CPU time in a task's child for so long
  uint64_t seed = 0;                ///< of the retry jitter; 0 = from the entropy
  int journal_entries_max = 4'096;  ///< then a snapshot bounds the replay
  Mutation mutation = Mutation::kNone;
};

/// A worker as people see it.
struct WorkerView {
  WorkerId id;
  int slots = 0;
  int running = 0;
  bool connected = false;
  bool draining = false;
  int64_t silent_ms = 0;  ///< since it was last heard
};

/// One line of a running task's log, as it arrived.
struct TaskSaid {
  Timestamp at;
  TaskRef task;
  WorkerId worker;
  LogLevel level = LogLevel::kInfo;
  std::string event;
  std::string facts;    ///< a flat JSON object, or empty
  int64_t dropped = 0;  ///< lines before it that were left out
};

/// What the loop has done since Open, for benches and `signet top`.
struct CoordinatorFigures {
  uint64_t tasks_committed = 0;
  uint64_t leases_granted = 0;
  uint64_t second_attempts = 0;  ///< of these, beside a slow one
  uint64_t batches_written = 0;
  uint64_t results_known = 0;  ///< found in the binder's cache, without an attempt
  uint64_t stale_results = 0;  ///< of attempts that no longer held the fence
  int workers = 0;
};

/// Owns the loop. Every method belongs to the thread that runs the loop, but Post, Cancel and Wake,
/// which any thread may call.
class Coordinator {
 public:
  /// Replays the journal in `store` and listens on `options.listen` with CURVE as `identity`.
  /// kInvalid without an allow-list; kUnavailable with a remedy when the port is taken; kCorrupt
  /// when the journal is. The references must outlive the coordinator.
  static Result<std::unique_ptr<Coordinator>> Open(CoordinatorOptions options,
                                                   const workers::CurveKeyPair& identity,
                                                   crypto::KvStore& store,
                                                   Clock& clock,
                                                   Entropy& entropy);
  /// The same over a channel of the caller's (in-process, simulated).
  static Result<std::unique_ptr<Coordinator>> OpenOn(
      CoordinatorOptions options,
      std::unique_ptr<workers::ServerChannel> channel,
      crypto::KvStore& store,
      Clock& clock,
      Entropy& entropy);
  virtual ~Coordinator() = default;

  /// Accepts the run durably. kInvalid (CheckRunSpec), kConflict (the id exists), or the binder's
  /// refusal. `binder` must outlive the run. `beside` (may be null) is written with the acceptance.
  virtual Result<RunId> Submit(const RunSpec& spec,
                               RunBinder& binder,
                               const crypto::WriteBatch* beside) = 0;
  Result<RunId> Submit(const RunSpec& spec, RunBinder& binder) {
    return Submit(spec, binder, nullptr);
  }
  /// Runs accepted before a restart and not finished; they wait for Resume or Cancel.
  [[nodiscard]] virtual std::vector<RunId> UnfinishedRuns() const = 0;
  /// Gives a run from before the restart its binder; it goes on where it was.
  virtual Status Resume(const RunId& run, RunBinder& binder) = 0;
  /// RunSpec::context of a known run; kNotFound.
  [[nodiscard]] virtual Result<std::string> ContextOf(const RunId& run) const = 0;

  /// One turn of the loop without waiting: takes in what arrived, decides, writes one batch, sends.
  /// Returns whether anything happened. A store failure is returned and final.
  virtual Result<bool> Turn() = 0;
  /// Turns until `stop()` (asked between turns, at least every 100 ms) is true.
  virtual Status Serve(const std::function<bool()>& stop) = 0;
  /// Turns until the run is terminal and returns its last view (also of a failed or cancelled run).
  virtual Result<RunView> RunUntilDone(const RunId& run) = 0;
  /// Asks all workers to finish what they have and leave.
  virtual void DrainWorkers() = 0;

  /// Runs `action` on the loop thread at its next turn. Any thread.
  virtual void Post(std::function<void()> action) = 0;
  /// Cancels a run; its running tasks are killed. Unknown and finished runs are left alone. Any
  /// thread, but not a signal handler (set a flag that `stop` reads there).
  virtual void Cancel(const RunId& run, std::string reason) = 0;

  /// `who` agrees to a step that waits for approval. kNotFound, kConflict, kDenied (four eyes).
  virtual Status Approve(const RunId& run, const StepId& step, const std::string& who) = 0;

  /// Calls `observer` with a run's view when it changed: at most 10 times a second and run, and at
  /// each step's end and the run's end.
  virtual void Observe(std::function<void(const RunView&)> observer) = 0;
  /// Calls `listener` with each durable fact, after its write: what logs are made of.
  virtual void Listen(std::function<void(const Happening&)> listener) = 0;
  /// Calls `listener` with what running tasks say: their own words, numbers, and names of the plan.
  /// Nothing of it is durable, and some of it may be lost.
  virtual void ListenToTasks(std::function<void(const TaskSaid&)> listener) = 0;
  /// Called at each turn (at least every 100 ms): EmbeddedCluster::Watch goes here.
  virtual void EachTurn(std::function<void()> action) = 0;

  /// kNotFound for an unknown run.
  [[nodiscard]] virtual Result<RunView> View(const RunId& run) const = 0;
  /// All runs that are remembered, the oldest first.
  [[nodiscard]] virtual std::vector<RunId> Runs() const = 0;
  [[nodiscard]] virtual std::vector<WorkerView> Workers() const = 0;
  /// One sentence: why the task is not running (or that it is, or how it ended). kNotFound.
  [[nodiscard]] virtual Result<std::string> Why(const RunId& run,
                                                const StepId& step,
                                                int task) const = 0;
  [[nodiscard]] virtual CoordinatorFigures figures() const = 0;

  /// Lets the holder of this key join from now on (tcp only).
  virtual void Enrol(const workers::CurvePublicKey& worker) = 0;
  /// Refuses this key from now on; its leases are granted anew at once.
  virtual void Expel(const workers::CurvePublicKey& worker) = 0;
  /// Whom the network's door did not let in since this was last asked (tcp only).
  virtual workers::Refusals TakeRefusals() = 0;
  /// "tcp://127.0.0.1:40123", with the port that was picked.
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual workers::CurvePublicKey public_key() const = 0;
};

}  // namespace signet::coordinator
