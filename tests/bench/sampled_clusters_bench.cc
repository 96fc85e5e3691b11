// A clustering of everybody in one task beside one that is learnt from a sample: work and memory.
// The stages run one after the other in this process, so the time is that of all tasks together;
// `peak_mb` is what the largest of them takes beyond the table. Run each alone: what one has freed
// the next would reuse.
#include <map>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "crypto/base/check.h"
#include "pipelines/query/database.h"
#include "pipelines/segments/cluster_learn_stage.h"
#include "pipelines/segments/cluster_merge_stage.h"
#include "pipelines/segments/cluster_sample_stage.h"
#include "pipelines/segments/cluster_sums_stage.h"
#include "tests/bench/process_memory.h"

namespace signet::pipelines {
namespace {

constexpr int kPartitions = 8;
constexpr int kColumns = 8;
using Inputs = std::map<std::string, Schema>;

/// People in tables p0 to p7 and as the view `everyone`.
class People {
 public:
  explicit People(int64_t rows) {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    const std::string made = "(SELECT md5(i::VARCHAR)::UUID AS subject" + Cells() + " FROM range(" +
                             std::to_string(rows) + ") t(i))";
    std::string all;
    for (int p = 0; p < kPartitions; ++p) {
      const std::string name = "p" + std::to_string(p);
      std::string create = "CREATE TABLE ";
      create.append(name).append(" AS SELECT * FROM ").append(made);
      create.append(" WHERE ('0x' || substr(subject::VARCHAR, 1, 8))::BIGINT % ");
      Sql(create.append(std::to_string(kPartitions)).append(" = ").append(std::to_string(p)));
      all += (p > 0 ? " UNION ALL SELECT * FROM " : "SELECT * FROM ") + name;
    }
    Sql("CREATE VIEW everyone AS " + all);
    Schema schema{{{"subject", ColumnType::kUuid, {}}}};
    for (int c = 0; c < kColumns; ++c) {
      schema.columns.push_back({"c" + std::to_string(c), ColumnType::kDouble, {}});
    }
    inputs_ = {{"people", schema}};
  }

  query::Connection& sql() { return *connection_; }
  [[nodiscard]] const Inputs& inputs() const { return inputs_; }

  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    CHECK(status.ok());
  }
  void Show(const std::string& table) {
    Sql("CREATE OR REPLACE VIEW people AS SELECT * FROM " + table);
  }
  void Keep(const Result<Json>& figures, const std::string& to) {
    CHECK(figures.ok());
    Sql("CREATE TABLE IF NOT EXISTS " + to + " AS SELECT * FROM out LIMIT 0; INSERT INTO " + to +
        " SELECT * FROM out; DROP TABLE out");
  }

 private:
  /// Twelve heaps that overlap.
  static std::string Cells() {
    std::string cells;
    for (int c = 0; c < kColumns; ++c) {
      const std::string number = std::to_string(c);
      const std::string hashed = "(hash(i * 8 + " + number;
      cells.append(", (i % 12 * 7 + ").append(number).append(" * 5) % 12 / 4.0 + ");
      cells.append(hashed).append(") % 1000003) / 500000.0 + ");
      cells.append(hashed).append(" + 77777777) % 1000003) / 500000.0 AS c").append(number);
    }
    return cells;
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  Inputs inputs_;
};

ClusterOptions EightClusters(int64_t sample) {
  Json columns{Json::Array()};
  for (int c = 0; c < kColumns; ++c) columns.Push("c" + std::to_string(c));
  Json options = Json::Of({{"columns", columns}, {"k", "8"}, {"restarts", 3}});
  if (sample > 0) options.Set("sample", sample);
  return ClusterOptions::FromJson(options).value();
}

Json Everybody(People& people) {
  people.Show("everyone");
  Json figures =
      RunCluster(people.sql(), EightClusters(0), people.inputs(), StageContext()).value();
  people.Sql("DROP TABLE out");
  return figures;
}

Json Sampled(People& people, int64_t sample) {
  const ClusterOptions options = EightClusters(sample);
  StageContext context;
  context.partitions = kPartitions;
  const auto each = [&](const auto& work) {
    for (context.partition = 0; context.partition < kPartitions; ++context.partition) {
      people.Show("p" + std::to_string(context.partition));
      work();
    }
  };
  each([&] {
    people.Keep(RunClusterSample(people.sql(), options, people.inputs(), context), "sample");
    people.Keep(RunClusterSums(people.sql(), options, people.inputs(), context), "scaling");
  });
  const Inputs made = {{"sample", ClusterSampleOutputSchema(options, people.inputs()).value()},
                       {"scaling", ClusterSumsOutputSchema(options, people.inputs()).value()}};
  people.Keep(RunClusterLearn(people.sql(), options, made, context), "learnt");
  Inputs with_learnt = people.inputs();
  with_learnt["learnt"] = ClusterLearnOutputSchema(options, made).value();
  each([&] { people.Keep(RunClusterSums(people.sql(), options, with_learnt, context), "sums"); });
  const Inputs parts = {{"learnt", with_learnt.at("learnt")},
                        {"sums", ClusterSumsOutputSchema(options, with_learnt).value()}};
  Json figures = RunClusterMerge(people.sql(), options, parts, context).value();
  people.Sql(
      "DROP TABLE out; DROP TABLE sample; DROP TABLE scaling; DROP TABLE learnt; DROP TABLE "
      "sums");
  return figures;
}

void Clusters(benchmark::State& state, int64_t sample) {
  People people(state.range(0));
  ::malloc_trim(0);  // what making the table freed must not be had for nothing
  const testing_support::PeakMemory peak;
  for ([[maybe_unused]] auto _ : state) {
    const Json figures = sample > 0 ? Sampled(people, sample) : Everybody(people);
    state.counters["inertia"] = figures["inertia"].AsDouble();
  }
  state.counters["peak_mb"] = peak.Megabytes();
}
BENCHMARK_CAPTURE(Clusters, everybody, 0)
    ->Name("cluster.everybody")
    ->Arg(2'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(Clusters, sampled, 50'000)
    ->Name("cluster.sampled")
    ->Arg(2'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace signet::pipelines
