#include "coordinator/binding/lease_book.h"

#include <set>

#include "crypto/primitives/sealed_stream.h"
#include "policies/model/label.h"

namespace signet::coordinator {
namespace {

uint64_t Chunks(const pipelines::Stream& stream) {
  if (stream.bytes <= crypto::kStreamHeaderBytes) return 0;
  const uint64_t body = stream.bytes - crypto::kStreamHeaderBytes;
  return (body + crypto::kSealedChunkBytes - 1) / crypto::kSealedChunkBytes;
}

/// The label classes whose keys are in a lease, read or written.
std::vector<std::string> ClassesOf(const pipelines::TaskAssignment& assignment) {
  std::set<std::string> classes;
  for (const pipelines::TaskInput& input : assignment.spec.inputs) {
    for (const pipelines::Piece& piece : input.pieces) {
      for (const pipelines::Stream& stream : piece.streams) {
        if (assignment.lease.deks.count(stream.dek) == 0) continue;
        classes.emplace(policies::LabelClassName(stream.label_class));
      }
    }
  }
  for (const pipelines::TaskOutput& output : assignment.spec.outputs) {
    // "3/ordinary": see OutputKey.
    for (const auto& [key, id] : output.deks) classes.insert(key.substr(key.find('/') + 1));
  }
  return {classes.begin(), classes.end()};
}

}  // namespace

uint64_t SealCalls(const pipelines::TaskResult& result) {
  uint64_t calls = 0;
  for (const auto& [name, pieces] : result.outputs) {
    for (const pipelines::Piece& piece : pieces) {
      for (const pipelines::Stream& stream : piece.streams) calls += Chunks(stream);
    }
  }
  for (const pipelines::FactDelta& delta : result.facts) calls += Chunks(delta.stream);
  return calls;
}

void LeaseBook::Release(const TaskKey& task, int attempt, uint64_t uses) {
  released_.push_back(Json::Of(
      {{"step", task.first}, {"task", task.second}, {"attempt", attempt}, {"uses", uses}}));
}

void LeaseBook::Granted(const TaskRef& task, const pipelines::TaskAssignment& assignment) {
  const TaskKey key{task.step.text(), task.task};
  if (const auto earlier = out_.find(key); earlier != out_.end()) Release(key, earlier->second, 0);
  out_[key] = task.attempt;
  Json uses{Json::Array()};
  for (const auto& [use, secret] : assignment.lease.keys) uses.Push(use);
  granted_.push_back(Json::Of({{"step", key.first},
                               {"task", key.second},
                               {"attempt", task.attempt},
                               {"fence", task.fence},
                               {"purpose", assignment.spec.purpose},
                               {"label_classes", Json::Strings(ClassesOf(assignment))},
                               {"derived", uses},
                               {"keys", assignment.lease.deks.size()}}));
}

void LeaseBook::Denied(const TaskRef& task, const Status& why) {
  Json facts = Json::Of(
      {{"step", task.step.text()}, {"task", task.task}, {"reason", StatusCodeName(why.code())}});
  if (!why.diagnostic().empty()) facts.Set("code", why.diagnostic());
  denied_.push_back(std::move(facts));
}

void LeaseBook::Released(const TaskRef& task, const pipelines::TaskResult& result) {
  const TaskKey key{task.step.text(), task.task};
  out_.erase(key);
  Release(key, task.attempt, SealCalls(result));
}

void LeaseBook::ReleaseAll() {
  for (const auto& [task, attempt] : out_) Release(task, attempt, 0);
  out_.clear();
}

Status LeaseBook::Flush(const Append& append) {
  if (!granted_.empty()) {
    TRY(append("lease.granted", Json::Of({{"leases", Json(granted_)}})));
    granted_.clear();
  }
  while (!denied_.empty()) {
    TRY(append("lease.denied", denied_.back()));
    denied_.pop_back();
  }
  if (!released_.empty()) {
    TRY(append("lease.released", Json::Of({{"leases", Json(released_)}})));
    released_.clear();
  }
  return OkStatus();
}

}  // namespace signet::coordinator
