#include "coordinator/requests/schedule_lane.h"

#include <chrono>
#include <utility>

#include "coordinator/requests/file_watch.h"

namespace signet::coordinator {

ScheduleLane::ScheduleLane(LaneTools tools, std::string files, int64_t settle_ms)
    : tools_(std::move(tools)),
      files_(std::move(files)),
      settle_ms_(settle_ms),
      thread_([this] { Work(); }) {}

ScheduleLane::~ScheduleLane() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ScheduleLane::Plan(RunRequest request, Timestamp due) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    job_ = Job{std::move(request), due};
    planning_ = true;
  }
  changed_.notify_all();
}

bool ScheduleLane::busy() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return planning_;
}

std::optional<PlannedMoment> ScheduleLane::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (planned_) planning_ = false;
  return std::exchange(planned_, std::nullopt);
}

std::optional<std::string> ScheduleLane::Settled() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return settled_;
}

void ScheduleLane::Work() {
  FileWatch watch(settle_ms_ * 1'000);
  SystemClock clock;
  for (;;) {
    if (!files_.empty()) {
      const Result<std::string> seen = tools_.look(files_);
      const bool settled = seen.ok() && watch.Saw(*seen, clock.MonotonicMicros());
      const std::lock_guard<std::mutex> lock(mutex_);
      settled_ = settled ? std::optional<std::string>(*seen) : std::nullopt;
    }
    std::optional<Job> job;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto called = [this] { return stopping_ || job_.has_value(); };
      if (files_.empty()) {
        changed_.wait(lock, called);
      } else {
        changed_.wait_for(lock, std::chrono::milliseconds(tools_.poll_ms), called);
      }
      if (stopping_) return;
      job = std::exchange(job_, std::nullopt);
    }
    if (!job) continue;
    PlannedMoment planned{job->due, watch.fingerprint(), tools_.plan(job->request, job->due)};
    const std::lock_guard<std::mutex> lock(mutex_);
    planned_ = std::move(planned);
  }
}

}  // namespace signet::coordinator
