/// GroupCommit: many threads record events; those who wait together share one write to disk.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/audit/audit_log.h"

namespace signet::crypto {

enum class WithReceipt { kNo, kYes };

/// What became of an event.
struct Recorded {
  uint64_t index = 0;
  std::string receipt;  ///< .tlog-proof text, when it was asked for
};

/// Safe from any thread. While it lives, nobody else may append to the log; or the log belongs to a
/// thread that others can hand work to (a coordinator's loop), and `post` does that.
///
/// One of the waiting callers writes, or lets the log's thread write, for all: events, batches and,
/// if one of them wants a receipt, a checkpoint over them go into one batch with one sync; receipts
/// are made from the tree that is then durable. A checkpoint that covers what is not yet durable
/// never leaves this class.
class GroupCommit {
 public:
  /// Hands an action to the thread that owns the log, and returns at once.
  using Post = std::function<void(std::function<void()> action)>;

  /// All must outlive this. `store` is the log's own. Without `post` the callers write themselves.
  /// With it they wait `patience_ms` at most for that thread to begin with them: then kUnavailable,
  /// and nothing of them is ever written. An action that is posted and not yet run may outlive
  /// this.
  GroupCommit(AuditLog& log, KvStore& store, Post post = {}, int64_t patience_ms = 30'000)
      : log_(log), store_(store), post_(std::move(post)), patience_ms_(patience_ms) {}

  /// Blocks until the event and `batch` (what else belongs to it) are durable together, or not at
  /// all. Batches of one group are applied in the order of their events; where two callers write
  /// one key, the later one wins. kInvalid for an event that AuditEntryText refuses: nothing of
  /// this caller is written. Else the status of the write, for all of its group.
  Result<Recorded> Record(AuditEvent event,
                          WriteBatch batch = {},
                          WithReceipt with = WithReceipt::kNo);

  /// Groups written so far, and events in them: how well callers share.
  [[nodiscard]] uint64_t groups() const;
  [[nodiscard]] uint64_t events() const;

 private:
  /// One group on its way to the log's thread.
  struct Errand {
    enum class State { kWaiting, kRunning, kDone, kAbandoned };
    std::mutex mutex;
    std::condition_variable changed;
    State state = State::kWaiting;  ///< guarded by mutex
  };

  /// One waiting caller. Lives on its stack.
  struct Waiting {
    AuditEvent event;
    WriteBatch batch;
    WithReceipt with = WithReceipt::kNo;
    Result<Recorded> outcome = Recorded{};
    bool done = false;
  };

  /// Has `group` written where the log may be written.
  void Bring(const std::vector<Waiting*>& group);
  /// Writes `group` and fills in each outcome.
  void Commit(const std::vector<Waiting*>& group);
  Status Write(const std::vector<Waiting*>& group, WriteBatch& all);

  AuditLog& log_;
  KvStore& store_;
  Post post_;
  int64_t patience_ms_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting*> queue_;  // guarded by mutex_
  bool writing_ = false;        // guarded by mutex_: one caller at a time owns log and store
  uint64_t groups_ = 0;         // guarded by mutex_
  uint64_t events_ = 0;         // guarded by mutex_
};

}  // namespace signet::crypto
