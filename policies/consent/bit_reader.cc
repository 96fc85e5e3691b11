#include "policies/consent/bit_reader.h"

#include <string>

namespace signet::policies {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr int kLetterBits = 6;
constexpr int kNumberBitsMax = 63;
constexpr int kDecisecondsBits = 36;
constexpr int64_t kDecisecondMicros = 100'000;
/// Longer codes than any number of 32 bits needs are nonsense.
constexpr int kFibonacciBitsMax = 48;

}  // namespace

Result<BitReader> BitReader::FromBase64Url(std::string_view text) {
  BitReader reader;
  reader.bits_.reserve(text.size() * static_cast<size_t>(kLetterBits));
  for (const char letter : text) {
    const size_t value = kAlphabet.find(letter);
    if (value == std::string_view::npos) return Corrupt("the string is not web-safe base64");
    for (int bit = kLetterBits - 1; bit >= 0; --bit) {
      reader.bits_.push_back(((value >> static_cast<unsigned>(bit)) & 1U) != 0);
    }
  }
  return reader;
}

Result<uint64_t> BitReader::Number(int bits) {
  CHECK(bits >= 0 && bits <= kNumberBitsMax);
  if (bits_left() < static_cast<size_t>(bits)) return Corrupt("the string ends too early");
  uint64_t number = 0;
  for (int i = 0; i < bits; ++i) number = (number << 1U) | (bits_[at_++] ? 1U : 0U);
  return number;
}

Result<bool> BitReader::Flag() {
  ASSIGN_OR_RETURN(const uint64_t bit, Number(1));
  return bit == 1;
}

Result<Timestamp> BitReader::Deciseconds() {
  ASSIGN_OR_RETURN(const uint64_t count, Number(kDecisecondsBits));
  return Timestamp{static_cast<int64_t>(count) * kDecisecondMicros};
}

Result<std::string> BitReader::Letters(int count) {
  std::string letters;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const uint64_t letter, Number(kLetterBits));
    if (letter > 25) return Corrupt("a letter of the string is none");
    letters.push_back(static_cast<char>('A' + letter));
  }
  return letters;
}

Result<std::vector<int>> BitReader::BitField(int count) {
  std::vector<int> set;
  for (int i = 1; i <= count; ++i) {
    ASSIGN_OR_RETURN(const bool bit, Flag());
    if (bit) set.push_back(i);
  }
  return set;
}

Result<uint64_t> BitReader::Fibonacci() {
  uint64_t sum = 0;
  uint64_t value = 1;
  uint64_t next = 2;
  bool last = false;
  for (int i = 0; i < kFibonacciBitsMax; ++i) {
    ASSIGN_OR_RETURN(const bool bit, Flag());
    if (bit && last) return sum;
    if (bit) sum += value;
    last = bit;
    const uint64_t after = value + next;
    value = next;
    next = after;
  }
  return Corrupt("a Fibonacci number of the string has no end");
}

}  // namespace signet::policies
