// The dispatcher's tasks that need no worker: local ones, and those whose result may be known;
// what it tells the binders of attempts; and the runs it remembers.
#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/dispatch/dispatcher.h"

namespace signet::coordinator {

namespace {

constexpr int kLookUpsPerTurnMax = 256;

}  // namespace

bool Dispatcher::RunLocals() {
  // One local task a turn, since it may take long; look-ups are short.
  for (int i = 0; i < kLookUpsPerTurnMax; ++i) {
    const std::optional<TaskRef> task = scheduler_.NextLocal();
    if (!task) return i > 0;
    if (!scheduler_.IsCached(*task)) {
      RunOneLocal(*task);
      return true;
    }
    LookUp(*task);
  }
  return true;
}

void Dispatcher::RunOneLocal(const TaskRef& task) {
  const size_t keep = batch_.size();
  RunBinder* const binder = BinderOf(task.run);
  const int64_t began = clock_.MonotonicMicros();
  const Status status = binder->RunLocal(task, batch_);
  if (!status.ok()) UndoPuts(keep);
  involved_.insert(binder);
  dirty_.insert(task.run);
  Take(scheduler_.Step(LocalFinished{task, status, clock_.MonotonicMicros() - began}, Time()));
}

void Dispatcher::LookUp(const TaskRef& task) {
  RunBinder* const binder = BinderOf(task.run);
  dirty_.insert(task.run);
  const Result<std::optional<Bytes>> known = binder->LookUp(task);
  // What cannot be looked up is computed.
  if (!known.ok() || !known->has_value()) {
    return Take(scheduler_.Step(ResultUnknown{task}, Time()));
  }
  const size_t keep = batch_.size();
  const Status committed = binder->CommitTask(task, **known, batch_);
  involved_.insert(binder);
  if (!committed.ok()) {
    UndoPuts(keep);
    return Take(scheduler_.Step(ResultUnknown{task}, Time()));
  }
  ++figures_.results_known;
  Take(scheduler_.Step(ResultKnown{task, binder->RowsOf(task, **known)}, Time()));
}

void Dispatcher::TellBinder(const Record& record) {
  const bool failed = record.type == RecordType::kTaskFailed;
  const bool over = record.type == RecordType::kAttemptLost ||
                    record.type == RecordType::kAttemptDropped ||
                    record.type == RecordType::kRunCancelled;
  if (!failed && !over) {
    return;
  }
  const Happening what = DescribeRecord(scheduler_, record);
  const auto binder = binders_.find(what.run);
  if (binder == binders_.end()) return;
  if (record.type == RecordType::kRunCancelled) {
    return binder->second->RunCancelled(what.run, record.failure);
  }
  AttemptEnd end;
  end.task.run = what.run;
  end.task.step = what.step;
  end.task.task = what.task;
  end.task.fence = record.fence;
  end.why = record.failure;
  end.reported = record.fence != 0 && record.fence == reported_;
  end.final = failed;
  binder->second->AttemptEnded(end);
}

/// The defect of letting the slower attempt commit as well.
void Dispatcher::KeepLoser(const Record& record) {
  const bool lost =
      record.type == RecordType::kAttemptDropped && record.failure.code() == StatusCode::kCancelled;
  if (options_.mutation != Mutation::kCommitLoser || !lost) return;
  const RunRow& run = scheduler_.runs().at(record.run);
  unfenced_[record.fence] = {run.spec.id,
                             run.spec.steps[record.step].id,
                             static_cast<int>(record.task),
                             /*attempt=*/1,
                             record.fence,
                             /*second=*/true};
}

void Dispatcher::ListenToTasks(std::function<void(const TaskSaid&)> listener) {
  task_listener_ = std::move(listener);
}

std::vector<RunId> Dispatcher::Runs() const {
  std::vector<RunId> runs;
  runs.reserve(scheduler_.runs().size());
  for (const auto& run : scheduler_.runs()) runs.push_back(run.second.spec.id);
  return runs;
}

}  // namespace signet::coordinator
