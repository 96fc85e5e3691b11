/// SubjectSample: the rows of the subjects whose salted hash is lowest: a sample that merges.
///
/// Bottom-k by subject (Cohen and Kaplan, Summarizing data using bottom-k sketches, PODC 2007): the
/// lowest of all are among the lowest of each part, so neither partitions nor the order of rows nor
/// what the rows hold decides who is in it. What the rows hold must not: where many persons share
/// one row (nobody bought), a sample by content has all of them or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/ids.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// 64 bits of a subject under a seed. Ids are random and nobody chooses theirs: no key is needed.
uint64_t SubjectHash(const Uuid& subject, uint64_t seed);

/// How many rows each of `partitions` must give so that the lowest `rows` of all are among them.
/// Subjects fall into partitions by chance: eight standard deviations above the mean, and no more
/// than `rows`. Who sees that a partition gave that many and would have given more knows it (see
/// DropAbove).
size_t SampleQuota(size_t rows, int partitions);

class SubjectSample {
 public:
  /// At most `rows_max` (>= 1) rows of `columns` values.
  SubjectSample(size_t rows_max, size_t columns, uint64_t seed)
      : rows_max_(rows_max), seed_(seed), columns_(columns) {
    points_.columns = columns;
  }

  /// Keeps the row while its hash is among the lowest; of one subject's rows, those lower by value.
  void Offer(const Uuid& subject, std::span<const double> row);
  /// Lets go of rows whose subject's hash is above `hash`.
  void DropAbove(uint64_t hash);
  /// Puts what is kept in its order: by hash, subject, values. Nothing may be offered after it.
  void Sort();

  [[nodiscard]] size_t rows() const { return kept_.size(); }
  [[nodiscard]] const Uuid& subject(size_t i) const { return kept_[i].subject; }
  [[nodiscard]] std::span<const double> row(size_t i) const {
    return {points_.Row(kept_[i].slot), columns_};
  }
  /// The kept rows column by column.
  [[nodiscard]] std::vector<std::vector<double>> Columns() const;

 private:
  struct Kept {
    uint64_t hash = 0;
    Uuid subject{};
    size_t slot = 0;  ///< of its values in points_
  };
  [[nodiscard]] bool Lower(const Kept& a, const Kept& b) const;

  size_t rows_max_;
  uint64_t seed_;
  size_t columns_;
  PointSet points_;         ///< at most rows_max_ and one more: the row that is offered
  std::vector<Kept> kept_;  ///< a heap, the highest first
};

}  // namespace signet::pipelines
