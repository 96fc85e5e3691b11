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
  Held& held = out_[key];
  if (!task.second) {
    for (const auto& earlier : held) Expire(key, earlier.second, "another attempt began");
    held.clear();
  }
  held[task.fence] = {task.attempt, task.fence, {}};
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
  const auto held = out_.find({task.step.text(), task.task});
  if (held == out_.end() || held->second.count(task.fence) == 0) return;
  held->second.at(task.fence).worker = worker.text();
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
  const Lease* const lease = Find(task);
  // A result that was known needed no keys.
  if (lease == nullptr && task.fence == 0) return;
  Json facts = Facts(key, lease == nullptr ? Lease{task.attempt, task.fence, {}} : *lease);
  facts.Set("uses", SealCalls(result));
  released_.push_back(std::move(facts));
  Forget(key, task.fence);
}

const LeaseBook::Lease* LeaseBook::Find(const TaskRef& task) const {
  const auto held = out_.find({task.step.text(), task.task});
  if (held == out_.end()) return nullptr;
  const auto lease = held->second.find(task.fence);
  return lease == held->second.end() ? nullptr : &lease->second;
}

void LeaseBook::Forget(const TaskKey& task, uint64_t fence) {
  const auto held = out_.find(task);
  if (held == out_.end()) return;
  held->second.erase(fence);
  if (held->second.empty()) out_.erase(held);
}

void LeaseBook::Ended(const AttemptEnd& end) {
  const TaskKey key{end.task.step.text(), end.task.task};
  const Lease* const lease = Find(end.task);
  if (lease == nullptr) return;
  if (end.reported) {
    Json facts = Facts(key, *lease);
    facts.Set("failed", StatusCodeName(end.why.code()));
    released_.push_back(std::move(facts));
  } else {
    // The scheduler's own words; a message of a worker could hold others.
    Expire(key, *lease, end.why.message());
  }
  Forget(key, end.task.fence);
}

void LeaseBook::ExpireAll() {
  for (const auto& [task, held] : out_) {
    for (const auto& lease : held) Expire(task, lease.second, "the run ended");
  }
  out_.clear();
}

std::string LeaseBook::HolderOf(const TaskRef& task) const {
  const Lease* const lease = Find(task);
  return lease == nullptr ? std::string() : lease->worker;
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
