// Figures of crypto: `name` is Signet's, `name/limit` what the same work costs at least.
// items_per_second (or bytes_per_second) is the figure; deploy/bench pairs them.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <benchmark/benchmark.h>

#include "crypto/base/entropy.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/hmac.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {
namespace {

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

void StorePuts(benchmark::State& state) {
  BenchFolder folder;
  SystemEntropy entropy;
  const auto store =
      OpenRocksStore(folder.path() / "db", entropy.RandomSecret(32), entropy).value();
  int64_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    WriteBatch batch;
    for (int i = 0; i < 1000; ++i) batch.Put("bench/" + std::to_string(n++), Bytes(200, 7));
    CHECK(store->Write(batch, Durability::kSync).ok());
  }
  state.SetItemsProcessed(n);
}

void Sealing(benchmark::State& state) {
  SystemEntropy entropy;
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes plain(size_t{16} << 20, 7);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(SealStream(key, entropy, {}, plain).value());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(plain.size()));
}

void SealingLimit(benchmark::State& state) {
  SystemEntropy entropy;
  const Aes256Gcm aead(entropy.RandomSecret(32));
  const Bytes nonce(Aes256Gcm::kNonceBytes, 1);
  const Bytes plain(16384, 7);
  Bytes out(plain.size() + Aes256Gcm::kTagBytes);
  for ([[maybe_unused]] auto _ : state) {
    aead.SealInto(nonce, {}, plain, out);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(plain.size()));
}

/// With a key of 64 bytes: as after an emergency re-key, a cover over each value.
void Pseudonyms(benchmark::State& state, size_t key_bytes) {
  SystemEntropy entropy;
  const LinkHasher hasher(entropy.RandomSecret(key_bytes));
  int64_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    const std::string email = "customer" + std::to_string(n++ % 100000) + "@example.com";
    benchmark::DoNotOptimize(hasher.Link(LinkType::kEmail, "", email));
  }
  state.SetItemsProcessed(n);
}

void PseudonymsLimit(benchmark::State& state) {
  SystemEntropy entropy;
  const HmacKey key(entropy.RandomSecret(32));
  const Bytes message(24, 7);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(key.Mac(message));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

BENCHMARK(StorePuts)->Name("store.puts_per_s")->UseRealTime();
BENCHMARK(Sealing)->Name("seal.gb_per_s_core");
BENCHMARK(SealingLimit)->Name("seal.gb_per_s_core/limit");
BENCHMARK_CAPTURE(Pseudonyms, bare, 32)->Name("pseudonym.values_per_s_core");
BENCHMARK_CAPTURE(Pseudonyms, covered, 64)->Name("pseudonym.covered_values_per_s_core");
BENCHMARK(PseudonymsLimit)->Name("pseudonym.values_per_s_core/limit");

}  // namespace
}  // namespace signet::crypto
