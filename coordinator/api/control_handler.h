/// The ControlService's calls: each goes to the coordinator's loop thread and back.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "ControlService.h"
#include "coordinator/api/control_server.h"
#include "coordinator/dispatch/coordinator.h"
#include "coordinator/requests/run_host.h"
#include "coordinator/requests/schedule_keeper.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// What all connections share. The references must outlive the server.
struct ControlState {
  Coordinator& coordinator;
  RunHost& host;
  Clock& clock;
  std::filesystem::path state;    ///< for people
  std::filesystem::path bundles;  ///< the shipped policies
  int64_t min_group = 0;          ///< of a test state
  ScheduleKeeper* schedules = nullptr;
  KeyCalls keys = {};           ///< none: key operations are refused
  LoginBook* logins = nullptr;  ///< null: logins are not recorded
  RightsCalls rights = {};      ///< none: questions about persons are refused
};

/// Who is at the other end of a connection. Each throws Refused for one that may not ask.
struct Caller {
  /// An operator's name: the user of the unix socket's other end, or the certificate.
  std::function<std::string()> name;
  /// SHA-256 of the certificate, in hex; empty function without one.
  std::function<std::string()> fingerprint = {};
};

/// Runs `action` on the coordinator's loop thread and waits for its answer. kUnavailable when the
/// loop does not come to it within half a minute (it is stopping, or stuck). If the wait ends
/// first, the action may still happen.
template <typename T>
Result<T> OnLoop(Coordinator& coordinator, std::function<Result<T>()> action) {
  struct Call {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<T>> answer;
  };
  constexpr std::chrono::seconds kPatience{30};
  const auto call = std::make_shared<Call>();
  coordinator.Post([call, action = std::move(action)] {
    Result<T> answer = action();
    const std::lock_guard<std::mutex> lock(call->mutex);
    call->answer = std::move(answer);
    call->done.notify_one();
  });
  std::unique_lock<std::mutex> lock(call->mutex);
  const bool answered =
      call->done.wait_for(lock, kPatience, [&call] { return call->answer.has_value(); });
  if (!answered) return Unavailable("the coordinator did not answer");
  return *std::move(call->answer);
}

/// One connection's calls.
class ControlHandler final : public control::ControlServiceIf {
 public:
  ControlHandler(ControlState& state, std::function<std::string()> who)
      : ControlHandler(state, Caller{std::move(who), {}}) {}
  ControlHandler(ControlState& state, Caller caller)
      : state_(state), who_(std::move(caller.name)), fingerprint_(std::move(caller.fingerprint)) {}

  void hello(std::string& answer) override;
  void submit(std::string& answer, const control::Submission& submission) override;
  void runs(std::string& answer, int32_t limit) override;
  void get(std::string& answer, const std::string& run) override;
  int64_t wait(int64_t seen, int32_t millis) override;
  void why(std::string& answer,
           const std::string& run,
           const std::string& step,
           int32_t task) override;
  void logs(std::string& answer, const std::string& run, int64_t after) override;
  void cancel(const std::string& run) override;
  void rerun(std::string& answer, const control::Rerun& again) override;
  void backfill(std::string& answer, const control::Backfill& range) override;
  void approve(const std::string& run, const std::string& step) override;
  void schedule(std::string& answer, const control::Submission& submission) override;
  void schedules(std::string& answer) override;
  void change_schedule(const std::string& name, const std::string& action) override;
  void keys(std::string& answer, const std::string& verb, const std::string& arguments) override;
  void rights(std::string& answer, const std::string& verb, const std::string& arguments) override;
  void redeem(std::string& answer, const std::string& token) override;
  void top(std::string& answer) override;

 private:
  std::string Ask(std::function<Result<Json>()> action);
  Result<RunRequest> RequestOf(const control::Submission& submission);
  /// Plans in this thread, accepts on the loop.
  Result<RunId> Accept(RunRequest request);
  Result<Json> FillRange(const control::Backfill& range);
  Result<Json> AddSchedule(const control::Submission& submission);
  [[nodiscard]] Result<ScheduleKeeper*> Schedules() const;

  ControlState& state_;
  std::function<std::string()> who_;
  std::function<std::string()> fingerprint_;
};

}  // namespace signet::coordinator
