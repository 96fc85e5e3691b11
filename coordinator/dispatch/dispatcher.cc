#include "coordinator/dispatch/dispatcher.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/base/secret.h"

namespace signet::coordinator {

namespace {

constexpr int kFramesPerTurnMax = 1'000;
constexpr int64_t kNotifyMicros = 100'000;
constexpr int64_t kEachTurnMicros = 20'000;
/// After a turn's calls to binders took longer, nobody is declared late before the next turn has
/// taken in the heartbeats that came meanwhile.
constexpr int64_t kBusyMicros = 250'000;

/// About 30 years: for the defect of never giving up on a worker.
constexpr int64_t kNeverMillis = 1'000'000'000'000;

SchedulerOptions OptionsOf(const CoordinatorOptions& options) {
  SchedulerOptions scheduler;
  scheduler.silence_ms_max = options.worker_silence_ms_max;
  scheduler.hung_ms_max = options.hung_ms_max;
  scheduler.seed = options.seed;
  scheduler.leak_slots = options.mutation == Mutation::kLeakSlot;
  scheduler.forget_pool_limit = options.mutation == Mutation::kForgetPoolLimit;
  scheduler.split_gangs = options.mutation == Mutation::kSplitGang;
  scheduler.ignore_lanes = options.mutation == Mutation::kIgnoreLane;
  scheduler.forget_second_slot = options.mutation == Mutation::kForgetSecondSlot;
  if (options.mutation == Mutation::kNeverExpire) {
    scheduler.silence_ms_max = kNeverMillis;
    scheduler.hung_ms_max = kNeverMillis;
  }
  return scheduler;
}

}  // namespace

Dispatcher::Dispatcher(const CoordinatorOptions& options,
                       std::unique_ptr<workers::ServerChannel> channel,
                       workers::CurveServerChannel* curve,
                       crypto::KvStore& store,
                       Clock& clock)
    : options_(options),
      channel_(std::move(channel)),
      curve_(curve),
      store_(store),
      clock_(clock),
      scheduler_(OptionsOf(options)),
      journal_(store, options.journal_entries_max) {}

Now Dispatcher::Time() const {
  return {clock_.MonotonicMicros(), clock_.Now()};
}

Status Dispatcher::Recover() {
  if (options_.mutation == Mutation::kSkipReplay) journal_.ForgetNewestEntry();
  return journal_.Open(scheduler_, Time());
}

Result<RunId> Dispatcher::Submit(const RunSpec& spec,
                                 RunBinder& binder,
                                 const crypto::WriteBatch* beside) {
  if (!broken_.ok()) return broken_;
  TRY(CheckRunSpec(spec));
  if (scheduler_.FindRun(spec.id) != nullptr) {
    return Conflict("a run '" + spec.id.text() + "' exists");
  }
  const size_t keep = batch_.size();
  if (Status refused = binder.RunAccepted(spec.id, batch_); !refused.ok()) {
    UndoPuts(keep);
    return refused;
  }
  const bool forget = options_.mutation == Mutation::kForgetBeside;
  if (beside != nullptr && !forget) batch_.Append(*beside);
  binders_[spec.id] = &binder;
  involved_.insert(&binder);
  Take(scheduler_.Step(SubmitRun{spec}, Time()));
  Take(scheduler_.Step(AttachRun{spec.id}, Time()));
  dirty_.insert(spec.id);
  TRY(Flush());
  return spec.id;
}

Status Dispatcher::Resume(const RunId& run, RunBinder& binder) {
  const RunRow* const row = scheduler_.FindRun(run);
  if (row == nullptr) return NotFound("there is no run '" + run.text() + "'");
  if (IsTerminal(row->state)) return Conflict("run '" + run.text() + "' has ended");
  binders_[run] = &binder;
  dirty_.insert(run);
  Take(scheduler_.Step(AttachRun{run}, Time()));
  return OkStatus();
}

Result<std::string> Dispatcher::ContextOf(const RunId& run) const {
  const RunRow* const row = scheduler_.FindRun(run);
  if (row == nullptr) return NotFound("there is no run '" + run.text() + "'");
  return row->spec.context;
}

Result<bool> Dispatcher::Turn() {
  if (!broken_.ok()) return broken_;
  const int64_t began = clock_.MonotonicMicros();
  bool busy = RunPosted();
  if (!broken_.ok()) return broken_;
  ASSIGN_OR_RETURN(const bool received, ReceiveAll());
  busy = RunLocals() || received || busy;
  for (const WorkerId& worker : std::exchange(unreachable_, {})) {
    sessions_.Remove(worker);
    Take(scheduler_.Step(WorkerGone{worker, "its connection broke"}, Time()));
  }
  const Now now = Time();
  Take(scheduler_.Step(Tick{/*expire=*/now.monotonic_micros - began < kBusyMicros}, now));
  busy = busy || !records_.empty() || !outbox_.empty();
  if (options_.mutation == Mutation::kAckBeforeDurable) SendAll();
  TRY(Flush());
  SendAll();
  Notify(/*all=*/false);
  if (each_turn_ && clock_.MonotonicMicros() - each_turn_at_ >= kEachTurnMicros) {
    each_turn_at_ = clock_.MonotonicMicros();
    each_turn_();
  }
  return busy;
}

void Dispatcher::WaitForMore() {
  const Now now = Time();
  channel_->Wait(std::clamp<int64_t>(scheduler_.NextWake(now) - now.monotonic_micros, 0, 100'000));
}

Status Dispatcher::Serve(const std::function<bool()>& stop) {
  while (!stop()) {
    ASSIGN_OR_RETURN(const bool busy, Turn());
    if (!busy) WaitForMore();
  }
  return OkStatus();
}

Result<RunView> Dispatcher::RunUntilDone(const RunId& run) {
  if (scheduler_.FindRun(run) == nullptr) return NotFound("there is no run '" + run.text() + "'");
  TRY(Serve([&] {
    const RunRow* const row = scheduler_.FindRun(run);
    return row == nullptr || IsTerminal(row->state);
  }));
  Notify(/*all=*/true);
  return scheduler_.View(run);
}

bool Dispatcher::RunPosted() {
  std::vector<std::function<void()>> actions;
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    actions.swap(posted_);
  }
  for (const std::function<void()>& action : actions) {
    action();
    // The next one may write by itself (keys, rights): what this one left is durable first.
    if (!batch_.empty() || !records_.empty()) static_cast<void>(Flush());
  }
  return !actions.empty();
}

Result<bool> Dispatcher::ReceiveAll() {
  for (int i = 0; i < kFramesPerTurnMax; ++i) {
    ASSIGN_OR_RETURN(std::optional<workers::Incoming> incoming, channel_->Receive());
    if (!incoming) return i > 0;
    Handle(*incoming);
  }
  return true;
}

void Dispatcher::Take(Outcome outcome) {
  for (Record& record : outcome.records) {
    const bool leased = record.type == RecordType::kLeased;
    if (options_.mutation == Mutation::kForgetAttempt && leased) continue;
    const bool accepted = record.type == RecordType::kRunAccepted2;
    if (options_.mutation == Mutation::kForgetRun && accepted) continue;
    if (record.type == RecordType::kSecondLeased) ++figures_.second_attempts;
    KeepLoser(record);
    TellBinder(record);
    records_.push_back(std::move(record));
  }
  for (const Command& command : outcome.commands) {
    std::visit([this](const auto& what) { Carry(what); }, command);
  }
}

void Dispatcher::Carry(const GrantLease& grant) {
  // A member of its gang may have failed to be bound just now, and this lease with it.
  if (!scheduler_.Holds(grant.task.fence, grant.worker)) return;
  ++figures_.leases_granted;
  dirty_.insert(grant.task.run);
  Result<Bytes> payload = BinderOf(grant.task.run)->BindTask(grant.task);
  if (!payload.ok()) {
    return Take(scheduler_.Step(TaskFailed{grant.task.fence, payload.status()}, Time()));
  }
  BinderOf(grant.task.run)->LeaseSent(grant.task, grant.worker);
  workers::Lease lease;
  lease.fence = grant.task.fence;
  lease.task = grant.task.Text();
  lease.attempt = grant.task.attempt;
  lease.attempt_ms_max = grant.attempt_ms_max;
  lease.payload = std::move(*payload);
  if (options_.mutation == Mutation::kSkipFence) unfenced_[grant.task.fence] = grant.task;
  outbox_[grant.worker].leases.push_back(std::move(lease));
}

void Dispatcher::Carry(const RevokeLease& revoke) {
  if (unfenced_.count(revoke.fence) != 0 && options_.mutation == Mutation::kCommitLoser) return;
  outbox_[revoke.worker].revokes[revoke.reason].push_back(revoke.fence);
}

void Dispatcher::Carry(const StepEnded& ended) {
  urgent_.insert(ended.run);
}

void Dispatcher::Carry(const RunEnded& ended) {
  urgent_.insert(ended.run);
  const auto binder = binders_.find(ended.run);
  if (binder == binders_.end() || options_.mutation == Mutation::kNoEnd) return;
  binder->second->RunFinished(ended.run, ended.state, batch_);
  involved_.insert(binder->second);
  ended_.push_back(ended.run);
}

RunBinder* Dispatcher::BinderOf(const RunId& run) {
  const auto found = binders_.find(run);
  CHECK_FACTS(found != binders_.end(), run.text());
  return found->second;
}

void Dispatcher::UndoPuts(size_t keep) {
  if (options_.mutation == Mutation::kUndoNothing) return;
  crypto::WriteBatch kept;
  for (size_t i = 0; i < keep; ++i) {
    const crypto::WriteBatch::Operation& operation = batch_.operations()[i];
    if (operation.value) {
      kept.Put(operation.key, *operation.value);
    } else {
      kept.Delete(operation.key);
    }
  }
  batch_ = std::move(kept);
}

Status Dispatcher::Flush() {
  const bool nothing = records_.empty() && batch_.empty();
  if (nothing || !broken_.ok()) return broken_;
  for (const auto& [run, binder] : binders_) {
    if (binder->BeforeWrite(batch_)) involved_.insert(binder);
  }
  if (options_.mutation == Mutation::kForgetEffects) batch_.Clear();
  journal_.Append(records_, scheduler_, batch_);
  const Status written = store_.Write(batch_, crypto::Durability::kSync);
  journal_.Written(written.ok());
  for (RunBinder* const binder : involved_) binder->BatchWritten(written.ok());
  ++figures_.batches_written;
  const std::vector<Record> told = std::exchange(records_, {});
  batch_.Clear();
  involved_.clear();
  for (const RunId& run : std::exchange(ended_, {})) binders_.erase(run);
  if (!written.ok()) {
    // What is in memory is ahead of what is durable: only a restart may go on.
    broken_ = written.WithContext("the coordinator's state could not be written");
  } else if (listener_) {
    for (const Record& record : told) {
      const Happening happening = DescribeRecord(scheduler_, record);
      if (!happening.run.empty()) listener_(happening);
    }
  }
  return broken_;
}

void Dispatcher::DrainWorkers() {
  for (const WorkerSession& session : sessions_.all()) {
    Take(scheduler_.Step(WorkerDraining{session.worker}, Time()));
    SendTo(session, workers::Drain{});
  }
}

void Dispatcher::Post(std::function<void()> action) {
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    posted_.push_back(std::move(action));
  }
  channel_->Wake();
}

void Dispatcher::Cancel(const RunId& run, std::string reason) {
  Post([this, run, reason = std::move(reason)] {
    dirty_.insert(run);
    Take(scheduler_.Step(CancelRun{run, Cancelled(reason)}, Time()));
  });
}

Status Dispatcher::Approve(const RunId& run, const StepId& step, const std::string& who) {
  TRY(scheduler_.CheckApproval(run, step, who));
  dirty_.insert(run);
  Take(scheduler_.Step(ApproveStep{run, step, who}, Time()));
  return OkStatus();
}

void Dispatcher::Observe(std::function<void(const RunView&)> observer) {
  observer_ = std::move(observer);
}

void Dispatcher::Listen(std::function<void(const Happening&)> listener) {
  listener_ = std::move(listener);
}

std::vector<WorkerView> Dispatcher::Workers() const {
  std::vector<WorkerView> views;
  const int64_t now = clock_.MonotonicMicros();
  for (const WorkerRow& row : scheduler_.workers()) {
    if (!row.connected && row.leased == 0) continue;  // of the past
    views.push_back({row.id,
                     row.slots,
                     row.leased,
                     row.connected,
                     row.draining,
                     std::max<int64_t>(now - row.heard, 0) / 1'000});
  }
  return views;
}

void Dispatcher::EachTurn(std::function<void()> action) {
  each_turn_ = std::move(action);
}

void Dispatcher::Notify(bool all) {
  if (dirty_.empty() && urgent_.empty()) return;
  const int64_t now = clock_.MonotonicMicros();
  std::set<RunId> due = std::exchange(urgent_, {});
  for (const RunId& run : dirty_) {
    const auto last = changed_.find(run);
    if (all || last == changed_.end() || now - last->second >= kNotifyMicros) due.insert(run);
  }
  for (const RunId& run : due) {
    dirty_.erase(run);
    changed_[run] = now;
    const Result<RunView> view = scheduler_.View(run);
    if (!view.ok()) continue;
    if (observer_) observer_(*view);
    if (IsTerminal(view->state)) changed_.erase(run);
  }
}

Result<std::string> Dispatcher::Why(const RunId& run, const StepId& step, int task) const {
  return scheduler_.Why(run, step, task, Time());
}

CoordinatorFigures Dispatcher::figures() const {
  CoordinatorFigures figures = figures_;
  figures.workers = scheduler_.ConnectedWorkers();
  return figures;
}

void Dispatcher::Enrol(const workers::CurvePublicKey& worker) {
  if (curve_ != nullptr) curve_->Allow(worker);
}

void Dispatcher::Expel(const workers::CurvePublicKey& worker) {
  if (curve_ != nullptr) curve_->Forbid(worker);
  const WorkerSession* const session = sessions_.ByIdentity(worker.Text());
  if (session == nullptr) return;
  const WorkerId id = session->worker;
  Reply(session->peer, workers::Bye{"expelled", /*rejoin=*/false});
  sessions_.Remove(id);
  Take(scheduler_.Step(WorkerGone{id, "its worker left"}, Time()));
}

workers::Refusals Dispatcher::TakeRefusals() {
  return curve_ != nullptr ? curve_->TakeRefusals() : workers::Refusals{};
}

std::string Dispatcher::endpoint() const {
  return curve_ != nullptr ? curve_->endpoint() : std::string();
}

workers::CurvePublicKey Dispatcher::public_key() const {
  return curve_ != nullptr ? curve_->public_key() : workers::CurvePublicKey{};
}

}  // namespace signet::coordinator
