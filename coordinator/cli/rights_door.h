/// RightsDoor: what clients of a standing coordinator ask about persons, carried out on its loop's
/// thread between two turns.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/requests/request_clock.h"
#include "coordinator/requests/rights_calls.h"
#include "coordinator/requests/run_host.h"
#include "coordinator/requests/sweep_schedule.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/pace.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Calls wait in a queue. A call's tasks are a run of their own: while it is under way the loop
/// turns and the coordinator's other duties go on. What needs whole datasets to stand still
/// (NeedsQuiet) waits until no pipeline runs, and none is accepted while it is carried out; a
/// statement, an opt-out or a withdrawal never waits for one. Beside calls: the sweep that is due
/// by its schedule, and warnings about terms. Perform is for any thread; the rest belongs to the
/// loop's.
class RightsDoor {
 public:
  static constexpr size_t kCallsMax = 100;
  static constexpr int64_t kPatienceSeconds = 600;
  static constexpr int64_t kScheduleSeconds = 5;  ///< how often the sweep's schedule is looked at
  static constexpr int64_t kClockSeconds = 600;   ///< how often terms are

  struct Tools {
    Coordinator& coordinator;
    RunHost& host;
    Clock& clock;
    std::filesystem::path bundles;   ///< the shipped policies
    std::function<void()> between;   ///< the other duties
    std::function<bool()> stopping;  ///< whether the coordinator is to end
    /// Posts a warning about a term to `url`; none: they are in the log alone.
    std::function<void(const std::string& url, const DueWarning& warning)> post = {};
  };

  /// The references must outlive the door.
  RightsDoor(StateFolder& state, LedgerBook& ledger, Tools tools)
      : state_(state), ledger_(ledger), tools_(std::move(tools)) {}

  /// PerformRightsCall, through the queue. kExhausted when it is full, kUnavailable when the call
  /// was not begun in time, kUnknownOutcome when it was begun and is still going on.
  Result<Json> Perform(const std::string& verb, const Json& arguments);

  /// Goes on with what an earlier process left, then carries out the next call that may be.
  void Turn();
  /// Lets everybody who waits go. Before the server that calls Perform ends.
  void Close();

 private:
  struct Call;
  [[nodiscard]] bool Quiet() const { return tools_.host.idle(); }
  std::shared_ptr<Call> Next();
  void Carry(const std::shared_ptr<Call>& call);
  Result<Json> Answer(const std::string& verb, const Json& arguments);
  Result<Json> AnswerLoudly(const std::string& verb, const Json& arguments);
  Result<Json> AnswerQuietly(const std::string& verb, const Json& arguments);
  Result<RunView> Run(const RunSpec& spec, RunBinder& binder);
  void SweepIfDue();
  Status SweepNow(const SweepDue& due);
  void WarnIfDue();
  Status WarnNow();
  void Resume();
  Status ResumeAll();

  StateFolder& state_;
  LedgerBook& ledger_;
  Tools tools_;
  bool busy_ = false;          ///< a call is under way: Turn does nothing
  bool resumed_ = false;       ///< what was left is done
  bool sweep_wanted_ = false;  ///< an erasure was withdrawn while pipelines ran
  Pace scheduled_{kScheduleSeconds};
  Pace clocked_{kClockSeconds};
  std::mutex mutex_;
  std::condition_variable answered_;
  std::deque<std::shared_ptr<Call>> calls_;  // guarded by mutex_
  bool closed_ = false;                      // guarded by mutex_
};

}  // namespace signet::coordinator
