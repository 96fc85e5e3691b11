// Figures of experiments: a read-out of 20 metrics over 10 million users, one row each (goal: under
// 10 s). The peer with pandas and scipy is experiments_peer.py.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "pipelines/experiments/evaluation.h"
#include "pipelines/experiments/unit_rows.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

constexpr int kMetrics = 20;

/// SIGNET_BENCH_USERS sets another size.
int64_t Users() {
  const char* users = std::getenv("SIGNET_BENCH_USERS");  // NOLINT(concurrency-mt-unsafe)
  return users == nullptr ? 10'000'000 : std::strtoll(users, nullptr, 10);
}

/// Ten yes/no columns and ten whole amounts, from arithmetic on the row number.
std::string TableSql(int64_t users) {
  std::string sql =
      "CREATE TABLE input AS SELECT i AS id, CASE WHEN i * 7919 % 1009 < 504 THEN 'a' "
      "ELSE 'b' END AS arm";
  for (int m = 0; m < kMetrics; ++m) {
    const std::string mixed = "(i * " + std::to_string(104'729 + 2 * m) + " % 10007)";
    sql += m % 2 == 0
               ? ", " + mixed + " < 1200 AS m" + std::to_string(m)
               : ", CAST(greatest(0, " + mixed + " - 8000) AS INTEGER) AS m" + std::to_string(m);
  }
  return sql + " FROM range(" + std::to_string(users) + ") t(i)";
}

void ReadOutTwentyMetrics(benchmark::State& state) {
  query::DatabaseOptions options;
  options.threads = 2;
  options.memory_mb = 6000;
  auto database = std::move(query::Database::Open(options).value());
  auto connection = database->Connect();
  const int64_t users = Users();
  if (!connection->Execute(TableSql(users)).ok()) {
    state.SkipWithError("the table does not fit");
    return;
  }
  UnitRowsSpec spec;
  spec.table = "input";
  spec.unit = "id";
  spec.arm = "arm";
  std::vector<MetricDesign> designs;
  for (int m = 0; m < kMetrics; ++m) {
    MetricColumns metric;
    metric.design.name = metric.value = "m" + std::to_string(m);
    metric.design.kind = m % 2 == 0 ? MetricKind::kProportion : MetricKind::kMean;
    designs.push_back(metric.design);
    spec.metrics.push_back(std::move(metric));
  }
  EvaluationDesign design;
  design.control = "a";
  design.srm_alpha = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto rows = ReadUnitRows(*connection, spec);
    if (!rows.ok()) {
      state.SkipWithError(rows.status().message().c_str());
      return;
    }
    const auto evaluation = Evaluate(design, rows->units, designs, rows->sums, rows->segments);
    benchmark::DoNotOptimize(evaluation.ok());
  }
  state.SetItemsProcessed(state.iterations() * users);
}
BENCHMARK(ReadOutTwentyMetrics)
    ->Name("experiments.readout_20x10m")
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace signet::pipelines
