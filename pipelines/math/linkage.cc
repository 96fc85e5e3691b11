#include "pipelines/math/linkage.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/distances.h"

namespace signet::pipelines {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What the chain needs to know of distances between living clusters, held in slots.
class ClusterDistances {
 public:
  virtual ~ClusterDistances() = default;
  [[nodiscard]] virtual size_t slots() const = 0;
  /// Comparable distances from slot x to every slot; infinite for x itself and for dead slots.
  virtual const double* From(size_t x) = 0;
  [[nodiscard]] virtual double HeightOf(double distance) const = 0;
  /// Slot x dies, slot y becomes the union.
  virtual void Join(size_t x, size_t y) = 0;
  [[nodiscard]] virtual double SizeOf(size_t slot) const = 0;
  [[nodiscard]] virtual bool Lives(size_t slot) const = 0;
  /// The row that stands for the slot's cluster.
  [[nodiscard]] virtual uint32_t RowOf(size_t slot) const = 0;
  /// Drops dead slots if that pays; only called while the chain is empty.
  virtual void Compact() = 0;
};

/// Ward's criterion from centroids: no matrix.
class WardDistances final : public ClusterDistances {
 public:
  WardDistances(PointSet points, std::vector<double> weights)
      : points_(std::move(points)), sizes_(std::move(weights)), living_(sizes_.size()) {
    rows_.resize(sizes_.size());
    std::iota(rows_.begin(), rows_.end(), 0U);
    columns_.Assign(points_);
    distances_.resize(columns_.padded());
  }

  [[nodiscard]] size_t slots() const override { return sizes_.size(); }

  const double* From(size_t x) override {
    columns_.Squared(points_.Row(x), distances_.data());
    const double own = sizes_[x];
    const double* sizes = sizes_.data();
    double* out = distances_.data();
    for (size_t i = 0; i < sizes_.size(); ++i) {
      out[i] = sizes[i] > 0 ? out[i] * (2 * own * sizes[i] / (own + sizes[i])) : kInfinity;
    }
    out[x] = kInfinity;
    return out;
  }

  [[nodiscard]] double HeightOf(double distance) const override { return std::sqrt(distance); }

  void Join(size_t x, size_t y) override {
    const double total = sizes_[x] + sizes_[y];
    double* centre = points_.cells.data() + y * points_.columns;
    for (size_t c = 0; c < points_.columns; ++c) {
      centre[c] = (sizes_[x] * points_.Row(x)[c] + sizes_[y] * centre[c]) / total;
    }
    columns_.Replace(y, centre);
    sizes_[y] = total;
    sizes_[x] = 0;
    --living_;
  }

  [[nodiscard]] double SizeOf(size_t slot) const override { return sizes_[slot]; }
  [[nodiscard]] bool Lives(size_t slot) const override { return sizes_[slot] > 0; }
  [[nodiscard]] uint32_t RowOf(size_t slot) const override { return rows_[slot]; }

  void Compact() override {
    if (living_ * 2 > sizes_.size() || sizes_.size() < 64) return;
    std::vector<uint32_t> kept;
    for (uint32_t i = 0; i < sizes_.size(); ++i) {
      if (Lives(i)) kept.push_back(i);
    }
    points_ = points_.Taken(kept);
    for (size_t i = 0; i < kept.size(); ++i) {
      sizes_[i] = sizes_[kept[i]];
      rows_[i] = rows_[kept[i]];
    }
    sizes_.resize(kept.size());
    rows_.resize(kept.size());
    columns_.Assign(points_);
    distances_.resize(columns_.padded());
  }

 private:
  PointSet points_;
  std::vector<double> sizes_;
  std::vector<uint32_t> rows_;
  size_t living_;
  ColumnPoints columns_;
  std::vector<double> distances_;
};

/// Average linkage over a full matrix, updated by Lance and Williams' formula.
class AverageDistances final : public ClusterDistances {
 public:
  AverageDistances(const PointSet& points, std::vector<double> weights)
      : sizes_(std::move(weights)) {
    const ColumnPoints columns(points);
    stride_ = columns.padded();
    matrix_.resize(points.rows() * stride_);
    for (size_t i = 0; i < points.rows(); ++i) {
      double* row = matrix_.data() + i * stride_;
      columns.Squared(points.Row(i), row);
      for (size_t j = 0; j < points.rows(); ++j) row[j] = std::sqrt(row[j]);
      row[i] = kInfinity;
    }
  }

  [[nodiscard]] size_t slots() const override { return sizes_.size(); }
  const double* From(size_t x) override { return matrix_.data() + x * stride_; }
  [[nodiscard]] double HeightOf(double distance) const override { return distance; }

  void Join(size_t x, size_t y) override {
    const double total = sizes_[x] + sizes_[y];
    for (size_t i = 0; i < sizes_.size(); ++i) {
      double& with_x = matrix_[i * stride_ + x];
      double& with_y = matrix_[i * stride_ + y];
      if (i != x && i != y && sizes_[i] > 0) {
        with_y = (sizes_[x] * with_x + sizes_[y] * with_y) / total;
        matrix_[y * stride_ + i] = with_y;
      }
      with_x = kInfinity;
    }
    matrix_[y * stride_ + x] = kInfinity;
    sizes_[y] = total;
    sizes_[x] = 0;
  }

  [[nodiscard]] double SizeOf(size_t slot) const override { return sizes_[slot]; }
  [[nodiscard]] bool Lives(size_t slot) const override { return sizes_[slot] > 0; }
  [[nodiscard]] uint32_t RowOf(size_t slot) const override { return static_cast<uint32_t>(slot); }
  void Compact() override {}

 private:
  std::vector<double> matrix_;
  std::vector<double> sizes_;
  size_t stride_ = 0;
};

/// One merge of the chain: rows that stand for the two clusters.
struct Join {
  uint32_t row_a = 0;
  uint32_t row_b = 0;
  double height = 0;
  double size = 0;
};

/// Extends the chain until its last two clusters are each other's nearest neighbours.
double ExtendToMutual(ClusterDistances& distances, std::vector<size_t>& chain) {
  while (true) {
    const size_t x = chain.back();
    const double* from = distances.From(x);
    size_t nearest = x;
    double least = kInfinity;
    if (chain.size() > 1) {  // on a tie the chain turns back, so that it ends
      nearest = chain[chain.size() - 2];
      least = from[nearest];
    }
    for (size_t i = 0; i < distances.slots(); ++i) {
      if (from[i] < least) {
        least = from[i];
        nearest = i;
      }
    }
    if (chain.size() > 1 && nearest == chain[chain.size() - 2]) return least;
    chain.push_back(nearest);
  }
}

std::vector<Join> RunChain(ClusterDistances& distances) {
  std::vector<Join> joins;
  std::vector<size_t> chain;
  const size_t merges = distances.slots() - 1;
  while (joins.size() < merges) {
    if (chain.empty()) {
      distances.Compact();
      size_t first = 0;
      while (!distances.Lives(first)) ++first;
      chain.push_back(first);
    }
    const double least = ExtendToMutual(distances, chain);
    const size_t x = std::min(chain[chain.size() - 1], chain[chain.size() - 2]);
    const size_t y = std::max(chain[chain.size() - 1], chain[chain.size() - 2]);
    chain.resize(chain.size() - 2);
    Join join{distances.RowOf(x), distances.RowOf(y), distances.HeightOf(least), 0};
    distances.Join(x, y);
    join.size = distances.SizeOf(y);
    joins.push_back(join);
  }
  return joins;
}

/// Union-find over rows, with the number of the cluster that each root has become.
class Forest {
 public:
  explicit Forest(size_t rows) : parent_(rows), cluster_(rows) {
    std::iota(parent_.begin(), parent_.end(), 0U);
    std::iota(cluster_.begin(), cluster_.end(), 0U);
  }
  uint32_t Root(uint32_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }
  uint32_t& ClusterOf(uint32_t root) { return cluster_[root]; }
  void Join(uint32_t root_a, uint32_t root_b, uint32_t cluster) {
    parent_[root_a] = root_b;
    cluster_[root_b] = cluster;
  }

 private:
  std::vector<uint32_t> parent_;
  std::vector<uint32_t> cluster_;
};

}  // namespace

Result<Linkage> LinkageOf(const PointSet& points,
                          std::span<const double> weights,
                          LinkageMethod method) {
  const size_t n = points.rows();
  CHECK(weights.empty() || weights.size() == n);
  if (n == 0) return Invalid("there is no row to cluster");
  const size_t most = method == LinkageMethod::kWard ? kWardRowsMax : kAverageRowsMax;
  if (n > most) return Exhausted("hierarchical clustering of more than " + std::to_string(most));
  const std::vector<uint32_t> order = CanonicalOrder(points, 0);
  std::vector<double> sizes(n, 1);
  for (size_t i = 0; i < n && !weights.empty(); ++i) sizes[i] = weights[order[i]];
  const std::unique_ptr<ClusterDistances> distances =
      method == LinkageMethod::kWard
          ? std::unique_ptr<ClusterDistances>(
                std::make_unique<WardDistances>(points.Taken(order), std::move(sizes)))
          : std::make_unique<AverageDistances>(points.Taken(order), std::move(sizes));
  std::vector<Join> joins = RunChain(*distances);
  std::stable_sort(
      joins.begin(), joins.end(), [](const Join& a, const Join& b) { return a.height < b.height; });
  Linkage linkage;
  linkage.rows = n;
  Forest forest(n);
  for (const Join& join : joins) {
    const uint32_t root_a = forest.Root(order[join.row_a]);
    const uint32_t root_b = forest.Root(order[join.row_b]);
    const uint32_t a = forest.ClusterOf(root_a);
    const uint32_t b = forest.ClusterOf(root_b);
    const auto cluster = static_cast<uint32_t>(n + linkage.merges.size());
    forest.Join(root_a, root_b, cluster);
    linkage.merges.push_back({std::min(a, b), std::max(a, b), join.height, join.size});
    const size_t count = linkage.merges.size();
    if (count > 1 && linkage.merges[count - 2].height == join.height) ++linkage.tied;
  }
  return linkage;
}

std::vector<uint32_t> CutTree(const Linkage& linkage,
                              std::span<const double> weights,
                              size_t clusters) {
  const size_t n = linkage.rows;
  CHECK(clusters >= 1 && clusters <= n);
  Forest forest(n);
  std::vector<uint32_t> row_of(n + linkage.merges.size());
  std::iota(row_of.begin(), row_of.begin() + static_cast<std::ptrdiff_t>(n), 0U);
  for (size_t i = 0; i < n - clusters; ++i) {
    const Merge& merge = linkage.merges[i];
    row_of[n + i] = row_of[merge.b];
    forest.Join(forest.Root(row_of[merge.a]), forest.Root(row_of[merge.b]), 0);
  }
  std::vector<double> size(n, 0);
  for (uint32_t i = 0; i < n; ++i) size[forest.Root(i)] += weights.empty() ? 1 : weights[i];
  std::vector<uint32_t> first_row(n, UINT32_MAX);
  std::vector<uint32_t> roots;
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t& first = first_row[forest.Root(i)];
    if (first == UINT32_MAX) {
      first = i;
      roots.push_back(forest.Root(i));
    }
  }
  std::stable_sort(
      roots.begin(), roots.end(), [&](uint32_t a, uint32_t b) { return size[a] > size[b]; });
  std::vector<uint32_t> number(n);
  for (uint32_t j = 0; j < roots.size(); ++j) number[roots[j]] = j;
  std::vector<uint32_t> labels(n);
  for (uint32_t i = 0; i < n; ++i) labels[i] = number[forest.Root(i)];
  return labels;
}

}  // namespace signet::pipelines
