#include "pipelines/math/member_sums.h"

#include "crypto/base/check.h"
#include "pipelines/math/centroid_sums.h"

namespace signet::pipelines {
namespace {

constexpr uint32_t kColumnsMax = 100'000;

void MergeAll(std::vector<ExactSum>& sums, const std::vector<ExactSum>& more) {
  for (size_t c = 0; c < sums.size(); ++c) sums[c].Merge(more[c]);
}

Status DecodeInto(ByteReader& reader, ExactSum& sum) {
  ASSIGN_OR_RETURN(const ByteView field, reader.Field());
  ASSIGN_OR_RETURN(sum, ExactSum::Decode(field));
  return OkStatus();
}

}  // namespace

MemberSums::MemberSums(size_t clusters, size_t columns) : columns_(columns), clusters_(clusters) {
  CHECK(clusters <= kClustersMax);
  for (ClusterMembers& cluster : clusters_) {
    cluster.scaled.resize(columns);
    cluster.original.resize(columns);
  }
}

void MemberSums::Add(uint32_t cluster,
                     std::span<const double> scaled,
                     std::span<const double> original,
                     double squared) {
  CHECK(cluster < clusters_.size() && scaled.size() == columns_ && original.size() == columns_);
  ClusterMembers& members = clusters_[cluster];
  ++members.count;
  for (size_t c = 0; c < columns_; ++c) {
    members.scaled[c].Add(scaled[c]);
    members.original[c].Add(original[c]);
  }
  members.squared.Add(squared);
}

void MemberSums::Merge(const MemberSums& other) {
  CHECK(columns_ == other.columns_ && clusters_.size() == other.clusters_.size());
  for (size_t j = 0; j < clusters_.size(); ++j) {
    clusters_[j].count += other.clusters_[j].count;
    MergeAll(clusters_[j].scaled, other.clusters_[j].scaled);
    MergeAll(clusters_[j].original, other.clusters_[j].original);
    clusters_[j].squared.Merge(other.clusters_[j].squared);
  }
}

uint64_t MemberSums::rows() const {
  uint64_t rows = 0;
  for (const ClusterMembers& cluster : clusters_) rows += cluster.count;
  return rows;
}

double MemberSums::Inertia() const {
  ExactSum all;
  for (const ClusterMembers& cluster : clusters_) all.Merge(cluster.squared);
  return all.Value();
}

// u32 clusters | u32 columns | per cluster: u64 count | per column: field scaled, field original |
// field squared. The fields hold ExactSum::Encode.
Bytes MemberSums::Encode() const {
  Bytes out;
  AppendU32(out, static_cast<uint32_t>(clusters_.size()));
  AppendU32(out, static_cast<uint32_t>(columns_));
  for (const ClusterMembers& cluster : clusters_) {
    AppendU64(out, cluster.count);
    for (size_t c = 0; c < columns_; ++c) {
      AppendField(out, ByteView(cluster.scaled[c].Encode()));
      AppendField(out, ByteView(cluster.original[c].Encode()));
    }
    AppendField(out, ByteView(cluster.squared.Encode()));
  }
  return out;
}

Result<MemberSums> MemberSums::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint32_t clusters, reader.U32());
  ASSIGN_OR_RETURN(const uint32_t columns, reader.U32());
  if (clusters > kClustersMax || columns > kColumnsMax) return Corrupt("no sums of clusters");
  // A column of a cluster takes more bytes than this: a wrong count allocates nothing.
  const size_t least = static_cast<size_t>(clusters) * columns * sizeof(uint64_t);
  if (least > bytes.size()) return Corrupt("sums of clusters are cut off");
  MemberSums sums(clusters, columns);
  for (ClusterMembers& cluster : sums.clusters_) {
    ASSIGN_OR_RETURN(cluster.count, reader.U64());
    for (uint32_t c = 0; c < columns; ++c) {
      TRY(DecodeInto(reader, cluster.scaled[c]));
      TRY(DecodeInto(reader, cluster.original[c]));
    }
    TRY(DecodeInto(reader, cluster.squared));
  }
  if (!reader.empty()) return Corrupt("sums of clusters have bytes to spare");
  return sums;
}

}  // namespace signet::pipelines
