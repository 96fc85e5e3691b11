// Figures of the log: `name` is Signet's, `name/limit` what the same work costs at least.
// audit.receipts_per_s also prints p99_ms: how long one caller waits for event, sync and receipt.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/audit/audit_log.h"
#include "crypto/audit/group_commit.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/compact_range.h"
#include "crypto/transparency/log_verifier.h"

namespace signet::crypto {
namespace {

constexpr int64_t kEntriesPerBatch = 4096;
/// What one verification reads; SIGNET_BENCH_ENTRIES makes it larger (10,000,000 for the goal).
constexpr int64_t kVerifiedEntries = 1'000'000;
constexpr double kGoalEntries = 10e6;
constexpr int kCallers = 64;
constexpr int kReceiptsEach = 100;

/// A fresh folder on the disk of the working directory (not a tmpfs: fsync must count).
class BenchFolder {
 public:
  BenchFolder() {
    std::string pattern = (std::filesystem::current_path() / "signet-bench-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~BenchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

AuditEvent EventNumber(int64_t i) {
  return {"task.finished",
          "coordinator",
          "finish",
          {},
          "run-0001",
          "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          Json::Of({{"step", "gate"}, {"task", i}, {"rows", 125000}}),
          {}};
}

/// A log on RocksDB with sync, as the coordinator has it.
struct DurableLog {
  BenchFolder folder;
  SystemEntropy entropy;
  SystemClock clock;
  std::unique_ptr<KvStore> store;
  std::unique_ptr<AuditLog> log;

  DurableLog() {
    store = OpenRocksStore(folder.path() / "db", entropy.RandomSecret(32), entropy).value();
    log = AuditLog::Open(*store,
                         Ed25519PrivateKey::FromSeed(entropy.RandomSecret(32)),
                         "signet.bench/audit",
                         clock,
                         folder.path() / "checkpoint.note")
              .value();
  }

  /// Appends `n` events from number `first` in batches.
  void Fill(int64_t first, int64_t n) const {
    for (int64_t done = 0; done < n;) {
      WriteBatch batch;
      for (int64_t i = 0; i < kEntriesPerBatch && done < n; ++i, ++done) {
        benchmark::DoNotOptimize(log->Append(EventNumber(first + done), batch).value());
      }
      CHECK(log->Committed(store->Write(batch, Durability::kSync)).ok());
    }
  }
};

void Entries(benchmark::State& state) {
  DurableLog durable;
  int64_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    durable.Fill(n, kEntriesPerBatch);
    n += kEntriesPerBatch;
  }
  state.SetItemsProcessed(n);
}

void EntriesLimit(benchmark::State& state) {
  const std::string entry = *AuditEntryText(EventNumber(1), 1, Timestamp{1}, "the plan");
  TreeHasher hasher;
  CompactRange range;
  for ([[maybe_unused]] auto _ : state) {
    range.Append(hasher.Leaf(AsBytes(entry)), hasher);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

/// Milliseconds that one caller waited for each of its receipts.
std::vector<double> WaitsOf(GroupCommit& group, Clock& clock) {
  std::vector<double> waits;
  waits.reserve(kReceiptsEach);
  for (int i = 0; i < kReceiptsEach; ++i) {
    const int64_t begin = clock.MonotonicMicros();
    CHECK(group.Record(EventNumber(i), {}, WithReceipt::kYes).ok());
    waits.push_back(static_cast<double>(clock.MonotonicMicros() - begin) / 1e3);
  }
  return waits;
}

/// Many callers, each waiting for its own receipt before its next event.
void Receipts(benchmark::State& state) {
  DurableLog durable;
  GroupCommit group(*durable.log, *durable.store);
  std::mutex mutex;
  std::vector<double> waits_ms;
  for ([[maybe_unused]] auto _ : state) {
    std::vector<std::jthread> callers;
    callers.reserve(kCallers);
    for (int c = 0; c < kCallers; ++c) {
      callers.emplace_back([&] {
        const std::vector<double> mine = WaitsOf(group, durable.clock);
        const std::lock_guard lock(mutex);
        waits_ms.insert(waits_ms.end(), mine.begin(), mine.end());
      });
    }
  }
  std::sort(waits_ms.begin(), waits_ms.end());
  state.counters["p50_ms"] = waits_ms[waits_ms.size() / 2];
  state.counters["p99_ms"] = waits_ms[waits_ms.size() * 99 / 100];
  state.counters["per_sync"] =
      static_cast<double>(group.events()) / static_cast<double>(group.groups());
  state.SetItemsProcessed(static_cast<int64_t>(waits_ms.size()));
}

/// What a receipt costs at least: a sync shared by as many callers.
void ReceiptsLimit(benchmark::State& state) {
  DurableLog durable;
  int64_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    WriteBatch batch;
    batch.Put("bench/sync", std::string_view("x"));
    CHECK(durable.store->Write(batch, Durability::kSync).ok());
    n += kCallers;
  }
  state.SetItemsProcessed(n);
}

int64_t VerifiedEntries() {
  const char* const wanted = std::getenv("SIGNET_BENCH_ENTRIES");  // NOLINT(concurrency-mt-unsafe)
  return wanted != nullptr ? std::atoll(wanted) : kVerifiedEntries;
}

/// Processor time of this process, all threads, in seconds.
double CpuSeconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

/// The whole log from its exported files: entries, tiles, roots, signature. The figure is in
/// seconds for 10 M entries on two threads; `cpu_s` is the processor time of the same, which a
/// loaded machine does not stretch.
void Verify(benchmark::State& state) {
  const int64_t entries = VerifiedEntries();
  DurableLog durable;
  durable.Fill(0, entries);
  CHECK(durable.log->SignCheckpoint().ok());
  CHECK(durable.log->Export(durable.folder.path() / "export").ok());
  const double scale = kGoalEntries / static_cast<double>(entries);
  double cpu_s = 0;
  double wall_s = 0;
  for ([[maybe_unused]] auto _ : state) {
    FolderLog files(durable.folder.path() / "export");
    const double cpu_began = CpuSeconds();
    const int64_t began = durable.clock.MonotonicMicros();
    const auto verified =
        VerifyLog(files, durable.log->key(), {.since = {}, .pruned_below = 0, .threads = 2});
    CHECK(verified.ok());
    wall_s = static_cast<double>(durable.clock.MonotonicMicros() - began) / 1e6;
    cpu_s = CpuSeconds() - cpu_began;
  }
  state.counters["value"] = wall_s * scale;
  state.counters["cpu_s"] = cpu_s * scale;
  state.counters["entries"] = static_cast<double>(entries);
}

/// Appends the same entry `n` times to a tree of its own.
void HashAll(const std::string& entry, int64_t n) {
  TreeHasher hasher;
  CompactRange range;
  for (int64_t i = 0; i < n; ++i) range.Append(hasher.Leaf(AsBytes(entry)), hasher);
  benchmark::DoNotOptimize(range.Root(hasher));
}

/// What verification costs at least: each entry hashed once, and the tree, by two threads.
void VerifyLimit(benchmark::State& state) {
  const std::string entry = *AuditEntryText(EventNumber(1), 1, Timestamp{1}, "the plan");
  constexpr int64_t kEach = 200'000;
  SystemClock clock;
  double wall_s = 0;
  double cpu_s = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double cpu_began = CpuSeconds();
    const int64_t began = clock.MonotonicMicros();
    {
      std::vector<std::jthread> threads;
      threads.reserve(2);
      for (int t = 0; t < 2; ++t) threads.emplace_back([&entry] { HashAll(entry, kEach); });
    }
    wall_s = static_cast<double>(clock.MonotonicMicros() - began) / 1e6;
    cpu_s = CpuSeconds() - cpu_began;
  }
  const double scale = kGoalEntries / static_cast<double>(2 * kEach);
  state.counters["value"] = wall_s * scale;
  state.counters["cpu_s"] = cpu_s * scale;
}

BENCHMARK(Entries)->Name("audit.entries_per_s")->UseRealTime();
BENCHMARK(EntriesLimit)->Name("audit.entries_per_s/limit");
BENCHMARK(Receipts)->Name("audit.receipts_per_s")->UseRealTime();
BENCHMARK(ReceiptsLimit)->Name("audit.receipts_per_s/limit")->UseRealTime();
BENCHMARK(Verify)->Name("audit.verify_10m_s")->UseRealTime()->Iterations(1);
BENCHMARK(VerifyLimit)->Name("audit.verify_10m_s/limit")->UseRealTime()->Iterations(3);

}  // namespace
}  // namespace signet::crypto
