#include "pipelines/segments/subject_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

/// Negative zero is zero.
uint64_t BitsOf(double value) {
  return std::bit_cast<uint64_t>(value + 0.0);
}

}  // namespace

uint64_t SubjectHash(const Uuid& subject, uint64_t seed) {
  uint64_t head = 0;
  uint64_t tail = 0;
  static_assert(sizeof(subject) == sizeof(head) + sizeof(tail));
  for (size_t i = 0; i < sizeof(head); ++i) {
    head = head << 8 | subject[i];
    tail = tail << 8 | subject[sizeof(head) + i];
  }
  return SplitMix(SplitMix(SplitMix(seed).Next() ^ head).Next() ^ tail).Next();
}

size_t SampleQuota(size_t rows, int partitions) {
  constexpr double kDeviations = 8;
  constexpr size_t kReserve = 64;
  const double mean = static_cast<double>(rows) / std::max(1, partitions);
  const size_t quota = static_cast<size_t>(mean + kDeviations * std::sqrt(mean)) + kReserve;
  return partitions <= 1 ? rows : std::min(rows, quota);
}

bool SubjectSample::Lower(const Kept& a, const Kept& b) const {
  if (a.hash != b.hash) return a.hash < b.hash;
  if (a.subject != b.subject) return a.subject < b.subject;
  const double* x = points_.Row(a.slot);
  const double* y = points_.Row(b.slot);
  return std::lexicographical_compare(
      x, x + columns_, y, y + columns_, [](double p, double q) { return BitsOf(p) < BitsOf(q); });
}

void SubjectSample::Offer(const Uuid& subject, std::span<const double> row) {
  CHECK(row.size() == columns_ && rows_max_ > 0);
  const auto lower = [this](const Kept& a, const Kept& b) { return Lower(a, b); };
  Kept offered{SubjectHash(subject, seed_), subject, kept_.size()};
  const bool full = kept_.size() == rows_max_;
  if (full && offered.hash > kept_.front().hash) return;
  points_.cells.resize((kept_.size() + 1) * columns_);
  std::copy(row.begin(),
            row.end(),
            points_.cells.begin() + static_cast<std::ptrdiff_t>(offered.slot * columns_));
  if (full) {
    if (!lower(offered, kept_.front())) return;
    std::pop_heap(kept_.begin(), kept_.end(), lower);
    const size_t freed = kept_.back().slot;
    std::copy(row.begin(),
              row.end(),
              points_.cells.begin() + static_cast<std::ptrdiff_t>(freed * columns_));
    offered.slot = freed;
    kept_.pop_back();
  }
  kept_.push_back(offered);
  std::push_heap(kept_.begin(), kept_.end(), lower);
}

void SubjectSample::DropAbove(uint64_t hash) {
  Sort();
  std::erase_if(kept_, [hash](const Kept& kept) { return kept.hash > hash; });
}

void SubjectSample::Sort() {
  std::sort(
      kept_.begin(), kept_.end(), [this](const Kept& a, const Kept& b) { return Lower(a, b); });
}

std::vector<std::vector<double>> SubjectSample::Columns() const {
  std::vector<std::vector<double>> columns(columns_, std::vector<double>(rows()));
  for (size_t i = 0; i < rows(); ++i) {
    for (size_t c = 0; c < columns_; ++c) columns[c][i] = row(i)[c];
  }
  return columns;
}

}  // namespace signet::pipelines
