#include "crypto/audit/group_commit.h"

#include <algorithm>
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
    Commit(group);
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
