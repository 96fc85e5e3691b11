#include "crypto/transparency/entry_scan.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "crypto/base/line_text.h"
#include "crypto/transparency/decimal.h"

namespace signet::crypto {
namespace {

constexpr int kDepthMax = 64;
constexpr uint64_t kExactIntegerMax = uint64_t{1} << 53;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether eight bytes are all ASCII that needs no look: no quote, backslash, control or DEL. May
/// say no to what is plain, never yes to what is not.
bool IsPlainWord(const char* bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = kOnes << 7;
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto has_zero = [](uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const uint64_t odd = (word & kHighs) | ((word - kOnes * 0x20) & ~word & kHighs) |
                       has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) |
                       has_zero(word ^ (kOnes * 0x7F));
  return odd == 0;
}

/// A cursor over the entry. Each function consumes what it names, or answers false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Entry() { return Object(0, /*is_entry=*/true) && at_ == text_.size(); }
  [[nodiscard]] const std::optional<uint64_t>& index() const { return index_; }

 private:
  [[nodiscard]] char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  /// `inside` becomes what is between the quotes, escapes as they are.
  bool Text(std::string_view& inside) {
    if (!Take('"')) return false;
    const size_t begin = at_;
    bool plain = true;
    while (at_ + sizeof(uint64_t) <= text_.size() && IsPlainWord(text_.data() + at_)) {
      at_ += sizeof(uint64_t);
    }
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20 || byte == 0x7F) return false;
      if (byte >= 0x80) plain = false;
      if (byte != '\\') continue;
      ++at_;
      if (Peek() != '"' && Peek() != '\\') return false;
    }
    inside = text_.substr(begin, at_ - begin);
    return Take('"') && (plain || IsOneLine(inside));
  }

  bool Digits() {
    const size_t begin = at_;
    while (IsDigit(Peek())) ++at_;
    return at_ > begin;
  }

  /// The form of a number, and that an integer is exact; shortest digits are the writer's duty.
  bool Number() {
    const bool negative = Take('-');
    const size_t begin = at_;
    if (!Digits()) return false;
    const std::string_view whole = text_.substr(begin, at_ - begin);
    if (whole.size() > 1 && whole.front() == '0') return false;
    bool integer = true;
    if (Take('.')) {
      integer = false;
      if (!Digits() || text_[at_ - 1] == '0') return false;
    }
    if (Take('e')) {
      integer = false;
      if (!Take('+') && !Take('-')) return false;
      if (Peek() == '0' || !Digits()) return false;
    }
    if (!integer) return true;
    if (whole == "0") return !negative;
    // Up to 21 digits ECMAScript writes without exponent; what is not exact is no integer of ours.
    const std::optional<uint64_t> value = DecimalFromText(whole);
    return value.has_value() ? *value <= kExactIntegerMax || whole.ends_with('0')
                             : whole.size() <= 21;
  }

  bool Array(int depth) {
    if (!Take('[')) return false;
    if (Take(']')) return true;
    do {
      if (!Value(depth + 1)) return false;
    } while (Take(','));
    return Take(']');
  }

  bool Object(int depth, bool is_entry) {
    if (!Take('{')) return false;
    if (Take('}')) return true;
    std::string_view before;
    bool first = true;
    do {
      std::string_view key;
      if (!Text(key) || !Take(':')) return false;
      if (!first && before >= key) return false;
      first = false;
      before = key;
      const size_t begin = at_;
      if (!Value(depth + 1)) return false;
      if (is_entry && key == "index") index_ = DecimalFromText(text_.substr(begin, at_ - begin));
    } while (Take(','));
    return Take('}');
  }

  bool Value(int depth) {
    if (depth > kDepthMax) return false;
    std::string_view ignored;
    switch (Peek()) {
      case '"':
        return Text(ignored);
      case '{':
        return Object(depth, /*is_entry=*/false);
      case '[':
        return Array(depth);
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::optional<uint64_t> index_;
};

}  // namespace

Result<uint64_t> IndexOfEntry(ByteView entry) {
  Scanner scanner(AsText(entry));
  if (!scanner.Entry()) return Corrupt("is not canonical JSON");
  if (!scanner.index().has_value()) return Corrupt("does not carry an index");
  return *scanner.index();
}

}  // namespace signet::crypto
