// Figures of keys and cells: `name` is Signet's, `name/limit` what the same work costs at least.
// items_per_second is the figure; deploy/bench pairs them.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/keys/custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/siv.h"
#include "crypto/store/kv_store.h"
#include "pipelines/govern/cell_sealer.h"

namespace signet {
namespace {

constexpr int kPartitions = 64;
constexpr size_t kSubjects = 1'000'000;
constexpr size_t kKeysBytes = 16 + 32 + 32;  // SubjectId, cell key, log key

/// Custody in memory: the bench measures the vault, not the disk under key files.
class MemoryCustody final : public crypto::Custody {
 public:
  [[nodiscard]] std::string Describe() const override { return "memory"; }
  Result<SecretBytes> BaseKey() override { return SystemEntropy().RandomSecret(32); }
  Result<std::unique_ptr<crypto::HeldKey>> Kek(uint32_t generation) override {
    return std::unique_ptr<crypto::HeldKey>(
        std::make_unique<crypto::SoftKey>(keks_.at(generation).Clone()));
  }
  Result<uint32_t> NewKek(Entropy& entropy) override {
    const auto generation = static_cast<uint32_t>(keks_.size() + 1);
    keks_.emplace(generation, entropy.RandomSecret(32));
    return generation;
  }
  Status ActivateKek(uint32_t generation) override {
    current_ = generation;
    return OkStatus();
  }
  Result<uint32_t> CurrentKek() override { return current_; }
  Status DestroyKek(uint32_t generation, Timestamp now) override {
    destroyed_[generation] = now;
    return OkStatus();
  }
  Result<std::optional<Timestamp>> DestroyedAt(uint32_t generation) override {
    const auto found = destroyed_.find(generation);
    if (found == destroyed_.end()) return std::optional<Timestamp>();
    return std::optional<Timestamp>(found->second);
  }
  Result<uint32_t> NewestKek() override { return static_cast<uint32_t>(keks_.size()); }

 private:
  std::map<uint32_t, SecretBytes> keks_;
  std::map<uint32_t, Timestamp> destroyed_;
  uint32_t current_ = 0;
};

/// Seconds of one iteration, as a figure of its own.
benchmark::Counter SecondsEach(const benchmark::State& state) {
  return {static_cast<double>(state.iterations()),
          benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

void Cells(benchmark::State& state) {
  SystemEntropy entropy;
  const pipelines::CellSealer sealer(entropy.RandomSecret(32));
  int64_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    const std::string email = "customer" + std::to_string(n % 100000) + "@example.com";
    benchmark::DoNotOptimize(sealer.SealEncrypted("crm.email", email));
    ++n;
  }
  state.SetItemsProcessed(n);
}

void CellsLimit(benchmark::State& state) {
  SystemEntropy entropy;
  const crypto::Aes256Siv siv(entropy.RandomSecret(64));
  const Bytes plain(32, 7);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(siv.Seal({AsBytes("crm.email")}, plain));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

/// A new KEK generation over the keyrings of a million subjects: every data key wrapped anew, every
/// keyring opened and sealed again under a new data key, as an erasure's sweep does.
void NewGeneration(benchmark::State& state) {
  SystemEntropy entropy;
  SystemClock clock;
  MemoryCustody custody;
  const auto store = crypto::NewMemoryStore();
  const auto vault = crypto::KeyVault::Open(custody, *store, entropy, clock).value();
  struct Keyring {
    DekId dek;
    Bytes sealed;
  };
  std::vector<Keyring> keyrings(kPartitions);
  crypto::WriteBatch first;
  for (int p = 0; p < kPartitions; ++p) {
    Keyring& keyring = keyrings[static_cast<size_t>(p)];
    keyring.dek = vault->NewDek({"@keyring", "1", p, "escrow"}, first).value();
    Bytes plain(kSubjects / kPartitions * kKeysBytes);
    entropy.Fill(plain);
    keyring.sealed =
        crypto::SealStream(*vault->OpenDek(keyring.dek), entropy, AsBytes("keyring"), plain)
            .value();
  }
  CHECK(store->Write(first, crypto::Durability::kSync).ok());
  for ([[maybe_unused]] auto _ : state) {
    crypto::WriteBatch batch;
    for (int p = 0; p < kPartitions; ++p) {
      Keyring& keyring = keyrings[static_cast<size_t>(p)];
      Bytes plain =
          crypto::OpenStream(*vault->OpenDek(keyring.dek), AsBytes("keyring"), keyring.sealed)
              .value();
      CHECK(vault->DestroyDek(keyring.dek, batch).ok());
      keyring.dek = vault->NewDek({"@keyring", "2", p, "escrow"}, batch).value();
      keyring.sealed =
          crypto::SealStream(*vault->OpenDek(keyring.dek), entropy, AsBytes("keyring"), plain)
              .value();
      Wipe(plain.data(), plain.size());
    }
    CHECK(vault->RotateKek(batch).ok());
    CHECK(store->Write(batch, crypto::Durability::kSync).ok());
    CHECK(vault->DestroyOldKeks(clock.Now()).ok());
  }
  state.counters["value"] = SecondsEach(state);
}

/// What it costs at least: the same bytes opened and sealed once.
void NewGenerationLimit(benchmark::State& state) {
  SystemEntropy entropy;
  const SecretBytes key = entropy.RandomSecret(32);
  Bytes plain(kSubjects / kPartitions * kKeysBytes);
  entropy.Fill(plain);
  const Bytes sealed = crypto::SealStream(key, entropy, AsBytes("keyring"), plain).value();
  for ([[maybe_unused]] auto _ : state) {
    for (int p = 0; p < kPartitions; ++p) {
      benchmark::DoNotOptimize(crypto::OpenStream(key, AsBytes("keyring"), sealed).value());
      benchmark::DoNotOptimize(crypto::SealStream(key, entropy, AsBytes("keyring"), plain).value());
    }
  }
  state.counters["value"] = SecondsEach(state);
}

BENCHMARK(Cells)->Name("cells.values_per_s_core");
BENCHMARK(CellsLimit)->Name("cells.values_per_s_core/limit");
BENCHMARK(NewGeneration)->Name("keys.new_generation_1m_s")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(NewGenerationLimit)
    ->Name("keys.new_generation_1m_s/limit")
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

}  // namespace
}  // namespace signet
