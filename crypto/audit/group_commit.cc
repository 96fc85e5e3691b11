#include "crypto/audit/group_commit.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace signet::crypto {
namespace {

/// More callers than this wait for the next write.
constexpr size_t kGroupMax = 4096;

}  // namespace

Result<Recorded> GroupCommit::Record(AuditEvent event, WriteBatch batch, WithReceipt with) {
  Waiting mine{std::move(event), std::move(batch), with, Recorded{}, false};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  changed_.wait(lock, [&] { return mine.done || !writing_; });
  while (!mine.done) {
    // Nobody writes: this caller does, for all that are waiting (itself among them, or behind).
    writing_ = true;
    const size_t n = std::min(queue_.size(), kGroupMax);
    const std::vector<Waiting*> group(queue_.begin(),
                                      queue_.begin() + static_cast<std::ptrdiff_t>(n));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n));
    lock.unlock();
    Bring(group);
    lock.lock();
    for (Waiting* waiting : group) waiting->done = true;
    ++groups_;
    events_ += n;
    writing_ = false;
    changed_.notify_all();
  }
  return std::move(mine.outcome);
}

uint64_t GroupCommit::groups() const {
  const std::lock_guard lock(mutex_);
  return groups_;
}

uint64_t GroupCommit::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void GroupCommit::Bring(const std::vector<Waiting*>& group) {
  if (!post_) return Commit(group);
  const auto errand = std::make_shared<Errand>();
  post_([this, errand, group] {
    {
      // Whoever gave up waiting has taken its group's memory with it.
      const std::lock_guard lock(errand->mutex);
      if (errand->state == Errand::State::kAbandoned) return;
      errand->state = Errand::State::kRunning;
    }
    Commit(group);
    const std::lock_guard lock(errand->mutex);
    errand->state = Errand::State::kDone;
    errand->changed.notify_one();
  });
  std::unique_lock lock(errand->mutex);
  const bool begun = errand->changed.wait_for(lock, std::chrono::milliseconds(patience_ms_), [&] {
    return errand->state == Errand::State::kDone;
  });
  if (begun) return;
  if (errand->state == Errand::State::kRunning) {
    errand->changed.wait(lock, [&] { return errand->state == Errand::State::kDone; });
    return;
  }
  errand->state = Errand::State::kAbandoned;
  for (Waiting* waiting : group) {
    waiting->outcome = Unavailable("the log's owner did not answer; nothing was recorded");
  }
}

Status GroupCommit::Write(const std::vector<Waiting*>& group, WriteBatch& all) {
  bool receipts = false;
  for (Waiting* waiting : group) {
    const Result<uint64_t> index = log_.Append(waiting->event, all);
    if (!index.ok()) {
      waiting->outcome = index.status();
      continue;
    }
    waiting->outcome = Recorded{*index, {}};
    receipts = receipts || waiting->with == WithReceipt::kYes;
    all.Append(waiting->batch);
  }
  if (all.empty()) return OkStatus();
  Status ready;
  if (receipts) ready = log_.SignPending(all);
  const Status written = ready.ok() ? store_.Write(all, Durability::kSync) : ready;
  const Status settled = log_.Committed(written);
  return written.ok() ? settled : written;
}

void GroupCommit::Commit(const std::vector<Waiting*>& group) {
  WriteBatch all;
  const Status written = Write(group, all);
  for (Waiting* waiting : group) {
    if (!waiting->outcome.ok()) continue;
    if (!written.ok()) {
      waiting->outcome = written;
    } else if (waiting->with == WithReceipt::kYes) {
      Result<std::string> receipt = log_.ProveInclusion(waiting->outcome->index);
      if (receipt.ok()) {
        waiting->outcome->receipt = *std::move(receipt);
      } else {
        waiting->outcome = receipt.status();
      }
    }
  }
}

}  // namespace signet::crypto
