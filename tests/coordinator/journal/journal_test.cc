#include "coordinator/journal/journal.h"

#include <memory>
#include <string>

#include "crypto/store/faulting_store.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {
namespace {

constexpr Now kNow{1'000'000, Timestamp{1'760'000'000'000'000}};

RunSpec RunOf(int number) {
  RunSpec run;
  run.id = RunId("r" + std::to_string(number));
  run.context = "plan digest";
  run.steps.resize(1);
  run.steps[0].id = StepId("a");
  return run;
}

class JournalTest : public testing::Test {
 protected:
  /// Submits runs, one write batch for each.
  void Write(int runs, int entries_max = 1'000) {
    Scheduler scheduler{SchedulerOptions{}};
    Journal journal(*store_, entries_max);
    ASSERT_TRUE(journal.Open(scheduler, kNow).ok());
    for (int i = 0; i < runs; ++i) {
      const Outcome out = scheduler.Step(SubmitRun{RunOf(next_run_++)}, kNow);
      crypto::WriteBatch batch;
      journal.Append(out.records, scheduler, batch);
      const Status written = store_->Write(batch, crypto::Durability::kSync);
      journal.Written(written.ok());
      ASSERT_TRUE(written.ok());
    }
    state_ = scheduler.Snapshot();
  }
  Status Reopen(uint64_t* term = nullptr) {
    Scheduler scheduler{SchedulerOptions{}};
    Journal journal(*store_, 1'000);
    TRY(journal.Open(scheduler, kNow));
    if (term != nullptr) *term = journal.term();
    EXPECT_TRUE(scheduler.Snapshot() == state_);
    return OkStatus();
  }
  int Entries() {
    int entries = 0;
    EXPECT_TRUE(store_
                    ->Scan("sched/log/",
                           [&](std::string_view, ByteView) {
                             ++entries;
                             return OkStatus();
                           })
                    .ok());
    return entries;
  }
  std::string Key(int entry) {
    Bytes raw;
    AppendU64(raw, static_cast<uint64_t>(entry));
    return "sched/log/" + ToHex(raw);
  }

  std::unique_ptr<crypto::KvStore> store_ = crypto::NewMemoryStore();
  Bytes state_;
  int next_run_ = 0;
};

TEST_F(JournalTest, ReplayRebuildsTheStateAndEveryOpenIsANewTerm) {
  Write(10);
  uint64_t second = 0;
  uint64_t third = 0;
  ASSERT_TRUE(Reopen(&second).ok());
  ASSERT_TRUE(Reopen(&third).ok());
  EXPECT_EQ(second, 2U);
  EXPECT_EQ(third, 3U);
}

TEST_F(JournalTest, ASnapshotBoundsTheReplay) {
  Write(25, /*entries_max=*/10);
  EXPECT_EQ(Entries(), 5);
  ASSERT_TRUE(Reopen().ok());
  Write(25, /*entries_max=*/10);
  EXPECT_LT(Entries(), 10);
  ASSERT_TRUE(Reopen().ok());
}

TEST_F(JournalTest, AMissingEntryInTheMiddleIsRefused) {
  Write(10);
  crypto::WriteBatch batch;
  batch.Delete(Key(5));
  ASSERT_TRUE(store_->Write(batch, crypto::Durability::kSync).ok());
  const Status status = Reopen();
  EXPECT_EQ(status.code(), StatusCode::kCorrupt);
  EXPECT_NE(status.message().find("entry 5"), std::string::npos) << status.message();
}

TEST_F(JournalTest, AMissingTailIsWhatWasNeverWritten) {
  Write(9);
  const Bytes want = state_;
  Write(1);
  crypto::WriteBatch batch;
  batch.Delete(Key(10));
  ASSERT_TRUE(store_->Write(batch, crypto::Durability::kSync).ok());
  state_ = want;
  EXPECT_TRUE(Reopen().ok());
}

TEST_F(JournalTest, AnyFlippedByteIsRefused) {
  Write(3);
  const Bytes good = **store_->Get(Key(2));
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x40U;
    ASSERT_TRUE(store_->Put(Key(2), bad).ok());
    EXPECT_EQ(Reopen().code(), StatusCode::kCorrupt) << i;
  }
  ASSERT_TRUE(store_->Put(Key(2), good).ok());
  EXPECT_TRUE(Reopen().ok());
}

TEST_F(JournalTest, EntriesInAnotherOrderAreRefused) {
  Write(4);
  const Bytes two = **store_->Get(Key(2));
  const Bytes three = **store_->Get(Key(3));
  ASSERT_TRUE(store_->Put(Key(2), three).ok());
  ASSERT_TRUE(store_->Put(Key(3), two).ok());
  EXPECT_EQ(Reopen().code(), StatusCode::kCorrupt);
}

TEST_F(JournalTest, AnotherFormatIsRefusedWithARemedy) {
  Write(1);
  Bytes head = **store_->Get("sched/head");
  head[1] = 99;
  ASSERT_TRUE(store_->Put("sched/head", head).ok());
  const Status status = Reopen();
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_FALSE(status.remedy().empty());
}

}  // namespace
}  // namespace signet::coordinator
