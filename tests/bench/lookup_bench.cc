// Figures of the lookup: a real server over mutual TLS on loopback, one client.
// lookup.single_p99_us is the counter `value`; lookup.batch_per_s is items_per_second: what
// deploy/bench divides by Redis' pipelined rate.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "coordinator/api/segment_client.h"
#include "coordinator/api/segment_server.h"
#include "coordinator/api/served_snapshots.h"
#include "crypto/base/check.h"
#include "tests/coordinator/api/serving_fixture.h"

namespace signet::coordinator {
namespace {

constexpr char kRecipient[] = "email_platform";
constexpr int kMembers = 100'000;
constexpr size_t kBatch = 1'000;

/// One server for all figures of this program.
class Service {
 public:
  Service()
      : served_(fixture_.folder(),
                fixture_.root() / "index",
                std::nullopt,
                fixture_.clock,
                fixture_.entropy) {
    CHECK(fixture_.Publish(kRecipient, "1", 0, kMembers).ok());
    CHECK(served_.Reload().ok());
    server_ = SegmentServer::Listen(fixture_.ServerOptions(), served_, fixture_.clock).value();
    thread_ = std::jthread([this] { CHECK(server_->Serve().ok()); });
    for (int n = 0; n < kMembers; ++n) tokens_.push_back(TokenOf(kRecipient, n));
  }
  ~Service() { server_->Stop(); }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  std::unique_ptr<SegmentClient> Client() {
    return SegmentClient::Connect(fixture_.ClientOptions(kRecipient, server_->port())).value();
  }
  [[nodiscard]] const std::vector<Uuid>& tokens() const { return tokens_; }

 private:
  ServingFixture fixture_;
  ServedSnapshots served_;
  std::unique_ptr<SegmentServer> server_;
  std::vector<Uuid> tokens_;
  std::jthread thread_;
};

Service& TheService() {
  static Service service;
  return service;
}

/// The given share of the sorted calls is at most this long, in microseconds.
double Quantile(std::vector<double> micros, double share) {
  CHECK(!micros.empty());
  std::sort(micros.begin(), micros.end());
  const auto at = static_cast<size_t>(share * static_cast<double>(micros.size() - 1));
  return micros[at];
}

void SingleLookups(benchmark::State& state) {
  const std::unique_ptr<SegmentClient> client = TheService().Client();
  const std::vector<Uuid>& tokens = TheService().tokens();
  std::vector<double> micros;
  size_t n = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto began = std::chrono::steady_clock::now();
    CHECK(client->IsMember("loyalty", "all", tokens[n++ % tokens.size()]).value());
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    micros.push_back(took.count());
  }
  state.counters["p50"] = Quantile(micros, 0.5);
  state.counters["value"] = Quantile(micros, 0.99);
}

void BatchedLookups(benchmark::State& state) {
  const std::unique_ptr<SegmentClient> client = TheService().Client();
  const std::vector<Uuid>& tokens = TheService().tokens();
  size_t first = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<Uuid> some(begin, begin + kBatch);
    CHECK(client->IsMemberBatch("loyalty", "even", some).value().size() == kBatch);
    first = (first + kBatch) % tokens.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kBatch));
}

BENCHMARK(SingleLookups)->Name("lookup.single_p99_us")->UseRealTime()->Iterations(20'000);
BENCHMARK(BatchedLookups)->Name("lookup.batch_per_s")->UseRealTime();

}  // namespace
}  // namespace signet::coordinator
