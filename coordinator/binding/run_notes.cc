#include "coordinator/binding/run_notes.h"

namespace signet::coordinator {

void RunNotes::Resumed(const std::string& pipeline, size_t tasks) {
  Note("run.resumed", Json::Of({{"pipeline", pipeline}, {"tasks", tasks}}));
}

void RunNotes::Finished(const TaskRef& task, const pipelines::TaskResult& result) {
  Json facts = Json::Of({{"step", task.step.text()}, {"task", task.task}, {"rows", result.rows}});
  if (const std::string worker = leases_.HolderOf(task); !worker.empty()) {
    facts.Set("worker", worker);
  }
  Note("task.finished", std::move(facts));
  leases_.Released(task, result);
}

void RunNotes::Ended(const AttemptEnd& end) {
  leases_.Ended(end);
  if (!end.final) return;
  Json facts = Json::Of({{"step", end.task.step.text()}, {"task", end.task.task}});
  // The code alone: a worker's message is not ours to repeat.
  facts.Set("code",
            end.why.diagnostic().empty() ? std::string(StatusCodeName(end.why.code()))
                                         : end.why.diagnostic());
  Note("task.failed", std::move(facts));
}

void RunNotes::Cancelled(const std::string& pipeline, const Status& why) {
  Note("run.cancelled", Json::Of({{"pipeline", pipeline}, {"reason", why.message()}}));
}

bool RunNotes::empty() const {
  return notes_.empty() && leases_.empty();
}

Status RunNotes::Flush(const LeaseBook::Append& append) {
  TRY(leases_.Flush(append));
  while (!notes_.empty()) {
    TRY(append(notes_.front().first, notes_.front().second));
    notes_.erase(notes_.begin());
  }
  return OkStatus();
}

}  // namespace signet::coordinator
