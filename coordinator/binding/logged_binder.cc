#include "coordinator/binding/logged_binder.h"

#include <utility>

namespace signet::coordinator {

LoggedBinder::LoggedBinder(StateFolder& state, RunId run, std::string why)
    : state_(state), run_(std::move(run)), log_(state, run_, std::move(why)) {}

Result<Bytes> LoggedBinder::BindTask(const TaskRef& task) {
  const Result<pipelines::TaskAssignment> bound = Bind(task);
  if (!bound.ok()) {
    log_.leases().Denied(task, bound.status());
    return bound.status();
  }
  log_.leases().Granted(task, *bound);
  return bound->Encode();
}

Status LoggedBinder::CommitTask(const TaskRef& task, ByteView encoded, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const pipelines::TaskResult result, pipelines::TaskResult::Decode(encoded));
  TRY(Take(task, result, batch));
  log_.leases().Released(task, result);
  return OkStatus();
}

Status LoggedBinder::RunLocal(const TaskRef& task, crypto::WriteBatch& /*batch*/) {
  return Internal("run " + run_.text() + " has no local step " + task.step.text());
}

void LoggedBinder::RunFinished(const RunId& /*run*/,
                               RunState /*state*/,
                               crypto::WriteBatch& batch) {
  log_.RunFinished(batch);
}

void LoggedBinder::LeaseSent(const TaskRef& task, const WorkerId& worker) {
  log_.leases().Sent(task, worker);
}

void LoggedBinder::AttemptEnded(const AttemptEnd& end) {
  log_.leases().Ended(end);
}

bool LoggedBinder::BeforeWrite(crypto::WriteBatch& batch) {
  return log_.BeforeWrite(batch);
}

void LoggedBinder::BatchWritten(bool durable) {
  log_.BatchWritten(durable);
}

}  // namespace signet::coordinator
