#include "pipelines/math/exact_sum.h"

#include <bit>
#include <cmath>
#include <limits>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

/// The weight of digit 0 is 2^-1088, below the least subnormal (2^-1074), a multiple of 32.
constexpr int kLowestExponent = -1088;
constexpr int kDigitBits = 32;
constexpr uint64_t kDigitMask = 0xFFFF'FFFF;
__extension__ using Wide = unsigned __int128;  // GCC and clang have it; ISO C++ does not
constexpr uint32_t kPendingMax = 1U << 28;

}  // namespace

void ExactSum::Add(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const int biased = static_cast<int>(bits >> 52 & 0x7FF);
  if (biased == 0x7FF) {
    ++non_finite_;
    return;
  }
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  if (biased != 0) mantissa |= uint64_t{1} << 52;
  if (mantissa == 0) return;
  // value = mantissa * 2^(max(biased, 1) - 1075).
  const int position = (biased == 0 ? 1 : biased) - 1075 - kLowestExponent;
  const auto digit = static_cast<size_t>(position / kDigitBits);
  const int shift = position % kDigitBits;
  const uint64_t low = (mantissa & kDigitMask) << shift;
  const uint64_t high = (mantissa >> kDigitBits) << shift;
  const auto d0 = static_cast<int64_t>(low & kDigitMask);
  const auto d1 = static_cast<int64_t>((low >> kDigitBits) + (high & kDigitMask));
  const auto d2 = static_cast<int64_t>(high >> kDigitBits);
  const int64_t sign = bits >> 63 != 0 ? -1 : 1;
  digits_[digit] += sign * d0;
  digits_[digit + 1] += sign * d1;
  digits_[digit + 2] += sign * d2;
  if (++pending_ >= kPendingMax) Normalise();
}

void ExactSum::AddProduct(double a, double b) {
  const double product = a * b;
  Add(product);
  if (std::isfinite(product)) Add(std::fma(a, b, -product));
}

void ExactSum::Normalise() {
  int64_t carry = 0;
  for (size_t i = 0; i + 1 < kDigits; ++i) {
    const int64_t digit = digits_[i] + carry;
    carry = digit >> kDigitBits;  // floors, so the digit left is not negative
    digits_[i] = static_cast<int64_t>(static_cast<uint64_t>(digit) & kDigitMask);
  }
  digits_[kDigits - 1] += carry;
  pending_ = 0;
}

void ExactSum::Merge(const ExactSum& other) {
  ExactSum more = other;
  more.Normalise();
  Normalise();
  for (size_t i = 0; i < kDigits; ++i) digits_[i] += more.digits_[i];
  non_finite_ += more.non_finite_;
  Normalise();
}

double ExactSum::Value() const {
  ExactSum sum = *this;
  sum.Normalise();
  const bool negative = sum.digits_[kDigits - 1] < 0;
  if (negative) {
    for (int64_t& digit : sum.digits_) digit = -digit;
    sum.Normalise();
  }
  size_t top = kDigits;
  while (top > 0 && sum.digits_[top - 1] == 0) --top;
  if (top == 0) return 0;
  // The top 64 bits, with everything below folded into a sticky bit.
  const size_t first = top - 1;
  auto word = [&](size_t i) { return static_cast<uint64_t>(sum.digits_[i]); };
  Wide window = word(first);
  int exponent = kLowestExponent + static_cast<int>(first) * kDigitBits;
  size_t next = first;
  for (int taken = 0; taken < 2; ++taken) {
    window <<= kDigitBits;
    exponent -= kDigitBits;
    if (next > 0) window |= word(--next);
  }
  bool sticky = false;
  for (size_t i = 0; i < next; ++i) sticky = sticky || sum.digits_[i] != 0;
  int length = 0;
  for (Wide rest = window; rest != 0; rest >>= 1U) ++length;
  // Leave 53 bits, or fewer where the result is subnormal.
  int drop = length - 53;
  if (exponent + drop < -1074) drop = -1074 - exponent;
  if (drop > 0) {
    const Wide unit = Wide{1} << drop;
    const Wide rest = window & (unit - 1);
    const Wide half = unit >> 1U;
    window >>= static_cast<unsigned>(drop);
    exponent += drop;
    const bool odd = (window & 1U) != 0;
    if (rest > half || (rest == half && (sticky || odd))) ++window;
  }
  const double magnitude = std::ldexp(static_cast<double>(static_cast<uint64_t>(window)), exponent);
  return negative ? -magnitude : magnitude;
}

Bytes ExactSum::Encode() const {
  ExactSum sum = *this;
  sum.Normalise();
  Bytes bytes;
  AppendU64(bytes, sum.non_finite_);
  for (const int64_t digit : sum.digits_) AppendU64(bytes, static_cast<uint64_t>(digit));
  return bytes;
}

Result<ExactSum> ExactSum::Decode(ByteView bytes) {
  ByteReader reader(bytes);
  ExactSum sum;
  ASSIGN_OR_RETURN(sum.non_finite_, reader.U64());
  for (size_t i = 0; i < kDigits; ++i) {
    ASSIGN_OR_RETURN(const uint64_t digit, reader.U64());
    if (i + 1 < kDigits && digit > kDigitMask) return Corrupt("an exact sum with a wide digit");
    sum.digits_[i] = static_cast<int64_t>(digit);
  }
  if (!reader.empty()) return Corrupt("an exact sum with trailing bytes");
  return sum;
}

double SumOf(std::span<const double> values) {
  ExactSum sum;
  for (const double value : values) sum.Add(value);
  return sum.Value();
}

double MeanOf(std::span<const double> values) {
  return values.empty() ? 0 : SumOf(values) / static_cast<double>(values.size());
}

double VarianceOf(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double mean = MeanOf(values);
  ExactSum squares;
  for (const double value : values) squares.AddProduct(value - mean, value - mean);
  return squares.Value() / static_cast<double>(values.size() - 1);
}

}  // namespace signet::pipelines
