/// RunNotices: tells the hooks of a pipeline how its runs ended, that one is late, or that a moment
/// of its schedule was missed. Durable: what a run owes is written with its acceptance.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/scheduler/run_spec.h"
#include "coordinator/schedules/hook_sender.h"
#include "coordinator/schedules/schedule_book.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "pipelines/schedule/schedule_options.h"

namespace signet::coordinator {

/// Why a run is asked for, beside its request.
struct RunOccasion {
  std::string schedule;  ///< the schedule that was due; empty when a person asked
  Timestamp due;         ///< when; zero: at its acceptance
  int64_t late_ms = 0;   ///< late when it has not ended so long after `due`; 0 = never
  /// Puts into the batch that accepts the run.
  std::function<void(const RunId& run, crypto::WriteBatch& batch)> beside;
};

/// Keeps "watch/<run>" (who is to be told of a run) and "notice/<id>" (messages on their way) in
/// the store. A message says event, pipeline, run, schedule, moments, status and the code of a
/// failure: nothing personal, no text of a failure. Each is sent at least once, with an id that
/// stays the same. Belongs to the coordinator's loop thread; nothing here waits.
class RunNotices {
 public:
  /// The references must outlive it.
  RunNotices(crypto::KvStore& store, Clock& clock, HookSender& sender)
      : store_(store), clock_(clock), sender_(sender) {}

  /// After a restart: sends what was on its way, and tells of runs that ended unheard.
  Status Load(const std::function<Result<RunView>(const RunId&)>& view);
  /// Puts what the run owes into the batch that accepts it; Accepted takes it in once durable.
  void Accept(const RunId& run,
              const std::string& pipeline,
              const std::vector<pipelines::NotifyOptions>& hooks,
              const RunOccasion& occasion,
              crypto::WriteBatch& batch);
  void Accepted(const RunId& run);
  void Ended(const RunView& view);
  /// Moments of a schedule made no run. `facts` joins the message.
  void Missed(const Schedule& schedule, const Json& facts);
  /// Looks who is late, and forgets what was delivered. Each turn of the loop.
  void Turn();
  /// Of runs and messages that are watched or on their way.
  [[nodiscard]] size_t pending() const { return watched_.size() + on_the_way_; }

 private:
  struct Watch {
    std::string pipeline;
    std::vector<pipelines::NotifyOptions> hooks;
    std::string schedule;
    Timestamp due;
    int64_t late_ms = 0;
    bool late_told = false;
    [[nodiscard]] Json ToJson() const;
    static Watch FromJson(const Json& json);
  };
  [[nodiscard]] Json Message(std::string_view event, const std::string& run, const Watch& of) const;
  void Post(std::string_view event,
            const std::string& id,
            const std::vector<pipelines::NotifyOptions>& hooks,
            const Json& body,
            crypto::WriteBatch& batch);
  void Write(const crypto::WriteBatch& batch);

  crypto::KvStore& store_;
  Clock& clock_;
  HookSender& sender_;
  std::map<RunId, Watch> accepting_;
  std::map<RunId, Watch> watched_;
  std::vector<Notice> to_send_;  ///< after the write
  size_t on_the_way_ = 0;
  int64_t turned_ = 0;
};

}  // namespace signet::coordinator
