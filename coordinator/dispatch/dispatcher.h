/// The coordinator's loop: what arrives becomes events, what they change one batch, then it sends.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/dispatch/coordinator.h"
#include "coordinator/dispatch/worker_sessions.h"
#include "coordinator/journal/journal.h"
#include "coordinator/scheduler/scheduler.h"
#include "crypto/store/kv_store.h"
#include "workers/protocol/frame.h"
#include "workers/transport/zmq_channel.h"

namespace signet::coordinator {

/// See Coordinator. `curve` is the channel when it is tcp, else nullptr.
class Dispatcher final : public Coordinator {
 public:
  Dispatcher(const CoordinatorOptions& options,
             std::unique_ptr<workers::ServerChannel> channel,
             workers::CurveServerChannel* curve,
             crypto::KvStore& store,
             Clock& clock);
  /// Replays the journal.
  Status Recover();

  using Coordinator::Submit;
  Result<RunId> Submit(const RunSpec& spec,
                       RunBinder& binder,
                       const crypto::WriteBatch* beside) override;
  [[nodiscard]] std::vector<RunId> UnfinishedRuns() const override {
    return scheduler_.UnfinishedRuns();
  }
  Status Resume(const RunId& run, RunBinder& binder) override;
  [[nodiscard]] Result<std::string> ContextOf(const RunId& run) const override;
  Result<bool> Turn() override;
  Status Serve(const std::function<bool()>& stop) override;
  Result<RunView> RunUntilDone(const RunId& run) override;
  void DrainWorkers() override;
  void Post(std::function<void()> action) override;
  void Cancel(const RunId& run, std::string reason) override;
  Status Approve(const RunId& run, const StepId& step, const std::string& who) override;
  void Observe(std::function<void(const RunView&)> observer) override;
  void Listen(std::function<void(const Happening&)> listener) override;
  void ListenToTasks(std::function<void(const TaskSaid&)> listener) override;
  void EachTurn(std::function<void()> action) override;
  [[nodiscard]] Result<RunView> View(const RunId& run) const override {
    return scheduler_.View(run);
  }
  [[nodiscard]] Result<std::string> Why(const RunId& run,
                                        const StepId& step,
                                        int task) const override;
  [[nodiscard]] std::vector<RunId> Runs() const override;
  [[nodiscard]] std::vector<WorkerView> Workers() const override;
  [[nodiscard]] CoordinatorFigures figures() const override;
  void Enrol(const workers::CurvePublicKey& worker) override;
  void Expel(const workers::CurvePublicKey& worker) override;
  workers::Refusals TakeRefusals() override;
  [[nodiscard]] std::string endpoint() const override;
  [[nodiscard]] workers::CurvePublicKey public_key() const override;

  /// For checkers.
  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  [[nodiscard]] uint64_t term() const { return journal_.term(); }

 private:
  /// What goes to one worker after the batch.
  struct Outgoing {
    std::vector<workers::Lease> leases;
    std::vector<uint64_t> acks;
    std::map<std::string, std::vector<uint64_t>> revokes;  ///< by reason
    bool answer_beat = false;
  };

  [[nodiscard]] Now Time() const;
  bool RunPosted();
  Result<bool> ReceiveAll();
  void Handle(const workers::Incoming& incoming);
  void On(const WorkerSession& from, workers::Completed& completed);
  void On(const WorkerSession& from, const workers::Failed& failed);
  void On(const WorkerSession& from, const workers::Heartbeat& beat);
  void On(const WorkerSession& from, workers::LogLines& said);
  void OnRegister(const workers::Incoming& from, const workers::Register& hello, uint64_t seq);
  /// False when it cannot be decided yet (the run is not resumed): no acknowledgement.
  bool Commit(const WorkerSession& from, const workers::Completion& completion);
  bool RunLocals();
  void RunOneLocal(const TaskRef& task);
  void LookUp(const TaskRef& task);

  void Take(Outcome outcome);
  /// Tells the run's binder what the record means for its leases.
  void TellBinder(const Record& record);
  void KeepLoser(const Record& record);
  void Carry(const GrantLease& grant);
  void Carry(const RevokeLease& revoke);
  void Carry(const StepEnded& ended);
  void Carry(const RunEnded& ended);
  Status Flush();
  void SendAll();
  void SendLeases(const WorkerSession& session, std::vector<workers::Lease>& leases);
  bool SendTo(const WorkerSession& session, workers::Message message);
  void Reply(const workers::PeerId& peer, workers::Message message);
  void Notify(bool all);
  RunBinder* BinderOf(const RunId& run);
  void UndoPuts(size_t keep);
  void WaitForMore();

  CoordinatorOptions options_;
  std::unique_ptr<workers::ServerChannel> channel_;
  workers::CurveServerChannel* curve_;
  crypto::KvStore& store_;
  Clock& clock_;
  Scheduler scheduler_;
  Journal journal_;
  WorkerSessions sessions_;
  std::unordered_map<RunId, RunBinder*> binders_;

  std::vector<Record> records_;    ///< of this turn, not yet durable
  crypto::WriteBatch batch_;       ///< the binders' puts of this turn
  std::set<RunBinder*> involved_;  ///< binders with puts in `batch_`
  std::vector<RunId> ended_;       ///< runs whose binder is let go after the batch
  std::map<WorkerId, Outgoing> outbox_;
  std::vector<WorkerId> unreachable_;
  std::map<uint64_t, TaskRef> unfenced_;  ///< only with Mutation::kSkipFence: what it then commits
  uint64_t reported_ = 0;                 ///< the fence whose worker reports a failure right now
  Status broken_;
  uint64_t seq_ = 0;
  CoordinatorFigures figures_;

  std::function<void(const RunView&)> observer_;
  std::function<void(const Happening&)> listener_;
  std::function<void(const TaskSaid&)> task_listener_;
  std::function<void()> each_turn_;
  std::map<RunId, int64_t> changed_;  ///< monotonic micros of the last notification
  std::set<RunId> dirty_;
  std::set<RunId> urgent_;
  int64_t each_turn_at_ = 0;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace signet::coordinator
