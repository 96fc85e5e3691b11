#include "pipelines/math/moment_sums.h"

#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr double kWholeMax = 281474976710656;  // 2^48: products and 2^31 of them fit 127 bits
/// The two variables (of y d x) whose product each of the last six sums holds.
constexpr std::array<std::array<size_t, 2>, 6> kPairs = {
    {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}};

bool IsWhole(double value) {
  return std::fabs(value) <= kWholeMax && static_cast<double>(static_cast<int64_t>(value)) == value;
}

/// Adds a * b for an exact `a` that may need more than one double.
void AddExactProduct(ExactSum a, double b, ExactSum& out) {
  for (int part = 0; part < 3; ++part) {
    const double high = a.Value();
    if (high == 0) return;
    out.AddProduct(high, b);
    a.Add(-high);
  }
}

/// sum (a - ma)(b - mb) = ab - ma * b - mb * a + n ma mb, exact for the rounded means ma, mb.
double Deviations(const ExactSum& ab,
                  const ExactSum& a,
                  const ExactSum& b,
                  std::array<double, 2> means,
                  double n) {
  ExactSum sum = ab;
  AddExactProduct(b, -means[0], sum);
  AddExactProduct(a, -means[1], sum);
  const double product = means[0] * means[1];
  sum.AddProduct(n, product);
  sum.AddProduct(n, std::fma(means[0], means[1], -product));
  return sum.Value();
}

double Covariance(double ab_a, double shift, double n_a, double n_b, double ab_b) {
  const double n = n_a + n_b;
  return (ab_a * (n_a - 1) + ab_b * (n_b - 1) + shift * n_a * n_b / n) / (n - 1);
}

}  // namespace

Moments Moments::Pooled(const Moments& o) const {
  if (units == 0) return o;
  if (o.units == 0) return *this;
  Moments m;
  m.units = units + o.units;
  const double share = o.units / m.units;
  m.y = y + (o.y - y) * share;
  m.d = d + (o.d - d) * share;
  m.x = x + (o.x - x) * share;
  const double dy = o.y - y;
  const double dd_mean = o.d - d;
  const double dx_mean = o.x - x;
  m.yy = Covariance(yy, dy * dy, units, o.units, o.yy);
  m.dd = Covariance(dd, dd_mean * dd_mean, units, o.units, o.dd);
  m.xx = Covariance(xx, dx_mean * dx_mean, units, o.units, o.xx);
  m.yd = Covariance(yd, dy * dd_mean, units, o.units, o.yd);
  m.yx = Covariance(yx, dy * dx_mean, units, o.units, o.yx);
  m.dx = Covariance(dx, dd_mean * dx_mean, units, o.units, o.dx);
  return m;
}

MomentSums::MomentSums(const MomentSums& other) : units_(other.units_), whole_(other.whole_) {
  if (other.exact_ != nullptr) exact_ = std::make_unique<Exact>(*other.exact_);
}

MomentSums& MomentSums::operator=(const MomentSums& other) {
  MomentSums copy(other);
  *this = std::move(copy);
  return *this;
}

MomentSums::Exact& MomentSums::Slow() {
  if (exact_ == nullptr) exact_ = std::make_unique<Exact>();
  return *exact_;
}

void MomentSums::Add(double y, double d, double x) {
  CHECK(std::isfinite(y) && std::isfinite(d) && std::isfinite(x));
  if (d == 0 && x == 0 && IsWhole(y)) {
    AddWhole(static_cast<int64_t>(y));
    return;
  }
  ++units_;
  if (!IsWhole(y) || !IsWhole(d) || !IsWhole(x)) {
    AddProducts({y, d, x});
    return;
  }
  const std::array<int64_t, 3> v = {
      static_cast<int64_t>(y), static_cast<int64_t>(d), static_cast<int64_t>(x)};
  for (size_t i = 0; i < 3; ++i) whole_[i] += v[i];
  for (size_t i = 0; i < kPairs.size(); ++i) {
    whole_[3 + i] += static_cast<Whole>(v[kPairs[i][0]]) * v[kPairs[i][1]];
  }
}

void MomentSums::AddWhole(int64_t y) {
  ++units_;
  whole_[0] += y;
  whole_[3] += static_cast<Whole>(y) * y;
}

void MomentSums::AddProducts(const std::array<double, 3>& v) {
  Exact& sums = Slow();
  for (size_t i = 0; i < 3; ++i) {
    if (v[i] != 0) sums[i].Add(v[i]);
  }
  for (size_t i = 0; i < kPairs.size(); ++i) {
    const double a = v[kPairs[i][0]];
    const double b = v[kPairs[i][1]];
    if (a != 0 && b != 0) sums[3 + i].AddProduct(a, b);
  }
}

void MomentSums::Merge(const MomentSums& other) {
  units_ += other.units_;
  for (size_t i = 0; i < kSums; ++i) whole_[i] += other.whole_[i];
  if (other.exact_ == nullptr) return;
  Exact& sums = Slow();
  for (size_t i = 0; i < kSums; ++i) sums[i].Merge((*other.exact_)[i]);
}

ExactSum MomentSums::Total(size_t i) const {
  ExactSum sum;
  if (exact_ != nullptr) sum = (*exact_)[i];
  const bool negative = whole_[i] < 0;
  Whole rest = negative ? -whole_[i] : whole_[i];
  for (int digit = 0; rest != 0; ++digit) {
    const auto low = static_cast<double>(static_cast<uint32_t>(rest & 0xFFFF'FFFF));
    sum.Add(std::ldexp(negative ? -low : low, 32 * digit));
    rest >>= 32;
  }
  return sum;
}

Moments MomentSums::Finish(double scale) const {
  Moments m;
  m.units = static_cast<double>(units_);
  if (units_ == 0) return m;
  const std::array<ExactSum, 3> first = {Total(0), Total(1), Total(2)};
  std::array<double, 3> means{};
  for (size_t i = 0; i < 3; ++i) means[i] = first[i].Value() / m.units;
  std::array<double, kPairs.size()> covariances{};
  for (size_t i = 0; i < kPairs.size() && units_ > 1; ++i) {
    const auto [a, b] = kPairs[i];
    const double sum = Deviations(Total(3 + i), first[a], first[b], {means[a], means[b]}, m.units);
    covariances[i] = (a == b ? std::fmax(0, sum) : sum) / (m.units - 1) * scale * scale;
  }
  m.y = means[0] * scale;
  m.d = means[1] * scale;
  m.x = means[2] * scale;
  double* const out[] = {&m.yy, &m.dd, &m.xx, &m.yd, &m.yx, &m.dx};
  for (size_t i = 0; i < kPairs.size(); ++i) *out[i] = covariances[i];
  return m;
}

// u64 units | 9 x field (ExactSum::Encode of both lanes together).
Bytes MomentSums::Encode() const {
  Bytes out;
  AppendU64(out, units_);
  for (size_t i = 0; i < kSums; ++i) AppendField(out, ByteView(Total(i).Encode()));
  return out;
}

Result<MomentSums> MomentSums::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  MomentSums sums;
  ASSIGN_OR_RETURN(sums.units_, reader.U64());
  for (ExactSum& sum : sums.Slow()) {
    ASSIGN_OR_RETURN(const ByteView field, reader.Field());
    ASSIGN_OR_RETURN(sum, ExactSum::Decode(field));
  }
  if (!reader.empty()) return Corrupt("moment sums have bytes to spare");
  return sums;
}

}  // namespace signet::pipelines
