#include "crypto/audit/group_commit.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/store/faulting_store.h"
#include "crypto/transparency/receipt.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

class GroupCommitTest : public AuditWorld {};

/// Records `n` events of thread `t`, each with a write of its own.
std::vector<Result<Recorded>> RecordAll(GroupCommit& group, uint64_t t, uint64_t n) {
  std::vector<Result<Recorded>> outcomes;
  outcomes.reserve(n);
  for (uint64_t i = 0; i < n; ++i) {
    WriteBatch batch;
    const std::string key = "state/" + std::to_string(t) + "/" + std::to_string(i);
    batch.Put(key, std::string_view("done"));
    outcomes.push_back(group.Record(EventNumber(t * n + i), std::move(batch), WithReceipt::kYes));
  }
  return outcomes;
}

void ExpectReceipts(const std::vector<Result<Recorded>>& outcomes) {
  for (const Result<Recorded>& outcome : outcomes) {
    ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
    EXPECT_FALSE(outcome->receipt.empty());
  }
}

TEST_F(GroupCommitTest, ManyThreadsShareWritesAndEachGetsItsOwnReceipt) {
  auto log = Open();
  ASSERT_TRUE(log.ok());
  GroupCommit group(**log, *store_);
  constexpr uint64_t kThreads = 8;
  constexpr uint64_t kEach = 40;
  std::vector<std::vector<Result<Recorded>>> outcomes(kThreads);
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] { outcomes[t] = RecordAll(group, t, kEach); });
    }
  }
  EXPECT_EQ((*log)->size(), kThreads * kEach);
  EXPECT_EQ(group.events(), kThreads * kEach);
  EXPECT_LE(group.groups(), group.events());
  std::set<uint64_t> indexes;
  for (uint64_t t = 0; t < kThreads; ++t) {
    for (uint64_t i = 0; i < kEach; ++i) {
      const Result<Recorded>& outcome = outcomes[t][i];
      ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
      EXPECT_TRUE(indexes.insert(outcome->index).second);
      const Bytes entry = *(*log)->reader().EntryBytes(outcome->index);
      EXPECT_EQ((*Json::Parse(AsText(entry)))["facts"]["n"].AsInt(),
                static_cast<int64_t>(t * kEach + i));
      const auto receipt = Receipt::FromText(outcome->receipt);
      ASSERT_TRUE(receipt.ok());
      EXPECT_TRUE(VerifyReceipt(*receipt, entry, (*log)->key()).ok());
      const std::string key = "state/" + std::to_string(t) + "/" + std::to_string(i);
      EXPECT_TRUE((*store_->Get(key)).has_value()) << "the batch is in the same write";
    }
  }
  EXPECT_TRUE((*log)->VerifyAll().ok());
}

TEST_F(GroupCommitTest, ARefusedEventWritesNothingOfItsCaller) {
  auto log = Open();
  GroupCommit group(**log, *store_);
  WriteBatch batch;
  batch.Put("state/x", std::string_view("done"));
  AuditEvent event = EventNumber(1);
  event.why = "a\nb";
  EXPECT_EQ(group.Record(event, std::move(batch)).status().code(), StatusCode::kInvalid);
  EXPECT_FALSE((*store_->Get("state/x")).has_value());
  EXPECT_EQ((*log)->size(), 0U);
  EXPECT_EQ(group.Record(EventNumber(2))->index, 0U);
}

TEST_F(GroupCommitTest, AFailedWriteIsToldAndTheLogGoesOn) {
  FaultingStore faulting(*store_);
  auto log = AuditLog::Open(faulting, Key(), "signet.test/audit", clock_, remembered_);
  ASSERT_TRUE(log.ok());
  GroupCommit group(**log, faulting);
  ASSERT_TRUE(group.Record(EventNumber(0), {}, WithReceipt::kYes).ok());
  for (const WriteFault fault : {WriteFault::kRefused, WriteFault::kLost, WriteFault::kApplied}) {
    faulting.FailWrite(fault);
    const auto failed = group.Record(EventNumber(1), {}, WithReceipt::kYes);
    EXPECT_FALSE(failed.ok());
    const auto next = group.Record(EventNumber(2), {}, WithReceipt::kYes);
    ASSERT_TRUE(next.ok()) << next.status().ToString();
    EXPECT_EQ(next->index + 1, (*log)->size());
  }
  EXPECT_TRUE((*log)->VerifyAll().ok());
  // 1 + (refused: +1) + (lost: +1) + (applied: +2).
  EXPECT_EQ((*log)->size(), 5U);
}

TEST_F(GroupCommitTest, TheRememberedCheckpointCatchesUpWhenTheLogCloses) {
  std::string last;
  {
    auto log = Open();
    GroupCommit group(**log, *store_);
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(group.Record(EventNumber(1), {}, WithReceipt::kYes).ok());
    }
    last = *(*log)->reader().LastCheckpoint();
  }
  EXPECT_EQ(std::string(AsText(*ReadFile(remembered_))), last);
}

TEST_F(GroupCommitTest, WhereTheLogBelongsToOneThreadThatThreadWritesForAll) {
  auto log = Open();
  ASSERT_TRUE(log.ok());
  std::mutex mutex;
  std::condition_variable ready;
  std::vector<std::function<void()>> actions;
  bool over = false;
  std::jthread owner([&] {
    std::unique_lock lock(mutex);
    while (true) {
      ready.wait(lock, [&] { return over || !actions.empty(); });
      if (actions.empty()) return;
      const std::vector<std::function<void()>> now = std::exchange(actions, {});
      lock.unlock();
      for (const std::function<void()>& action : now) action();
      lock.lock();
    }
  });
  GroupCommit group(**log, *store_, [&](std::function<void()> action) {
    const std::lock_guard lock(mutex);
    actions.push_back(std::move(action));
    ready.notify_one();
  });
  {
    std::vector<std::jthread> callers;
    callers.reserve(4);
    for (uint64_t t = 0; t < 4; ++t) {
      callers.emplace_back([&, t] { ExpectReceipts(RecordAll(group, t, 20)); });
    }
  }
  {
    const std::lock_guard lock(mutex);
    over = true;
    ready.notify_one();
  }
  owner.join();
  EXPECT_EQ((*log)->size(), 80U);
  EXPECT_TRUE((*log)->VerifyAll().ok());
}

TEST_F(GroupCommitTest, WhoWasToldThatNobodyAnsweredIsNeverWritten) {
  auto log = Open();
  ASSERT_TRUE(log.ok());
  std::vector<std::function<void()>> actions;
  GroupCommit group(
      **log,
      *store_,
      [&](std::function<void()> action) { actions.push_back(std::move(action)); },
      /*patience_ms=*/1);
  EXPECT_EQ(group.Record(EventNumber(1)).status().code(), StatusCode::kUnavailable);
  ASSERT_EQ(actions.size(), 1U);
  actions.front()();  // the owner comes late
  EXPECT_EQ((*log)->size(), 0U);
}

}  // namespace
}  // namespace signet::crypto
