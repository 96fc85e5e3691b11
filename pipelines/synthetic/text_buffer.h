/// Appends rows of CSV and JSONL fast: no locale, no allocation per field.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace signet::pipelines::synthetic {

/// A growing text; Clear keeps the memory.
class TextBuffer {
 public:
  TextBuffer& Text(std::string_view text) {
    text_.append(text);
    return *this;
  }
  TextBuffer& Char(char c) {
    text_.push_back(c);
    return *this;
  }
  TextBuffer& Unsigned(uint64_t value) { return Padded(value, 1); }
  /// At least `digits` digits, zeros in front.
  TextBuffer& Padded(uint64_t value, int digits) {
    std::array<char, 20> room{};
    size_t at = room.size();
    do {
      room[--at] = static_cast<char>('0' + value % 10);
      value /= 10;
      --digits;
    } while (value != 0 || digits > 0);
    text_.append(room.data() + at, room.size() - at);
    return *this;
  }
  /// "-12.30".
  TextBuffer& Cents(int64_t cents) {
    if (cents < 0) Char('-');
    const auto size = static_cast<uint64_t>(cents < 0 ? -cents : cents);
    return Unsigned(size / 100).Char('.').Padded(size % 100, 2);
  }
  /// "2025-12-31" + `separator` + "23:59:59" for seconds since 1970, UTC.
  TextBuffer& Time(int64_t seconds, char separator) {
    const int64_t day = seconds / 86'400;
    const auto rest = static_cast<uint64_t>(seconds % 86'400);
    Day(day).Char(separator);
    return Padded(rest / 3'600, 2)
        .Char(':')
        .Padded(rest / 60 % 60, 2)
        .Char(':')
        .Padded(rest % 60, 2);
  }
  /// "2025-12-31" for days since 1970 (1970 to 2200): Hinnant's civil_from_days.
  TextBuffer& Day(int64_t days) {
    const int64_t z = days + 719'468;
    const int64_t era = z / 146'097;
    const int64_t doe = z - era * 146'097;
    const int64_t yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;
    const int64_t d = doy - (153 * mp + 2) / 5 + 1;
    const int64_t m = mp < 10 ? mp + 3 : mp - 9;
    const int64_t y = yoe + era * 400 + (m <= 2 ? 1 : 0);
    return Padded(static_cast<uint64_t>(y), 4)
        .Char('-')
        .Padded(static_cast<uint64_t>(m), 2)
        .Char('-')
        .Padded(static_cast<uint64_t>(d), 2);
  }
  /// Appends again what was written since `from` (a duplicate row).
  void Repeat(size_t from) { text_.append(std::string(text_, from)); }

  [[nodiscard]] size_t size() const { return text_.size(); }
  [[nodiscard]] std::string_view view() const { return text_; }
  void Clear() { text_.clear(); }

 private:
  std::string text_;
};

}  // namespace signet::pipelines::synthetic
