#include "pipelines/schedule/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <exception>
#include <utility>

#include <date/date.h>
#include <date/tz.h>

#include "crypto/base/check.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;

constexpr int64_t kMinutesPerDay = 1'440;
/// A leap day on a given weekday comes back within 28 years (40 around 2100).
constexpr int64_t kSearchDaysMax = int64_t{41} * 366;

struct Field {
  const char* name;
  int low;
  int high;
  std::vector<std::string_view> names;  ///< for low, low + 1, ...
};

const std::array<Field, 5>& Fields() {
  static const std::array<Field, 5> kFields = {
      {{"minute", 0, 59, {}},
       {"hour", 0, 23, {}},
       {"day of month", 1, 31, {}},
       {"month",
        1,
        12,
        {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
       {"day of week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}}};
  return kFields;
}

Status Wrong(const Field& field, std::string_view text) {
  return Invalid("'" + std::string(text) + "' is no " + field.name + " of a cron expression")
      .WithRemedy(std::string(field.name) + "s are " + std::to_string(field.low) + " to " +
                  std::to_string(field.high) + ", with '*', lists, ranges and steps");
}

Result<int> ValueOf(const Field& field, std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const auto named = std::find(field.names.begin(), field.names.end(), lower);
  if (named != field.names.end()) return field.low + static_cast<int>(named - field.names.begin());
  const Result<int64_t> number = IntegerFromText(lower);
  if (!number.ok() || *number < field.low || *number > field.high) return Wrong(field, text);
  return static_cast<int>(*number);
}

/// One part of a list: "*", "3", "1-5", each perhaps with "/step".
Result<uint64_t> PartBits(const Field& field, std::string_view part) {
  const size_t slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  int64_t step = 1;
  if (slash != std::string_view::npos) {
    const Result<int64_t> given = IntegerFromText(part.substr(slash + 1));
    if (!given.ok() || *given < 1) return Wrong(field, part);
    step = *given;
  }
  int first = field.low;
  int last = field.high;
  if (range != "*") {
    const size_t dash = range.find('-');
    ASSIGN_OR_RETURN(first, ValueOf(field, range.substr(0, dash)));
    last = slash == std::string_view::npos ? first : field.high;
    if (dash != std::string_view::npos) {
      ASSIGN_OR_RETURN(last, ValueOf(field, range.substr(dash + 1)));
    }
  }
  if (last < first) return Wrong(field, part);
  uint64_t bits = 0;
  for (int64_t value = first; value <= last; value += step) {
    bits |= uint64_t{1} << static_cast<unsigned>(value);
  }
  return bits;
}

Result<uint64_t> FieldBits(const Field& field, const std::string& text) {
  uint64_t bits = 0;
  for (const std::string& part : Split(text, ',')) {
    ASSIGN_OR_RETURN(const uint64_t more, PartBits(field, part));
    bits |= more;
  }
  return bits;
}

bool Has(uint64_t bits, int64_t value) {
  return (bits >> static_cast<unsigned>(value) & 1U) != 0;
}

Result<const date::time_zone*> ZoneOf(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return Invalid("there is no time zone '" + name + "'")
        .WithRemedy("name it as IANA does, such as Europe/Helsinki or UTC");
  }
}

/// Parse has found the zone once.
const date::time_zone& Zone(const std::string& name) {
  const Result<const date::time_zone*> zone = ZoneOf(name);
  CHECK(zone.ok());
  return **zone;
}

}  // namespace

Result<Cron> Cron::Parse(std::string_view expression, const std::string& time_zone) {
  std::vector<std::string> texts;
  for (std::string& text : Split(expression, ' ')) {
    if (!text.empty()) texts.push_back(std::move(text));
  }
  if (texts.size() != Fields().size()) {
    return Invalid("a cron expression has five fields: minute hour day month weekday")
        .WithRemedy("for example '0 6 * * mon-fri': at six on working days");
  }
  std::array<uint64_t, 5> bits{};
  for (size_t i = 0; i < bits.size(); ++i) {
    ASSIGN_OR_RETURN(bits[i], FieldBits(Fields()[i], texts[i]));
  }
  Cron cron;
  cron.time_zone_ = time_zone;
  cron.minutes_ = bits[0];
  cron.hours_ = static_cast<uint32_t>(bits[1]);
  cron.days_ = static_cast<uint32_t>(bits[2]);
  cron.months_ = static_cast<uint32_t>(bits[3]);
  cron.weekdays_ = static_cast<uint32_t>(bits[4] | (Has(bits[4], 7) ? 1U : 0U));
  cron.any_hour_ = texts[1][0] == '*';
  cron.any_day_ = texts[2][0] == '*';
  cron.any_weekday_ = texts[4][0] == '*';
  TRY(ZoneOf(time_zone).status());
  if (!cron.NextLocal(0)) return Invalid("'" + std::string(expression) + "' is never due");
  return cron;
}

bool Cron::MatchesDay(int64_t day) const {
  const date::local_days local{date::days{day}};
  const date::year_month_day ymd{local};
  if (!Has(months_, static_cast<int64_t>(static_cast<unsigned>(ymd.month())))) return false;
  const bool day_matches = Has(days_, static_cast<int64_t>(static_cast<unsigned>(ymd.day())));
  const bool weekday_matches = Has(weekdays_, int64_t{date::weekday{local}.c_encoding()});
  if (any_day_ || any_weekday_) return day_matches && weekday_matches;
  return day_matches || weekday_matches;
}

std::optional<int64_t> Cron::NextLocal(int64_t from) const {
  int64_t day = from / kMinutesPerDay;
  int64_t minute = from % kMinutesPerDay;
  if (minute < 0) {
    minute += kMinutesPerDay;
    --day;
  }
  for (const int64_t last = day + kSearchDaysMax; day < last; ++day, minute = 0) {
    if (!MatchesDay(day)) continue;
    while (minute < kMinutesPerDay) {
      if (!Has(hours_, minute / 60)) {
        minute = (minute / 60 + 1) * 60;
      } else if (Has(minutes_, minute % 60)) {
        return day * kMinutesPerDay + minute;
      } else {
        ++minute;
      }
    }
  }
  return std::nullopt;
}

Timestamp Cron::Next(Timestamp after) const {
  return any_hour_ ? NextOfAnyHour(after) : NextOfFixedHours(after);
}

Timestamp Cron::NextOfFixedHours(Timestamp after) const {
  const date::time_zone& zone = Zone(time_zone_);
  const date::sys_time<microseconds> now{microseconds{after.micros}};
  // Begins a day before, since local time may have gone back since.
  int64_t local =
      date::floor<minutes>(zone.to_local(now)).time_since_epoch().count() - kMinutesPerDay;
  for (;;) {
    const std::optional<int64_t> next = NextLocal(local);
    CHECK(next.has_value());
    const date::local_time<minutes> wanted{minutes{*next}};
    const date::local_info info = zone.get_info(wanted);
    // Skipped: at the jump. Repeated: the first time. `first` is what holds before the change.
    const date::sys_time<microseconds> moment =
        info.result == date::local_info::nonexistent
            ? date::sys_time<microseconds>{info.first.end}
            : date::sys_time<microseconds>{wanted.time_since_epoch() - info.first.offset};
    if (moment > now) return Timestamp{moment.time_since_epoch().count()};
    local = *next + 1;
  }
}

/// Walks the stretches of constant offset: within one, local time passes as real time does.
Timestamp Cron::NextOfAnyHour(Timestamp after) const {
  const date::time_zone& zone = Zone(time_zone_);
  const date::sys_time<microseconds> past{microseconds{after.micros}};
  date::sys_time<minutes> from = date::floor<minutes>(past) + minutes{1};
  for (;;) {
    const date::sys_info info = zone.get_info(from);
    const auto offset_s = info.offset.count();
    const int64_t local = (from.time_since_epoch().count() * 60 + offset_s) / 60;
    const std::optional<int64_t> next = NextLocal(local);
    CHECK(next.has_value());
    const date::sys_seconds moment{std::chrono::seconds{*next * 60 - offset_s}};
    if (moment < info.end) {
      return Timestamp{int64_t{moment.time_since_epoch().count()} * 1'000'000};
    }
    from = date::ceil<minutes>(info.end);
  }
}

std::vector<Timestamp> Cron::Between(Timestamp after, Timestamp until, size_t limit) const {
  std::vector<Timestamp> due;
  for (Timestamp next = Next(after); next <= until && due.size() < limit; next = Next(next)) {
    due.push_back(next);
  }
  return due;
}

}  // namespace signet::pipelines
