// The dispatcher's tasks that need no worker: local ones, and those whose result may be known.
#include <cstdint>
#include <optional>

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

}  // namespace signet::coordinator
