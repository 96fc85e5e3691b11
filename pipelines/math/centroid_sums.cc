#include "pipelines/math/centroid_sums.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr int kBits = 50;
constexpr size_t kCellsMax = size_t{1} << 24;

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

Bytes CentroidSums::Encode() const {
  // u64 clusters | u64 columns | shift of each column | per cluster: count | sums, low word first.
  Bytes bytes;
  AppendU64(bytes, counts_.size());
  AppendU64(bytes, shift_.size());
  for (const int shift : shift_) AppendU64(bytes, static_cast<uint64_t>(int64_t{shift}));
  for (const int64_t count : counts_) AppendU64(bytes, static_cast<uint64_t>(count));
  for (const Wide sum : sums_) {
    AppendU64(bytes, static_cast<uint64_t>(sum));
    AppendU64(bytes, static_cast<uint64_t>(sum >> 64));
  }
  return bytes;
}

Result<CentroidSums> CentroidSums::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint64_t clusters, reader.U64());
  ASSIGN_OR_RETURN(const uint64_t columns, reader.U64());
  if (clusters == 0 || columns == 0 || clusters > kClustersMax || columns > kCellsMax / clusters) {
    return Corrupt("centroid sums of an impossible size");
  }
  CentroidSums sums(clusters, std::vector<double>(columns, 0.0));
  for (size_t c = 0; c < columns; ++c) {
    ASSIGN_OR_RETURN(const uint64_t shift, reader.U64());
    const auto value = static_cast<int64_t>(shift);
    if (value < -900 || value > 1000) return Corrupt("centroid sums with an impossible shift");
    sums.shift_[c] = static_cast<int>(value);
    sums.scale_[c] = std::ldexp(1.0, sums.shift_[c]);
  }
  for (int64_t& count : sums.counts_) {
    ASSIGN_OR_RETURN(const uint64_t value, reader.U64());
    count = static_cast<int64_t>(value);
    if (count < 0) return Corrupt("centroid sums with a negative count");
  }
  for (Wide& sum : sums.sums_) {
    ASSIGN_OR_RETURN(const uint64_t low, reader.U64());
    ASSIGN_OR_RETURN(const uint64_t high, reader.U64());
    sum = static_cast<Wide>(static_cast<int64_t>(high)) * (Wide{1} << 64) + static_cast<Wide>(low);
  }
  if (!reader.empty()) return Corrupt("centroid sums with trailing bytes");
  return sums;
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
