#include "pipelines/math/tsne.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/affinities.h"
#include "pipelines/math/distances.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/principal_components.h"
#include "pipelines/math/quad_tree.h"

namespace signet::pipelines {
namespace {

constexpr size_t kColumnsMax = 50;
constexpr size_t kBlockRows = 512;
constexpr double kInitialDeviation = 1e-4;
constexpr double kGainMin = 0.01;
constexpr double kGradientNormMin = 1e-7;
constexpr int kCheckEvery = 50;
constexpr size_t kTrustRowsMax = 2'000;
constexpr size_t kTrustNeighbours = 5;

/// Gradient descent on the map.
class Descent {
 public:
  Descent(const Affinities& affinities, std::vector<double> start, const TsneOptions& options)
      : p_(affinities),
        options_(options),
        y_(std::move(start)),
        gradient_(y_.size(), 0),
        update_(y_.size(), 0),
        gain_(y_.size(), 1),
        rate_(options.learning_rate) {
    const double n = static_cast<double>(y_.size()) / 2;
    if (!(rate_ > 0)) rate_ = std::max(n / options.exaggeration / 4, 50.0);
  }

  int Run() {
    int iteration = 0;
    while (iteration < options_.iterations) {
      const bool early = iteration < options_.exaggerated;
      if (iteration == options_.exaggerated) Restart();
      ComputeGradient(early ? options_.exaggeration : 1);
      Move(early ? 0.5 : 0.8);
      ++iteration;
      if (iteration % kCheckEvery == 0) {
        if (options_.progress) {
          options_.progress(static_cast<double>(iteration) /
                            static_cast<double>(options_.iterations));
        }
        if (!early && GradientNorm() < kGradientNormMin) break;
      }
    }
    return iteration;
  }

  /// sum of p * log(p / q) over neighbours, q with the tree's normalisation.
  double KlDivergence() {
    ComputeGradient(1);
    const size_t n = y_.size() / 2;
    double total = 0;
    for (size_t i = 0; i < n; ++i) {
      double row = 0;
      for (uint32_t e = p_.start[i]; e < p_.start[i + 1]; ++e) {
        const double q = Closeness(i, p_.column[e]) / normaliser_;
        if (p_.value[e] > 0) row += p_.value[e] * std::log(p_.value[e] / std::max(q, 1e-300));
      }
      total += row;
    }
    return total;
  }

  std::vector<double> TakeMap() { return std::move(y_); }

 private:
  [[nodiscard]] double Closeness(size_t i, size_t j) const {
    const double dx = y_[2 * i] - y_[2 * j];
    const double dy = y_[2 * i + 1] - y_[2 * j + 1];
    return 1 / (1 + dx * dx + dy * dy);
  }

  void Restart() {
    std::fill(update_.begin(), update_.end(), 0.0);
    std::fill(gain_.begin(), gain_.end(), 1.0);
  }

  void ComputeGradient(double exaggeration) {
    const size_t n = y_.size() / 2;
    tree_.Build(y_);
    repulsion_.resize(n);
    const size_t blocks = (n + kBlockRows - 1) / kBlockRows;
    std::vector<double> sums(blocks, 0);
    ForBlocks(blocks, options_.threads, [&](size_t block) {
      const size_t last = std::min(n, (block + 1) * kBlockRows);
      double sum = 0;
      for (size_t k = block * kBlockRows; k < last; ++k) {
        const size_t i = tree_.order()[k];
        repulsion_.data()[i] = tree_.From(y_.data()[2 * i], y_.data()[2 * i + 1], options_.theta);
        sum += repulsion_.data()[i].sum - 1;  // without the point itself
        Attract(i, exaggeration);
      }
      sums[block] = sum;
    });
    normaliser_ = std::max(std::accumulate(sums.begin(), sums.end(), 0.0), 1e-300);
    for (size_t i = 0; i < n; ++i) {
      gradient_[2 * i] -= 4 * repulsion_[i].x / normaliser_;
      gradient_[2 * i + 1] -= 4 * repulsion_[i].y / normaliser_;
    }
  }

  void Attract(size_t i, double exaggeration) {
    const double* y = y_.data();
    const double x0 = y[2 * i];
    const double y0 = y[2 * i + 1];
    double fx = 0;
    double fy = 0;
    const uint32_t* column = p_.column.data();
    const double* value = p_.value.data();
    for (uint32_t e = p_.start[i]; e < p_.start[i + 1]; ++e) {
      const double* other = y + size_t{2} * column[e];
      const double dx = x0 - other[0];
      const double dy = y0 - other[1];
      const double pull = value[e] / (1 + dx * dx + dy * dy);
      fx += pull * dx;
      fy += pull * dy;
    }
    gradient_.data()[2 * i] = 4 * exaggeration * fx;
    gradient_.data()[2 * i + 1] = 4 * exaggeration * fy;
  }

  void Move(double momentum) {
    for (size_t c = 0; c < y_.size(); ++c) {
      const bool same_way = update_[c] * gradient_[c] < 0;
      gain_[c] = std::max(kGainMin, same_way ? gain_[c] + 0.2 : gain_[c] * 0.8);
      update_[c] = momentum * update_[c] - rate_ * gain_[c] * gradient_[c];
      y_[c] += update_[c];
    }
  }

  [[nodiscard]] double GradientNorm() const {
    double squares = 0;
    for (const double g : gradient_) squares += g * g;
    return std::sqrt(squares);
  }

  const Affinities& p_;
  const TsneOptions& options_;
  std::vector<double> y_;
  std::vector<double> gradient_;
  std::vector<double> update_;
  std::vector<double> gain_;
  double rate_;
  double normaliser_ = 1;
  QuadTree tree_;
  std::vector<QuadTree::Repulsion> repulsion_;
};

/// The first two principal components, the first with a deviation of 1e-4.
std::vector<double> StartOf(const PointSet& points, const PrincipalComponents& pca) {
  const size_t n = points.rows();
  const size_t known = std::min<size_t>(2, points.columns);
  const PointSet scores = pca.Project(points, known);
  const double deviation =
      std::sqrt(pca.variance[0] * static_cast<double>(n - 1) / static_cast<double>(n));
  std::vector<double> start(2 * n, 0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < known; ++c) {
      start[2 * i + c] = scores.Row(i)[c] / deviation * kInitialDeviation;
    }
    // One column only: a content-given hair's breadth, so that the plane can be used.
    if (known == 1) {
      const uint64_t hash = RowHash({points.Row(i), 1}, 1) >> 11;
      start[2 * i + 1] = (static_cast<double>(hash) * 0x1p-53 - 0.5) * kInitialDeviation * 0.01;
    }
  }
  return start;
}

void Centre(std::vector<double>& map) {
  for (size_t c = 0; c < 2; ++c) {
    ExactSum sum;
    for (size_t i = c; i < map.size(); i += 2) sum.Add(map[i]);
    const double mean = sum.Value() / (static_cast<double>(map.size()) / 2);
    for (size_t i = c; i < map.size(); i += 2) map[i] -= mean;
  }
}

}  // namespace

Result<TsneMap> FitTsne(const PointSet& points, const TsneOptions& options) {
  const size_t n = points.rows();
  if (n < 4) return Invalid("t-SNE needs at least 4 rows");
  if (n > kTsneRowsMax) return Exhausted("t-SNE of more than 200,000 rows; take a sample");
  if (!(options.perplexity >= 1) || options.perplexity >= static_cast<double>(n)) {
    return Invalid("the perplexity must be at least 1 and below the number of rows")
        .WithRemedy("with " + std::to_string(n) + " rows, ask for at most a third of that");
  }
  const std::vector<uint32_t> order = CanonicalOrder(points, 0);
  PointSet canonical = points.Taken(order);
  ASSIGN_OR_RETURN(const PrincipalComponents pca, FitPrincipalComponents(canonical));
  std::vector<double> start = StartOf(canonical, pca);
  if (canonical.columns > kColumnsMax) canonical = pca.Project(canonical, kColumnsMax);
  const Affinities affinities = AffinitiesOf(canonical, options.perplexity, options.threads);
  Descent descent(affinities, std::move(start), options);
  TsneMap map;
  map.iterations = descent.Run();
  map.kl_divergence = descent.KlDivergence();
  PointSet placed;
  placed.columns = 2;
  placed.cells = descent.TakeMap();
  Centre(placed.cells);
  map.trust_rows = std::min(n, kTrustRowsMax);
  map.trustworthiness = Trustworthiness(
      canonical.Head(map.trust_rows), placed.Head(map.trust_rows), kTrustNeighbours);
  map.points.columns = 2;
  map.points.cells.resize(2 * n);
  for (size_t i = 0; i < n; ++i) {
    map.points.cells[size_t{2} * order[i]] = placed.cells[2 * i];
    map.points.cells[size_t{2} * order[i] + 1] = placed.cells[2 * i + 1];
  }
  return map;
}

namespace {

/// The place of row `j` among the neighbours of row `own`, from 1; of equals the smaller row first.
size_t RankOf(uint32_t j, size_t own, std::span<const double> squared) {
  size_t rank = 1;
  for (uint32_t other = 0; other < squared.size(); ++other) {
    if (other == own || other == j) continue;
    if (squared[other] < squared[j] || (squared[other] == squared[j] && other < j)) ++rank;
  }
  return rank;
}

}  // namespace

double Trustworthiness(const PointSet& points, const PointSet& map, size_t neighbours) {
  CHECK(points.rows() == map.rows());
  const size_t n = points.rows();
  const size_t k = std::min(neighbours, n > 2 ? (n - 1) / 2 : 0);
  if (k == 0) return 1;
  const Neighbours near = NearestRows(map, k, 1);
  const ColumnPoints columns(points);
  std::vector<double> squared(columns.padded());
  double penalty = 0;
  for (size_t i = 0; i < n; ++i) {
    columns.Squared(points.Row(i), squared.data());
    for (size_t r = 0; r < k; ++r) {
      const uint32_t j = near.rows[i * k + r];
      const size_t rank = RankOf(j, i, std::span<const double>(squared).first(n));
      if (rank > k) penalty += static_cast<double>(rank - k);
    }
  }
  const double size = static_cast<double>(n);
  const double near_k = static_cast<double>(k);
  return 1 - penalty * 2 / (size * near_k * (2 * size - 3 * near_k - 1));
}

}  // namespace signet::pipelines
