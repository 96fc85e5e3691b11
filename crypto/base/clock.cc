#include "crypto/base/clock.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace signet {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using SysMicros = std::chrono::sys_time<microseconds>;

constexpr int64_t kMicrosPerSecond = 1'000'000;

Result<int> Number(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return Invalid("time ends early");
  int value = 0;
  const char* first = text.data() + at;
  const auto parsed = std::from_chars(first, first + digits, value);
  if (parsed.ec != std::errc() || parsed.ptr != first + digits) {
    return Invalid("not a number in a time");
  }
  return value;
}

Result<int64_t> TimeOfDay(std::string_view text) {
  ASSIGN_OR_RETURN(const int hour, Number(text, 11, 2));
  ASSIGN_OR_RETURN(const int minute, Number(text, 14, 2));
  ASSIGN_OR_RETURN(const int second, Number(text, 17, 2));
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') {
    return Invalid("a time reads YYYY-MM-DDThh:mm:ssZ");
  }
  if (hour > 23 || minute > 59 || second > 59) return Invalid("no such time of day");
  int64_t micros = ((hour * 60LL + minute) * 60 + second) * kMicrosPerSecond;
  if (text.size() == 20) return micros;
  const size_t digits = text.size() - 21;
  if (text[19] != '.' || digits == 0 || digits > 6) return Invalid("a fraction has 1 to 6 digits");
  ASSIGN_OR_RETURN(int fraction, Number(text, 20, digits));
  for (size_t i = digits; i < 6; ++i) fraction *= 10;
  return micros + fraction;
}

}  // namespace

std::string TimestampText(Timestamp time) {
  const SysMicros point{microseconds(time.micros)};
  const sys_days day = std::chrono::floor<days>(point);
  const std::chrono::hh_mm_ss<microseconds> clock(point - day);
  std::string text(40, '\0');
  int length = std::snprintf(text.data(),
                             text.size(),
                             "%sT%02d:%02d:%02d",
                             DateText(time).c_str(),
                             static_cast<int>(clock.hours().count()),
                             static_cast<int>(clock.minutes().count()),
                             static_cast<int>(clock.seconds().count()));
  text.resize(static_cast<size_t>(length));
  if (const int64_t fraction = clock.subseconds().count(); fraction != 0) {
    std::string digits = std::to_string(kMicrosPerSecond + fraction);
    text += "." + digits.substr(1);
  }
  return text + "Z";
}

std::string DateText(Timestamp time) {
  const SysMicros point{microseconds(time.micros)};
  const year_month_day date(std::chrono::floor<days>(point));
  std::string text(32, '\0');
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%04d-%02u-%02u",
                                   static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()));
  text.resize(static_cast<size_t>(length));
  return text;
}

Result<Timestamp> TimestampFromText(std::string_view text) {
  ASSIGN_OR_RETURN(const int year, Number(text, 0, 4));
  ASSIGN_OR_RETURN(const int month, Number(text, 5, 2));
  ASSIGN_OR_RETURN(const int day, Number(text, 8, 2));
  if (text[4] != '-' || text[7] != '-') return Invalid("a date reads YYYY-MM-DD");
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return Invalid("no such date");
  const int64_t midnight =
      std::chrono::duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
  if (text.size() == 10) return Timestamp{midnight};
  if (text.size() < 20) return Invalid("a time reads YYYY-MM-DDThh:mm:ssZ");
  ASSIGN_OR_RETURN(const int64_t micros, TimeOfDay(text));
  return Timestamp{midnight + micros};
}

Timestamp SystemClock::Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<microseconds>(now).count()};
}

int64_t SystemClock::MonotonicMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<microseconds>(now).count();
}

void ManualClock::Advance(int64_t micros) {
  now_.micros += micros;
  monotonic_ += micros;
}

}  // namespace signet
