/// The journal: the scheduler's records in the store, and the way back from there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/scheduler/event.h"
#include "coordinator/scheduler/record.h"
#include "coordinator/scheduler/scheduler.h"
#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Keeps under the prefix "sched/":
///   sched/head           u16 format, u64 term, u64 snapshot entry (0 = none), u32 snapshot chunks
///   sched/snap/NNNN/CCCC the scheduler's state after entry N, in chunks of at most 1 MiB
///   sched/log/NNNN       entry N: u64 check over (N, records), then the records
/// N and C are 16 hexadecimal digits. Entries count from 1 without a gap; one entry per write
/// batch. A torn tail is the store's to recover (a batch is whole or absent); a missing or changed
/// entry before the last is kCorrupt.
class Journal {
 public:
  /// `store` must outlive the journal. `entries_max`: after so many entries a snapshot replaces
  /// them.
  Journal(crypto::KvStore& store, int entries_max) : store_(store), entries_max_(entries_max) {}

  /// A deliberate defect, for the simulator's own test: Open passes over the newest entry.
  void ForgetNewestEntry() { forget_newest_ = true; }

  /// Rebuilds `scheduler` (new, empty) and begins a new term, durably. kCorrupt: refuse to start.
  Status Open(Scheduler& scheduler, Now now);

  /// Adds the records as one entry to `batch`, and a snapshot of `scheduler` (which has applied
  /// them) when it is due. Takes effect with the batch: call Written after the write.
  void Append(const std::vector<Record>& records,
              const Scheduler& scheduler,
              crypto::WriteBatch& batch);
  /// How the batch's write ended. After `false` the journal must be opened anew.
  void Written(bool durable);

  /// Counts the Opens of this store: which coordinator it is (the fence of frames).
  [[nodiscard]] uint64_t term() const { return term_; }
  [[nodiscard]] uint64_t entries() const { return next_ - 1; }

 private:
  Status ReadHead();
  Status ReadSnapshot(Scheduler& scheduler, Now now);
  Status ReadEntries(Scheduler& scheduler, Now now);
  Status ReplayEntry(uint64_t number, ByteView value, Scheduler& scheduler, Now now);
  void PutHead(crypto::WriteBatch& batch) const;
  void PutSnapshot(const Scheduler& scheduler, crypto::WriteBatch& batch);

  crypto::KvStore& store_;
  int entries_max_;
  uint64_t term_ = 0;
  uint64_t snapshot_entry_ = 0;
  uint32_t snapshot_chunks_ = 0;
  uint64_t next_ = 1;
  bool usable_ = false;
  bool forget_newest_ = false;
};

}  // namespace signet::coordinator
