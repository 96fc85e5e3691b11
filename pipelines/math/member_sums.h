/// MemberSums: who is in each cluster, as exact sums, so that sizes and profiles add up anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {

/// The members of one cluster.
struct ClusterMembers {
  uint64_t count = 0;
  std::vector<ExactSum> scaled;    ///< per scaled column
  std::vector<ExactSum> original;  ///< the same columns in their own units
  ExactSum squared;                ///< distances to the cluster's centroid
};

/// One round over slices of the rows: what each adds up under given centroids, and how that is
/// merged. Order, merge order and split never change what the sums give.
class MemberSums {
 public:
  MemberSums(size_t clusters, size_t columns);

  /// One row of cluster `cluster`: its coordinates, scaled and original, and its squared distance.
  void Add(uint32_t cluster,
           std::span<const double> scaled,
           std::span<const double> original,
           double squared);
  /// CHECKs that both speak of as many clusters and columns.
  void Merge(const MemberSums& other);

  [[nodiscard]] const std::vector<ClusterMembers>& clusters() const { return clusters_; }
  [[nodiscard]] size_t columns() const { return columns_; }
  [[nodiscard]] uint64_t rows() const;
  /// Sum of squared distances to the centroids, rounded once.
  [[nodiscard]] double Inertia() const;

  /// Equal sums give equal bytes. kCorrupt for anything else.
  [[nodiscard]] Bytes Encode() const;
  static Result<MemberSums> Decode(ByteView bytes);

 private:
  size_t columns_;
  std::vector<ClusterMembers> clusters_;
};

}  // namespace signet::pipelines
