// The stage `train` with its cells in memory beside the same with its cells on the disk: work and
// memory. `peak_mb` is what it takes beyond the tables that it reads. Run each alone: what one has
// freed the next would reuse.
#include <map>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "crypto/base/check.h"
#include "pipelines/models/train.h"
#include "pipelines/query/database.h"
#include "tests/bench/process_memory.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

constexpr int kColumns = 100;
using Inputs = std::map<std::string, Schema>;

Inputs MakeTables(query::Connection& connection, int64_t rows) {
  Schema features{
      {{"subject", ColumnType::kUuid, {}}, {"features_at", ColumnType::kTimestamp, {}}}};
  std::string cells;
  for (int c = 0; c < kColumns; ++c) {
    const std::string name = "c" + std::to_string(c);
    cells.append(", (hash(i * 100 + ").append(std::to_string(c)).append(") % 10007)::FLOAT AS ");
    cells.append(name);
    features.columns.push_back({name, ColumnType::kDouble, {}});
  }
  const std::string people = std::to_string(rows);
  const Status made = connection.Execute(
      "CREATE TABLE features AS SELECT md5(i::VARCHAR)::UUID AS subject, TIMESTAMP '2026-01-01' AS "
      "features_at" +
      cells + " FROM range(" + people +
      ") t(i); CREATE TABLE events AS SELECT md5(i::VARCHAR)::UUID AS subject, TIMESTAMP "
      "'2026-02-01' AS at FROM range(" +
      people + ") t(i) WHERE hash(i * 100) % 10007 + hash(i * 100 + 1) % 10007 > hash(-i) % 20014");
  CHECK(made.ok());
  return {{"features", features},
          {"events", {{{"subject", ColumnType::kUuid, {}}, {"at", ColumnType::kTimestamp, {}}}}}};
}

void Train(benchmark::State& state, bool external) {
  const auto database = std::move(query::Database::Open({}).value());
  const auto connection = database->Connect();
  const Inputs inputs = MakeTables(*connection, state.range(0));
  const testing_support::ScratchFolder folder;
  StageContext context;
  context.as_of = TimestampFromText("2026-06-01T00:00:00Z").value();
  context.scratch = folder.path();
  TrainOptions options =
      TrainOptions::FromJson(
          *Json::Parse(R"({"model": "churn", "label": {"time": "at", "window": "90d"},
                           "params": {"rounds": 60}})"))
          .value();
  options.external_memory = external;
  ::malloc_trim(0);  // what making the tables freed must not be had for nothing
  const testing_support::PeakMemory peak;
  for ([[maybe_unused]] auto _ : state) {
    const Json figures = RunTrain(*connection, options, inputs, context).value();
    state.counters["auc"] = figures["quality"]["auc"]["value"].AsDouble();
    state.counters["rounds"] = figures["rounds"].AsDouble();
  }
  state.counters["peak_mb"] = peak.Megabytes();
  state.counters["cells_mb"] = static_cast<double>(state.range(0)) * kColumns / (1 << 20);
}
BENCHMARK_CAPTURE(Train, memory, false)
    ->Name("train.in_memory")
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(Train, external, true)
    ->Name("train.on_disk")
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace signet::pipelines
