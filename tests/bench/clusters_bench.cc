// Figures of clustering and projection. The peer over the same rows: tests/bench/clusters_peer.py
// (scikit-learn and scipy, where they install). real_time is the figure; CPU is of all threads, for
// comparisons on a machine that others use too.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "pipelines/math/cluster_quality.h"
#include "pipelines/math/kmeans.h"
#include "pipelines/math/linkage.h"
#include "pipelines/math/tsne.h"

namespace signet::pipelines {
namespace {

constexpr int kThreads = 2;
constexpr size_t kColumns = 8;

/// Twelve heaps that overlap: numbers a peer can make too (SplitMix64, four uniforms a cell).
PointSet Rows(size_t rows) {
  SplitMix random(1);
  PointSet points;
  points.columns = kColumns;
  points.cells.resize(rows * kColumns);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t c = 0; c < kColumns; ++c) {
      double cell = static_cast<double>((i % 12 * 7 + c * 5) % 12) / 4;
      for (int t = 0; t < 4; ++t) cell += random.Uniform();
      points.cells[i * kColumns + c] = cell;
    }
  }
  return points;
}

void KMeansOneSeeding(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  KMeansOptions options;
  options.clusters = 8;
  options.restarts = 1;
  options.tolerance = 1e-4;  // as scikit-learn stops
  options.threads = kThreads;
  for (auto _ : state) {
    const KMeansFit fit = FitKMeans(points, options).value();
    state.counters["inertia"] = fit.inertia;
    state.counters["iterations"] = fit.iterations;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(KMeansOneSeeding)
    ->Name("cluster.kmeans")
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void SilhouetteAll(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  std::vector<uint32_t> labels;
  for (uint32_t i = 0; i < points.rows(); ++i) labels.push_back(i % 12);
  for (auto _ : state) {
    state.counters["silhouette"] = SilhouetteOf(points, labels, kThreads)->mean;
  }
}
BENCHMARK(SilhouetteAll)
    ->Name("cluster.silhouette")
    ->Arg(20'000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void Ward(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    state.counters["height"] = LinkageOf(points, {}, LinkageMethod::kWard)->merges.back().height;
  }
}
BENCHMARK(Ward)
    ->Name("cluster.ward")
    ->Arg(5'000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void Tsne(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  TsneOptions options;
  options.threads = kThreads;
  for (auto _ : state) {
    const TsneMap map = FitTsne(points, options).value();
    state.counters["kl"] = map.kl_divergence;
    state.counters["trustworthiness"] = map.trustworthiness;
  }
}
BENCHMARK(Tsne)
    ->Name("project.tsne")
    ->Arg(20'000)
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace signet::pipelines
