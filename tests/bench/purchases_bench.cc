// Purchase models, RFM, behaviour features and item-item: the figures fit.bgnbd_s, fit.paretonbd_s,
// features.rows_per_s, rfm.rows_per_s and recommend.item_item_s, as counters named `value`.
//
// SIGNET_BENCH_FEATURE_ROWS (10,000,000), SIGNET_BENCH_EVENTS (10,000,000): sizes.
// SIGNET_BENCH_HISTORIES: a path to which the fitted histories are written, for purchases_peer.py.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/base/entropy.h"
#include "crypto/base/text.h"
#include "pipelines/features/behaviour_features.h"
#include "pipelines/features/rfm.h"
#include "pipelines/math/item_similarity.h"
#include "pipelines/math/purchase_model.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

int64_t SizeFrom(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, at the start
  return text == nullptr ? otherwise : IntegerFromText(text).value();
}

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

/// As many customers as CDNOW has, over its 39 weeks, counted in days as there.
std::vector<PurchaseHistory> Histories() {
  SeededEntropy entropy(1);
  const auto uniform = [&] {
    return (static_cast<double>(entropy.Next() >> 11) + 0.5) * 0x1.0p-53;
  };
  std::vector<PurchaseHistory> histories;
  for (int i = 0; i < 23'570; ++i) {
    PurchaseHistory h;
    h.observed = std::floor(189 + 84 * uniform()) / 7;
    // A skewed rate, and a chance to leave after each purchase.
    const double rate = 0.12 * std::pow(uniform(), 3) / (0.05 + uniform());
    const double leave = std::pow(uniform(), 3);
    double time = 0;
    while (true) {
      time += std::ceil(-std::log(uniform()) / rate * 7) / 7;
      if (time > h.observed) break;
      ++h.repeats;
      h.recency = time;
      if (uniform() < leave) break;
    }
    histories.push_back(h);
  }
  const char* path = std::getenv("SIGNET_BENCH_HISTORIES");  // NOLINT(concurrency-mt-unsafe)
  if (path != nullptr) {
    std::ofstream out(path);
    out << "frequency,recency,T\n";
    for (const PurchaseHistory& h : histories) {
      out << FixedText(h.repeats, 0) << "," << FixedText(h.recency, 12) << ","
          << FixedText(h.observed, 12) << "\n";
    }
  }
  return histories;
}

void FitFamily(benchmark::State& state, PurchaseFamily family) {
  const std::vector<PurchaseHistory> histories = Histories();
  double best = HUGE_VAL;
  double log_likelihood = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    log_likelihood = PurchaseModel::Fit(family, histories).value().log_likelihood();
    best = std::min(best, Seconds(start));
  }
  state.counters["value"] = best;
  state.counters["log_likelihood"] = log_likelihood;
}

void BgNbdFit(benchmark::State& state) {
  FitFamily(state, PurchaseFamily::kBgNbd);
}
BENCHMARK(BgNbdFit)->Name("fit.bgnbd_s")->Iterations(5)->Unit(benchmark::kMillisecond);

void ParetoFit(benchmark::State& state) {
  FitFamily(state, PurchaseFamily::kParetoNbd);
}
BENCHMARK(ParetoFit)->Name("fit.paretonbd_s")->Iterations(2)->Unit(benchmark::kMillisecond);

/// Orders of rows / 25 customers over two years.
std::unique_ptr<query::Database> Orders(int64_t rows) {
  auto database =
      query::Database::Open({.threads = 2, .memory_mb = 12'000, .readable_paths = {}}).value();
  const std::string customers = std::to_string(rows / 25 + 1);
  const Status made = database->Connect()->Execute(
      "CREATE TABLE orders AS SELECT CAST(md5(CAST(i * 2654435761 % " + customers +
      " AS VARCHAR)) AS UUID) AS subject, TIMESTAMP '2024-07-01' + to_seconds((i * 48271 % "
      "2147483647 "
      "% 63072000)) AS bought, CAST(i * 7919 % 10000 AS DECIMAL(18,4)) / 100 AS amount, CASE WHEN "
      "i % "
      "3 = 0 THEN 'web' ELSE 'store' END AS channel FROM range(" +
      std::to_string(rows) + ") t(i)");
  CHECK(made.ok());
  return database;
}

void BehaviourRate(benchmark::State& state) {
  const int64_t rows = SizeFrom("SIGNET_BENCH_FEATURE_ROWS", 10'000'000);
  const auto database = Orders(rows);
  const auto connection = database->Connect();
  const FeatureOptions options =
      FeatureOptions::FromJson(*Json::Parse(R"({"cutoff": "2026-07-01", "events": {"orders": {
          "time": "bought", "amount": "amount", "channel": "channel",
          "channels": ["store", "web"]}}})"))
          .value();
  const std::map<std::string, Schema> inputs = {{"orders",
                                                 {{{"subject", ColumnType::kUuid, {}},
                                                   {"bought", ColumnType::kTimestamp, {}},
                                                   {"amount", ColumnType::kDecimal, {}},
                                                   {"channel", ColumnType::kText, {}}}}}};
  StageContext context;
  context.as_of = *TimestampFromText("2026-07-01");
  double rate = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(RunFeatures(*connection, options, inputs, context).ok());
    rate = static_cast<double>(rows) / Seconds(start);
    CHECK(connection->Execute("DROP TABLE out").ok());
  }
  state.counters["value"] = rate;
}
BENCHMARK(BehaviourRate)->Name("features.rows_per_s")->Iterations(1);

void RfmRate(benchmark::State& state) {
  const int64_t rows = SizeFrom("SIGNET_BENCH_FEATURE_ROWS", 10'000'000);
  const auto database = Orders(rows);
  const auto connection = database->Connect();
  double rate = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(
        ComputeRfm(
            *connection,
            {"orders", "subject", "bought", "amount", "", *TimestampFromText("2026-07-01"), false})
            .ok());
    rate = static_cast<double>(rows) / Seconds(start);
  }
  state.counters["value"] = rate;
}
BENCHMARK(RfmRate)->Name("rfm.rows_per_s")->Iterations(1);

/// 40 distinct items for each customer, popular ones more often; 50,000 items.
void ItemItem(benchmark::State& state) {
  const auto events = static_cast<size_t>(SizeFrom("SIGNET_BENCH_EVENTS", 10'000'000));
  constexpr size_t kItems = 50'000;
  constexpr size_t kPerCustomer = 40;
  SeededEntropy entropy(2);
  std::vector<size_t> starts = {0};
  std::vector<Interaction> cells;
  std::vector<uint32_t> row;
  while (cells.size() < events) {
    row.clear();
    for (size_t i = 0; i < kPerCustomer; ++i) {
      const double u = static_cast<double>(entropy.Next() >> 11) * 0x1.0p-53;
      row.push_back(static_cast<uint32_t>(u * u * static_cast<double>(kItems)));
    }
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    for (const uint32_t item : row) cells.push_back({item, 1, 0});
    starts.push_back(cells.size());
  }
  const InteractionMatrix matrix(std::move(starts), std::move(cells), kItems);
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(ItemSimilarity::Of(matrix, {.threads = 2}).Neighbours(0).size());
    seconds = Seconds(start);
  }
  state.counters["value"] = seconds;
}
BENCHMARK(ItemItem)->Name("recommend.item_item_s")->Iterations(1);

}  // namespace
}  // namespace signet::pipelines
