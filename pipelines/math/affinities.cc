#include "pipelines/math/affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "pipelines/math/distances.h"

namespace signet::pipelines {
namespace {

constexpr size_t kQueryRows = 64;
constexpr int kSearchSteps = 100;
constexpr double kEntropyError = 1e-5;

/// Fills p with exp(-beta * squared), normalised, where beta gives the entropy asked for.
void Calibrate(const double* squared, size_t count, double entropy, double* p) {
  double beta = 1;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kSearchSteps; ++step) {
    double sum = 0;
    double weighted = 0;
    for (size_t j = 0; j < count; ++j) {
      // Relative to the nearest, so that far rows do not all vanish.
      p[j] = std::exp(-beta * (squared[j] - squared[0]));
      sum += p[j];
      weighted += p[j] * (squared[j] - squared[0]);
    }
    const double error = std::log(sum) + beta * weighted / sum - entropy;
    for (size_t j = 0; j < count; ++j) p[j] /= sum;
    if (std::fabs(error) <= kEntropyError) return;
    if (error > 0) {
      low = beta;
      beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = std::isinf(low) ? beta / 2 : (beta + low) / 2;
    }
    if (!(beta > 1e-300 && beta < 1e300)) return;  // equal distances: p is uniform already
  }
}

}  // namespace

Neighbours NearestRows(const PointSet& points, size_t count, int threads) {
  const size_t n = points.rows();
  Neighbours all;
  all.count = count;
  all.rows.resize(n * count);
  all.squared.resize(n * count);
  const ColumnPoints columns(points);
  ForBlocks((n + kQueryRows - 1) / kQueryRows, threads, [&](size_t block) {
    std::vector<double> squared(columns.padded());
    std::vector<double> copy(n);
    std::vector<std::pair<double, uint32_t>> nearest;
    const size_t last = std::min(n, (block + 1) * kQueryRows);
    for (size_t i = block * kQueryRows; i < last; ++i) {
      columns.Squared(points.Row(i), squared.data());
      squared[i] = std::numeric_limits<double>::infinity();
      std::copy(squared.begin(), squared.begin() + static_cast<std::ptrdiff_t>(n), copy.begin());
      const auto bound = copy.begin() + static_cast<std::ptrdiff_t>(count - 1);
      std::nth_element(copy.begin(), bound, copy.end());
      const double limit = *bound;
      nearest.clear();
      for (uint32_t j = 0; j < n; ++j) {
        if (squared.data()[j] <= limit) nearest.emplace_back(squared.data()[j], j);
      }
      std::sort(nearest.begin(), nearest.end());
      for (size_t r = 0; r < count; ++r) {
        all.squared[i * count + r] = nearest[r].first;
        all.rows[i * count + r] = nearest[r].second;
      }
    }
  });
  return all;
}

Affinities AffinitiesOf(const PointSet& points, double perplexity, int threads) {
  const size_t n = points.rows();
  const size_t count = std::min(n - 1, static_cast<size_t>(3 * perplexity + 1));
  Neighbours near = NearestRows(points, count, threads);
  std::vector<double> p(n * count);
  ForBlocks((n + kQueryRows - 1) / kQueryRows, threads, [&](size_t block) {
    const size_t last = std::min(n, (block + 1) * kQueryRows);
    for (size_t i = block * kQueryRows; i < last; ++i) {
      Calibrate(near.squared.data() + i * count, count, std::log(perplexity), p.data() + i * count);
    }
  });
  // Each entry goes to its row and, transposed, to its column; equal places are added.
  std::vector<std::vector<std::pair<uint32_t, double>>> rows(n);
  for (uint32_t i = 0; i < n; ++i) {
    for (size_t r = 0; r < count; ++r) {
      const uint32_t j = near.rows[i * count + r];
      rows[i].emplace_back(j, p[i * count + r]);
      rows[j].emplace_back(i, p[i * count + r]);
    }
  }
  Affinities out;
  out.start.push_back(0);
  for (std::vector<std::pair<uint32_t, double>>& row : rows) {
    std::sort(row.begin(), row.end());
    for (size_t k = 0; k < row.size(); ++k) {
      const double value = row[k].second / (2 * static_cast<double>(n));
      if (k > 0 && row[k].first == row[k - 1].first) {
        out.value.back() += value;
      } else {
        out.column.push_back(row[k].first);
        out.value.push_back(value);
      }
    }
    out.start.push_back(static_cast<uint32_t>(out.column.size()));
  }
  return out;
}

}  // namespace signet::pipelines
