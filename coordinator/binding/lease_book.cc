#include "coordinator/binding/lease_book.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "coordinator/binding/seal_usage.h"
#include "policies/model/label.h"

namespace signet::coordinator {
namespace {

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

Json LeaseBook::Facts(const TaskKey& task, const Lease& lease) {
  Json facts = Json::Of({{"step", task.first}, {"task", task.second}, {"attempt", lease.attempt}});
  if (!lease.worker.empty()) facts.Set("worker", lease.worker);
  return facts;
}

void LeaseBook::Expire(const TaskKey& task, const Lease& lease, const std::string& reason) {
  Json facts = Facts(task, lease);
  facts.Set("reason", reason);
  expired_.push_back(std::move(facts));
}

void LeaseBook::Granted(const TaskRef& task, const pipelines::TaskAssignment& assignment) {
  const TaskKey key{task.step.text(), task.task};
  if (const auto earlier = out_.find(key); earlier != out_.end()) {
    Expire(key, earlier->second, "another attempt began");
  }
  out_[key] = {task.attempt, task.fence, {}};
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

void LeaseBook::Sent(const TaskRef& task, const WorkerId& worker) {
  const auto lease = out_.find({task.step.text(), task.task});
  if (lease == out_.end()) return;
  lease->second.worker = worker.text();
  if (!granted_.empty()) granted_.back().Set("worker", worker.text());
}

void LeaseBook::Denied(const TaskRef& task, const Status& why) {
  Json facts = Json::Of(
      {{"step", task.step.text()}, {"task", task.task}, {"reason", StatusCodeName(why.code())}});
  if (!why.diagnostic().empty()) facts.Set("code", why.diagnostic());
  denied_.push_back(std::move(facts));
}

void LeaseBook::Released(const TaskRef& task, const pipelines::TaskResult& result) {
  const TaskKey key{task.step.text(), task.task};
  const auto lease = out_.find(key);
  // A result that was known needed no keys.
  if (lease == out_.end() && task.fence == 0) return;
  Json facts =
      Facts(key, lease == out_.end() ? Lease{task.attempt, task.fence, {}} : lease->second);
  facts.Set("uses", SealCalls(result));
  released_.push_back(std::move(facts));
  if (lease != out_.end()) out_.erase(lease);
}

void LeaseBook::Ended(const AttemptEnd& end) {
  const TaskKey key{end.task.step.text(), end.task.task};
  const auto lease = out_.find(key);
  if (lease == out_.end() || (end.task.fence != 0 && lease->second.fence != end.task.fence)) return;
  if (end.reported) {
    Json facts = Facts(key, lease->second);
    facts.Set("failed", StatusCodeName(end.why.code()));
    released_.push_back(std::move(facts));
  } else {
    // The scheduler's own words; a message of a worker could hold others.
    Expire(key, lease->second, end.why.message());
  }
  out_.erase(lease);
}

void LeaseBook::ExpireAll() {
  for (const auto& [task, lease] : out_) Expire(task, lease, "the run ended");
  out_.clear();
}

std::string LeaseBook::HolderOf(const TaskRef& task) const {
  const auto lease = out_.find({task.step.text(), task.task});
  return lease == out_.end() ? std::string() : lease->second.worker;
}

Status LeaseBook::FlushList(const std::string& type,
                            std::vector<Json>& list,
                            const Append& append) {
  while (!list.empty()) {
    const size_t n = std::min(list.size(), kLeasesPerEntry);
    const auto end = list.begin() + static_cast<std::ptrdiff_t>(n);
    TRY(append(type, Json::Of({{"leases", Json(std::vector<Json>(list.begin(), end))}})));
    list.erase(list.begin(), end);
  }
  return OkStatus();
}

Status LeaseBook::Flush(const Append& append) {
  TRY(FlushList("lease.granted", granted_, append));
  while (!denied_.empty()) {
    TRY(append("lease.denied", denied_.front()));
    denied_.erase(denied_.begin());
  }
  TRY(FlushList("lease.released", released_, append));
  return FlushList("lease.expired", expired_, append);
}

}  // namespace signet::coordinator
