// The dispatcher's talk with its workers: what their frames mean, and what is sent to them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/dispatch/dispatcher.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "workers/executor/task_log.h"

namespace signet::coordinator {

namespace {

constexpr size_t kLeasesPerFrameMax = 1'000;
constexpr size_t kLeaseBytesPerFrameMax = size_t{8} << 20U;

}  // namespace

void Dispatcher::Handle(const workers::Incoming& incoming) {
  Result<workers::Frame> frame = workers::DecodeFrame(incoming.frame);
  if (!frame.ok()) {
    Log(LogLevel::kWarning, "frame refused", Json::Of({{"status", frame.status().ToString()}}));
    if (frame.status().code() == StatusCode::kInvalid) {
      Reply(incoming.peer, workers::Bye{frame.status().message(), /*rejoin=*/false});
    }
    return;
  }
  if (const auto* const hello = std::get_if<workers::Register>(&frame->message)) {
    return OnRegister(incoming, *hello, frame->seq);
  }
  const WorkerSession* const known = sessions_.ByPeer(incoming.peer);
  if (known == nullptr || known->identity != incoming.identity || frame->fence != journal_.term()) {
    return Reply(incoming.peer, workers::Bye{"unknown connection", /*rejoin=*/true});
  }
  const WorkerSession session = *known;
  if (auto* const completed = std::get_if<workers::Completed>(&frame->message)) {
    On(session, *completed);
  } else if (const auto* const failed = std::get_if<workers::Failed>(&frame->message)) {
    On(session, *failed);
  } else if (const auto* const beat = std::get_if<workers::Heartbeat>(&frame->message)) {
    On(session, *beat);
  } else if (auto* const said = std::get_if<workers::LogLines>(&frame->message)) {
    On(session, *said);
  } else if (const auto* const started = std::get_if<workers::Started>(&frame->message)) {
    Take(scheduler_.Step(TasksStarted{session.worker, started->fences}, Time()));
  } else if (const auto* const credits = std::get_if<workers::Credits>(&frame->message)) {
    Take(scheduler_.Step(WorkerSlots{session.worker, credits->slots}, Time()));
  } else if (std::holds_alternative<workers::Drain>(frame->message)) {
    Take(scheduler_.Step(WorkerDraining{session.worker}, Time()));
  } else if (std::holds_alternative<workers::Bye>(frame->message)) {
    sessions_.Remove(session.worker);
    Take(scheduler_.Step(WorkerGone{session.worker, "its worker left"}, Time()));
  }
}

void Dispatcher::OnRegister(const workers::Incoming& from,
                            const workers::Register& hello,
                            uint64_t seq) {
  const WorkerSession* const old = sessions_.ByIdentity(from.identity);
  const WorkerId before = old != nullptr ? old->worker : WorkerId();
  if (!sessions_.Register(from, hello, seq)) return;
  const WorkerSession session = *sessions_.ByPeer(from.peer);
  if (!before.empty() && before != session.worker) {
    Take(scheduler_.Step(WorkerGone{before, "its worker took another name"}, Time()));
  }
  const Needs offer{hello.labels, hello.memory_mb, hello.cpu_milli};
  Take(scheduler_.Step(WorkerJoined{session.worker, hello.boot, hello.slots, hello.held, offer},
                       Time()));
  Log(LogLevel::kInfo,
      "worker joined",
      Json::Of(
          {{"worker", session.worker.text()}, {"slots", hello.slots}, {"program", hello.program}}));
  SendTo(
      session,
      workers::Welcome{options_.heartbeat_ms, options_.worker_patience_ms, /*hears_lines=*/true});
}

void Dispatcher::On(const WorkerSession& from, workers::Completed& completed) {
  for (const workers::Completion& completion : completed.completions) {
    // Acknowledged after the batch, also what came too late: it is not wanted again.
    if (Commit(from, completion)) outbox_[from.worker].acks.push_back(completion.fence);
  }
}

bool Dispatcher::Commit(const WorkerSession& from, const workers::Completion& completion) {
  const std::optional<TaskRef> task = scheduler_.TaskOf(completion.fence);
  if (!task || !scheduler_.Holds(completion.fence, from.worker)) {
    ++figures_.stale_results;
    if (const auto stale = unfenced_.find(completion.fence); stale != unfenced_.end()) {
      const auto binder = binders_.find(stale->second.run);
      if (binder == binders_.end()) return true;
      static_cast<void>(binder->second->CommitTask(stale->second, completion.result, batch_));
    }
    return true;
  }
  // A restarted coordinator knows the lease before anyone has resumed its run: the worker sends the
  // result again until somebody can commit it.
  const auto binder = binders_.find(task->run);
  if (binder == binders_.end()) return false;
  const size_t keep = batch_.size();
  const Status committed = binder->second->CommitTask(*task, completion.result, batch_);
  involved_.insert(binder->second);
  dirty_.insert(task->run);
  if (!committed.ok()) {
    UndoPuts(keep);
    Take(scheduler_.Step(TaskFailed{completion.fence, committed}, Time()));
    return true;
  }
  ++figures_.tasks_committed;
  const int64_t rows = binder->second->RowsOf(*task, completion.result);
  Take(scheduler_.Step(TaskSucceeded{completion.fence, rows}, Time()));
  return true;
}

void Dispatcher::On(const WorkerSession& from, const workers::Failed& failed) {
  for (const workers::Failure& failure : failed.failures) {
    if (scheduler_.Holds(failure.fence, from.worker)) {
      dirty_.insert(scheduler_.TaskOf(failure.fence)->run);
      reported_ = failure.fence;
      Take(scheduler_.Step(TaskFailed{failure.fence, failure.status}, Time()));
      reported_ = 0;
    } else {
      ++figures_.stale_results;
    }
    outbox_[from.worker].acks.push_back(failure.fence);
  }
}

void Dispatcher::On(const WorkerSession& from, const workers::Heartbeat& beat) {
  WorkerBeat event;
  event.worker = from.worker;
  event.finished = beat.finished;
  for (const workers::Beat& one : beat.running) {
    event.running.push_back({one.fence, one.progress, one.cpu_ms});
    const std::optional<TaskRef> task = scheduler_.TaskOf(one.fence);
    if (task) dirty_.insert(task->run);
  }
  Take(scheduler_.Step(event, Time()));
  outbox_[from.worker].answer_beat = true;
}

void Dispatcher::On(const WorkerSession& from, workers::LogLines& said) {
  if (!task_listener_) return;
  for (workers::LogLine& line : said.lines) {
    const std::optional<TaskRef> task = scheduler_.TaskOf(line.fence);
    // Only of what the worker holds, and only in the form that a task's own process gives it.
    const workers::TaskLine form{line.fence, LogLevel::kInfo, line.event, line.facts, 0};
    if (!task || !scheduler_.Holds(line.fence, from.worker) || !workers::IsTaskLine(form)) continue;
    task_listener_({clock_.Now(),
                    *task,
                    from.worker,
                    static_cast<LogLevel>(line.level),
                    std::move(line.event),
                    std::move(line.facts),
                    line.dropped});
  }
}

void Dispatcher::SendAll() {
  std::map<WorkerId, Outgoing> outbox;
  outbox.swap(outbox_);
  for (auto& entry : outbox) {
    const WorkerSession* const known = sessions_.ByWorker(entry.first);
    if (known == nullptr) continue;  // it will register again, and lose what it was not told of
    const WorkerSession session = *known;
    // An answer to every heartbeat, empty if need be: a worker that hears nothing gives its leases
    // up.
    if (!entry.second.acks.empty() || entry.second.answer_beat) {
      SendTo(session, workers::Ack{std::move(entry.second.acks)});
    }
    SendLeases(session, entry.second.leases);
    for (auto& revoke : entry.second.revokes) {
      SendTo(session, workers::Revoke{std::move(revoke.second), revoke.first});
    }
  }
}

void Dispatcher::SendLeases(const WorkerSession& session, std::vector<workers::Lease>& leases) {
  workers::Leases frame;
  size_t bytes = 0;
  for (workers::Lease& lease : leases) {
    if (!scheduler_.Holds(lease.fence, session.worker)) {
      Wipe(lease.payload.data(), lease.payload.size());
      continue;
    }
    bytes += lease.payload.size();
    frame.leases.push_back(std::move(lease));
    if (frame.leases.size() < kLeasesPerFrameMax && bytes < kLeaseBytesPerFrameMax) continue;
    if (!SendTo(session, std::exchange(frame, {}))) return;
    bytes = 0;
  }
  if (!frame.leases.empty()) SendTo(session, std::move(frame));
}

bool Dispatcher::SendTo(const WorkerSession& session, workers::Message message) {
  workers::Frame frame{journal_.term(), ++seq_, std::move(message)};
  Result<Bytes> bytes = workers::EncodeFrame(frame);
  if (auto* const leases = std::get_if<workers::Leases>(&frame.message)) {
    for (workers::Lease& lease : leases->leases) {
      Wipe(lease.payload.data(), lease.payload.size());
      if (bytes.ok()) continue;
      Take(scheduler_.Step(TaskFailed{lease.fence, bytes.status()}, Time()));
    }
  }
  if (!bytes.ok()) return false;
  const Status sent = channel_->Send(session.peer, *bytes);
  Wipe(bytes->data(), bytes->size());
  if (!sent.ok()) unreachable_.push_back(session.worker);
  return sent.ok();
}

void Dispatcher::Reply(const workers::PeerId& peer, workers::Message message) {
  const Result<Bytes> bytes = workers::EncodeFrame({journal_.term(), ++seq_, std::move(message)});
  // Whoever cannot be reached will ask again.
  if (bytes.ok()) static_cast<void>(channel_->Send(peer, *bytes));
}

}  // namespace signet::coordinator
