#include "pipelines/math/cluster_quality.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "crypto/base/check.h"
#include "pipelines/math/distances.h"

namespace signet::pipelines {
namespace {

constexpr size_t kQueryRows = 256;

/// The points of each cluster side by side.
std::vector<ColumnPoints> GroupedBy(std::span<const uint32_t> labels,
                                    const PointSet& points,
                                    std::vector<size_t>& sizes) {
  std::vector<std::vector<uint32_t>> rows;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= rows.size()) rows.resize(labels[i] + 1);
    rows[labels[i]].push_back(static_cast<uint32_t>(i));
  }
  std::vector<ColumnPoints> groups;
  sizes.clear();
  for (const std::vector<uint32_t>& members : rows) {
    groups.emplace_back(points.Taken(members));
    sizes.push_back(members.size());
  }
  return groups;
}

/// (b - a) / max(a, b) of one row.
double SilhouetteOfRow(const double* row,
                       uint32_t own,
                       const std::vector<ColumnPoints>& groups,
                       const std::vector<size_t>& sizes,
                       std::vector<double>& scratch) {
  if (sizes[own] <= 1) return 0;
  double inside = 0;
  double outside = std::numeric_limits<double>::infinity();
  for (uint32_t j = 0; j < groups.size(); ++j) {
    if (sizes[j] == 0) continue;
    scratch.resize(groups[j].padded());
    groups[j].Squared(row, scratch.data());
    const double sum = SumOfRoots(scratch.data(), sizes[j]);
    if (j == own) {
      inside = sum / static_cast<double>(sizes[j] - 1);
    } else {
      outside = std::min(outside, sum / static_cast<double>(sizes[j]));
    }
  }
  const double most = std::max(inside, outside);
  return most > 0 ? (outside - inside) / most : 0;
}

double PairsOf(double count) {
  return count * (count - 1) / 2;
}

}  // namespace

Result<Silhouette> SilhouetteOf(const PointSet& points,
                                std::span<const uint32_t> labels,
                                int threads) {
  CHECK(points.rows() == labels.size());
  std::vector<size_t> sizes;
  const std::vector<ColumnPoints> groups = GroupedBy(labels, points, sizes);
  const auto used = static_cast<size_t>(
      std::count_if(sizes.begin(), sizes.end(), [](size_t size) { return size > 0; }));
  if (used < 2 || used >= points.rows()) {
    return Invalid("a silhouette needs at least two clusters, and fewer clusters than rows");
  }
  std::vector<double> rows(points.rows());
  ForBlocks((points.rows() + kQueryRows - 1) / kQueryRows, threads, [&](size_t block) {
    std::vector<double> scratch;
    const size_t last = std::min(points.rows(), (block + 1) * kQueryRows);
    for (size_t i = block * kQueryRows; i < last; ++i) {
      rows[i] = SilhouetteOfRow(points.Row(i), labels[i], groups, sizes, scratch);
    }
  });
  Silhouette silhouette;
  silhouette.by_cluster.assign(sizes.size(), 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    silhouette.mean += rows[i];
    silhouette.by_cluster[labels[i]] += rows[i];
  }
  silhouette.mean /= static_cast<double>(rows.size());
  for (size_t j = 0; j < sizes.size(); ++j) {
    if (sizes[j] > 0) silhouette.by_cluster[j] /= static_cast<double>(sizes[j]);
  }
  return silhouette;
}

double AdjustedRand(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  CHECK(a.size() == b.size());
  std::unordered_map<uint64_t, double> cells;
  std::unordered_map<uint32_t, double> rows;
  std::unordered_map<uint32_t, double> columns;
  for (size_t i = 0; i < a.size(); ++i) {
    ++cells[static_cast<uint64_t>(a[i]) << 32 | b[i]];
    ++rows[a[i]];
    ++columns[b[i]];
  }
  // Sums of integers below 2^53: their order does not matter.
  double together = 0;
  double in_a = 0;
  double in_b = 0;
  for (const auto& [cell, count] : cells) together += PairsOf(count);
  for (const auto& [label, count] : rows) in_a += PairsOf(count);
  for (const auto& [label, count] : columns) in_b += PairsOf(count);
  const double pairs = PairsOf(static_cast<double>(a.size()));
  const double expected = pairs > 0 ? in_a / pairs * in_b : 0;
  const double most = (in_a + in_b) / 2;
  return most == expected ? 1 : (together - expected) / (most - expected);
}

}  // namespace signet::pipelines
