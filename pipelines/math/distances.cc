// Compiled with -O3 and without contraction of multiply and add (see CMakeLists.txt).
#include "pipelines/math/distances.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace signet::pipelines {
namespace {

constexpr double kFarAway = 1e150;

struct Scan {
  const double* point;
  const double* cells;  // first column, first point of the range
  size_t stride;
  size_t columns;
  size_t count;
  double* out;
};

/// Whole tiles have a length known when compiling, so that compilers unroll them.
template <size_t kLength>
[[gnu::always_inline]] inline void ScanTile(const Scan& scan, size_t first) {
  double sum[kLength] = {};
  for (size_t c = 0; c < scan.columns; ++c) {
    const double x = scan.point[c];
    const double* column = scan.cells + c * scan.stride + first;
    for (size_t j = 0; j < kLength; ++j) {
      const double gap = x - column[j];
      sum[j] += gap * gap;
    }
  }
  for (size_t j = 0; j < kLength; ++j) scan.out[first + j] = sum[j];
}

[[gnu::always_inline]] inline void ScanAll(const Scan& scan) {
  size_t first = 0;
  for (; first + 32 <= scan.count; first += 32) ScanTile<32>(scan, first);
  for (; first < scan.count; first += ColumnPoints::kLanes) {
    ScanTile<ColumnPoints::kLanes>(scan, first);
  }
}

void ScanPlain(const Scan& scan) {
  ScanAll(scan);
}

/// Four rows side by side: compilers turn loops over eight numbers the wrong way round here.
using Lanes __attribute__((vector_size(32))) = double;

struct NearestLanes {
  Lanes best, second, number;

  [[gnu::always_inline]] void See(const Lanes& squared, double here) {
    const Lanes farther = squared < best ? best : squared;
    second = farther < second ? farther : second;
    number = squared < best ? Lanes{here, here, here, here} : number;
    best = squared < best ? squared : best;
  }
};

[[gnu::always_inline]] inline void FindNearest(const PointSet& centres,
                                               const double* tile,
                                               NearestCentres& nearest) {
  static_assert(NearestCentres::kRows == 8);
  const Lanes far = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
  NearestLanes low{far, far, {}};
  NearestLanes high{far, far, {}};
  const double* centre = centres.cells.data();
  const size_t count = centres.rows();
  const size_t columns = centres.columns;
  for (size_t j = 0; j < count; ++j, centre += columns) {
    Lanes low_sum = {};
    Lanes high_sum = {};
    for (size_t c = 0; c < columns; ++c) {
      Lanes low_gap;
      Lanes high_gap;
      std::memcpy(&low_gap, tile + 8 * c, sizeof(low_gap));
      std::memcpy(&high_gap, tile + 8 * c + 4, sizeof(high_gap));
      low_gap -= centre[c];
      high_gap -= centre[c];
      low_sum += low_gap * low_gap;
      high_sum += high_gap * high_gap;
    }
    low.See(low_sum, static_cast<double>(j));
    high.See(high_sum, static_cast<double>(j));
  }
  const auto store = [](const Lanes& first, const Lanes& last, double* to) {
    std::memcpy(to, &first, sizeof(first));
    std::memcpy(to + 4, &last, sizeof(last));
  };
  store(low.best, high.best, nearest.squared);
  store(low.second, high.second, nearest.second);
  store(low.number, high.number, nearest.number);
}

void FindNearestPlain(const PointSet& centres, const double* tile, NearestCentres& nearest) {
  FindNearest(centres, tile, nearest);
}

[[gnu::always_inline]] inline double SumRoots(const double* values, size_t count) {
  double lanes[ColumnPoints::kLanes] = {};
  size_t first = 0;
  for (; first + ColumnPoints::kLanes <= count; first += ColumnPoints::kLanes) {
    for (size_t j = 0; j < ColumnPoints::kLanes; ++j) lanes[j] += std::sqrt(values[first + j]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  for (; first < count; ++first) sum += std::sqrt(values[first]);
  return sum;
}

double SumRootsPlain(const double* values, size_t count) {
  return SumRoots(values, count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void ScanWide(const Scan& scan) {
  ScanAll(scan);
}
__attribute__((target("avx2"))) void FindNearestWide(const PointSet& centres,
                                                     const double* tile,
                                                     NearestCentres& nearest) {
  FindNearest(centres, tile, nearest);
}
__attribute__((target("avx2"))) double SumRootsWide(const double* values, size_t count) {
  return SumRoots(values, count);
}
bool HasWideVectors() noexcept {
  return __builtin_cpu_supports("avx2") != 0;
}
#else
void ScanWide(const Scan& scan) {
  ScanAll(scan);
}
void FindNearestWide(const PointSet& centres, const double* tile, NearestCentres& nearest) {
  FindNearest(centres, tile, nearest);
}
double SumRootsWide(const double* values, size_t count) {
  return SumRoots(values, count);
}
bool HasWideVectors() noexcept {
  return false;
}
#endif

const bool kWide = HasWideVectors();

}  // namespace

void ColumnPoints::Assign(const PointSet& points) {
  rows_ = points.rows();
  columns_ = points.columns;
  padded_ = (rows_ + kLanes - 1) / kLanes * kLanes;
  cells_.assign(columns_ * padded_, kFarAway);
  for (size_t i = 0; i < rows_; ++i) {
    for (size_t c = 0; c < columns_; ++c) cells_[c * padded_ + i] = points.Row(i)[c];
  }
}

void ColumnPoints::Replace(size_t j, const double* point) {
  for (size_t c = 0; c < columns_; ++c) cells_[c * padded_ + j] = point[c];
}

void ColumnPoints::Squared(const double* point, double* out) const {
  SquaredRange(point, 0, padded_, out);
}

void ColumnPoints::SquaredRange(const double* point,
                                size_t first,
                                size_t count,
                                double* out) const {
  const Scan scan{point, cells_.data() + first, padded_, columns_, count, out};
  if (kWide) {
    ScanWide(scan);
  } else {
    ScanPlain(scan);
  }
}

void NearestCentres::Find(const PointSet& centres, const double* const* rows, double* tile) {
  for (size_t l = 0; l < kRows; ++l) {
    const double* row = rows[l];
    for (size_t c = 0; c < centres.columns; ++c) tile[c * kRows + l] = row[c];
  }
  if (kWide) {
    FindNearestWide(centres, tile, *this);
  } else {
    FindNearestPlain(centres, tile, *this);
  }
}

double SquaredDistance(const double* a, const double* b, size_t d) {
  double sum = 0;
  for (size_t c = 0; c < d; ++c) {
    const double gap = a[c] - b[c];
    sum += gap * gap;
  }
  return sum;
}

double SumOfRoots(const double* values, size_t count) {
  return kWide ? SumRootsWide(values, count) : SumRootsPlain(values, count);
}

}  // namespace signet::pipelines
