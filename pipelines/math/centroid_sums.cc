#include "pipelines/math/centroid_sums.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr int kBits = 50;

/// The exponent that makes `largest` an integer of kBits bits; 0 for a column of zeros.
int ShiftOf(double largest) {
  return largest > 0 ? std::clamp(kBits - 1 - std::ilogb(largest), -900, 1000) : 0;
}

}  // namespace

CentroidSums::CentroidSums(size_t clusters, std::span<const double> largest)
    : sums_(clusters * largest.size(), 0), counts_(clusters, 0) {
  for (const double value : largest) {
    shift_.push_back(ShiftOf(value));
    scale_.push_back(std::ldexp(1.0, shift_.back()));
  }
}

void CentroidSums::Change(const double* row, uint32_t cluster, int sign) {
  const size_t d = shift_.size();
  Wide* sums = sums_.data() + cluster * d;
  for (size_t c = 0; c < d; ++c) {
    const int64_t change = sign * std::llrint(row[c] * scale_[c]);
    sums[c] += change;
  }
  counts_[cluster] += sign;
}

void CentroidSums::Merge(const CentroidSums& other) {
  CHECK(shift_ == other.shift_ && counts_.size() == other.counts_.size());
  for (size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
  for (size_t j = 0; j < counts_.size(); ++j) counts_[j] += other.counts_[j];
}

PointSet CentroidSums::Means(const PointSet& otherwise) const {
  PointSet means = otherwise;
  const size_t d = shift_.size();
  for (size_t j = 0; j < counts_.size(); ++j) {
    if (counts_[j] == 0) continue;
    for (size_t c = 0; c < d; ++c) {
      const double mean = static_cast<double>(sums_[j * d + c]) / static_cast<double>(counts_[j]);
      means.cells[j * d + c] = std::ldexp(mean, -shift_[c]);
    }
  }
  return means;
}

std::vector<uint32_t> OrderBySize(const PointSet& centroids, std::span<const size_t> sizes) {
  std::vector<uint32_t> by_size(sizes.size());
  std::iota(by_size.begin(), by_size.end(), 0U);
  std::sort(by_size.begin(), by_size.end(), [&](uint32_t a, uint32_t b) {
    if (sizes[a] != sizes[b]) return sizes[a] > sizes[b];
    return std::lexicographical_compare(centroids.Row(a),
                                        centroids.Row(a) + centroids.columns,
                                        centroids.Row(b),
                                        centroids.Row(b) + centroids.columns);
  });
  return by_size;
}

std::vector<double> LargestOf(const PointSet& points) {
  const size_t d = points.columns;
  std::vector<double> largest(d, 0);
  for (size_t i = 0; i < points.rows(); ++i) {
    const double* row = points.Row(i);
    for (size_t c = 0; c < d; ++c) {
      largest.data()[c] = std::max(largest.data()[c], std::fabs(row[c]));
    }
  }
  return largest;
}

double MeanVariance(const PointSet& points) {
  const size_t d = points.columns;
  const double n = static_cast<double>(points.rows());
  std::vector<double> mean(d, 0);
  for (size_t i = 0; i < points.rows(); ++i) {
    const double* row = points.Row(i);
    for (size_t c = 0; c < d; ++c) mean.data()[c] += row[c];
  }
  for (double& sum : mean) sum /= n;
  std::vector<double> squares(d, 0);
  for (size_t i = 0; i < points.rows(); ++i) {
    const double* row = points.Row(i);
    for (size_t c = 0; c < d; ++c) {
      const double gap = row[c] - mean.data()[c];
      squares.data()[c] += gap * gap;
    }
  }
  return std::accumulate(squares.begin(), squares.end(), 0.0) / n / static_cast<double>(d);
}

}  // namespace signet::pipelines
