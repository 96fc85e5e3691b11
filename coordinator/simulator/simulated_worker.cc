#include "coordinator/simulator/simulated_worker.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace signet::coordinator {

namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

}  // namespace

Status SimulatedSlots::Start(uint64_t fence, Bytes payload) {
  Task task;
  task.began = clock_.MonotonicMicros();
  task.ends = task.began + dice_.Between(1'000, 400'000) * slowness_;
  task.payload = std::move(payload);
  if (faults_) {
    const int64_t fate = dice_.Between(0, 99);
    if (fate < 5) task.status = Unavailable("simulated crash");
    if (fate >= 5 && fate < 7) task.status = Invalid("simulated bad input");
    if (fate >= 7 && fate < 10) task.ends = kNever;
    if (fate == 10) return Unavailable("simulated: cannot fork");
  }
  tasks_.emplace(fence, std::move(task));
  return OkStatus();
}

std::vector<workers::TaskEnd> SimulatedSlots::TakeEnded() {
  std::vector<workers::TaskEnd> ended;
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    if (task->second.ends > clock_.MonotonicMicros()) {
      ++task;
      continue;
    }
    ended.push_back({task->first, task->second.status, task->second.payload});
    task = tasks_.erase(task);
  }
  return ended;
}

std::vector<workers::TaskPulse> SimulatedSlots::Pulses() {
  std::vector<workers::TaskPulse> pulses;
  for (const auto& task : tasks_) {
    const int64_t ran = clock_.MonotonicMicros() - task.second.began;
    const bool hangs = task.second.ends == kNever;
    pulses.push_back({task.first, 0, hangs ? 0 : ran / 1'000});
  }
  return pulses;
}

int64_t SimulatedSlots::NextEnd() const {
  int64_t next = kNever;
  for (const auto& task : tasks_) next = std::min(next, task.second.ends);
  return next;
}

void SimulatedWorker::Start() {
  slots_ = std::make_unique<SimulatedSlots>(dice_, clock_, faults_);
  channel_ = network_.Connect(number_);
  workers::AgentOptions options;
  options.name = "worker-" + std::to_string(number_);
  options.boot = dice_.Next();
  options.slots = 1 + number_ % 3;
  options.join_ms_max = 0;
  // Number 0 has everything, so that each task can run somewhere: at least two slots, for gangs.
  if (number_ % 2 == 0) options.labels = {"even"};
  if (number_ == 0) options.slots = 2;
  options.memory_mb = number_ == 0 ? 100 : 50 * (number_ % 2);
  agent_ = std::make_unique<workers::Agent>(options, *channel_, *slots_, clock_);
}

void SimulatedWorker::Crash(int64_t until) {
  agent_.reset();
  slots_.reset();
  channel_.reset();
  network_.DropWorker(number_);
  down_until_ = until;
}

void SimulatedWorker::Turn() {
  const int64_t now = clock_.MonotonicMicros();
  if (now < paused_until_ || now < down_until_) return;
  if (agent_ == nullptr) Start();
  const Status turned = agent_->Turn();
  CHECK_FACTS(turned.ok(), turned.ToString());
}

int64_t SimulatedWorker::NextWake() const {
  if (agent_ == nullptr) return down_until_;
  return std::max(paused_until_, std::min(agent_->NextWake(), slots_->NextEnd()));
}

}  // namespace signet::coordinator
