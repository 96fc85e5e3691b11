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

KMeansOptions EightClusters(uint64_t seed) {
  KMeansOptions options;
  options.clusters = 8;
  options.restarts = 1;
  options.tolerance = 1e-4;  // as scikit-learn stops
  options.threads = kThreads;
  options.seed = seed;
  return options;
}

/// From eight given rows, which the peer starts from too: the same steps to the same inertia.
void KMeansGivenStart(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  // Eight rows of one heap: the way to the others is long.
  const PointSet start = points.Taken(std::vector<uint32_t>{0, 12, 24, 36, 48, 60, 72, 84});
  for ([[maybe_unused]] auto _ : state) {
    const KMeansFit fit = FitKMeansFrom(points, start, EightClusters(1)).value();
    state.counters["inertia"] = fit.inertia;
    state.counters["iterations"] = fit.iterations;
  }
}
BENCHMARK(KMeansGivenStart)
    ->Name("cluster.kmeans")
    ->Arg(1'000'000)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

/// Five fits, each with one k-means++ seeding of its own: steps and inertia differ from the peer's.
void KMeansSeeded(benchmark::State& state) {
  constexpr uint64_t kSeeds = 5;
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    double inertia = 0;
    double iterations = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const KMeansFit fit = FitKMeans(points, EightClusters(seed)).value();
      inertia += fit.inertia / kSeeds;
      iterations += static_cast<double>(fit.iterations) / kSeeds;
    }
    state.counters["inertia"] = inertia;
    state.counters["iterations"] = iterations;
  }
}
BENCHMARK(KMeansSeeded)
    ->Name("cluster.kmeans_seeded")
    ->Arg(1'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void SilhouetteAll(benchmark::State& state) {
  const PointSet points = Rows(static_cast<size_t>(state.range(0)));
  std::vector<uint32_t> labels;
  for (uint32_t i = 0; i < points.rows(); ++i) labels.push_back(i % 12);
  for ([[maybe_unused]] auto _ : state) {
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
  for ([[maybe_unused]] auto _ : state) {
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
  for ([[maybe_unused]] auto _ : state) {
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
