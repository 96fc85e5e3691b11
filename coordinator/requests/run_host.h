/// RunHost: the runs of one coordinator: accepted, resumed after a restart, watched, told about.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/plan_binder.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/requests/run_folder.h"
#include "coordinator/requests/run_log.h"
#include "coordinator/requests/run_notices.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// What of a run is computed again; all empty: what the cache does not know.
struct RerunChoice {
  std::string from;
  std::string only;
  bool failed = false;
  std::map<std::string, std::string> params;  ///< in place of the run's own
};

/// "2026-01-01", ... from `first` to `last`, each `days` later. kInvalid for an empty range or more
/// than a thousand days.
Result<std::vector<std::string>> DaysOf(Timestamp first, Timestamp last, int days);

/// Owns the binders of the runs under way. Belongs to the coordinator's loop thread, but
/// WaitForChange. All pipeline runs are of one lane: each takes identities, ledger and live
/// datasets as the one before left them.
class RunHost {
 public:
  /// The references must outlive the host. It takes the coordinator's Observe and Listen.
  RunHost(StateFolder& state, LedgerBook& ledger, Coordinator& coordinator);
  ~RunHost();
  RunHost(const RunHost&) = delete;
  RunHost& operator=(const RunHost&) = delete;

  /// After a restart: delivers what was published and not delivered, and takes up every run that
  /// has not ended. One that cannot be taken up (its folder is gone or damaged) is cancelled, and
  /// says why. Returns those taken up.
  Result<std::vector<RunId>> ResumeAll();
  /// Accepts the run durably, with what the occasion puts beside it.
  Result<RunId> Submit(PreparedRun prepared, const RunOccasion& occasion = {});
  /// With a reason, runs are refused (kUnavailable) until it is called with none.
  void Hold(std::string why) { held_ = std::move(why); }
  /// Whoever asked to be told of runs is told by `notices`, which must outlive the host.
  void Tell(RunNotices& notices) { notices_ = &notices; }
  /// Whether the run has ended, or is not known.
  [[nodiscard]] bool IsOver(const RunId& run) const;
  /// kNotFound; kConflict when it has ended.
  Status Cancel(const RunId& run, const std::string& who);

  /// `who` agrees to a step that waits for approval; see Coordinator::Approve. The step may be
  /// named without its ".approval".
  Status Approve(const RunId& run, const std::string& step, const std::string& who);
  /// The request of a run, to be asked for again with `choice`.
  [[nodiscard]] Result<RunRequest> Again(const std::string& run, const RerunChoice& choice) const;
  /// Whether a remembered run of the same file and parameters has succeeded.
  [[nodiscard]] bool HasSucceeded(const RunRequest& request) const;

  /// The newest `limit` runs, the newest first (RunLineJson).
  [[nodiscard]] Json Runs(size_t limit) const;
  /// RunJson; kNotFound with what the id might have meant. `run` may be a unique beginning, or
  /// "last".
  [[nodiscard]] Result<Json> Run(const std::string& run) const;
  [[nodiscard]] Result<RunId> Find(const std::string& run) const;
  [[nodiscard]] Result<Json> Why(const std::string& run, const std::string& step, int task) const;
  [[nodiscard]] Result<LogPart> Log(const std::string& run, int64_t after) const;
  /// {workers: [...], runs: {waiting, running}, tasks: {...}, uptime_s}.
  [[nodiscard]] Json Top() const;
  /// The plan digest of an unfinished run.
  [[nodiscard]] Result<std::string> PlanDigestOf(const RunId& run) const;
  [[nodiscard]] bool idle() const { return hosted_.empty(); }
  /// Whether what the run published could be delivered; ok for runs that are under way.
  [[nodiscard]] Status DeliveryOf(const RunId& run) const;

  /// Lets go of what has ended, and tidies when nothing is under way. Each turn of the loop.
  void Turn();
  /// Also told of each change (the live tree of `signet run`).
  void Watch(std::function<void(const RunView&)> watcher) { watcher_ = std::move(watcher); }
  /// Waits until something changed since `seen` (0 = never asked), at most `millis`; returns what
  /// to ask with next. Any thread.
  uint64_t WaitForChange(uint64_t seen, int64_t millis);

 private:
  struct Hosted;
  Status TakeUp(const RunId& run);
  Status DropKeys(const RunId& run);
  void Changed(const RunView& view);
  void Heard();
  void Tidy();
  void RemoveOldFolders();

  StateFolder& state_;
  LedgerBook& ledger_;
  Coordinator& coordinator_;
  std::map<RunId, std::unique_ptr<Hosted>> hosted_;
  std::map<RunId, Status> deliveries_;  ///< only failures
  std::vector<RunId> ended_;            ///< since the last Turn
  std::function<void(const RunView&)> watcher_;
  RunNotices* notices_ = nullptr;
  int64_t began_ = 0;
  bool untidy_ = false;
  std::string held_;  ///< why no run is accepted; empty: they are

  std::mutex mutex_;  // guards version_
  std::condition_variable changed_;
  uint64_t version_ = 1;
};

}  // namespace signet::coordinator
