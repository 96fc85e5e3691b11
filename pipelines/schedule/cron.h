/// Cron: when something is due, in a time zone with its daylight saving.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// Five fields "minute hour day-of-month month day-of-week" as in crontab(5): numbers, names
/// (jan, mon), lists, ranges, steps and '*'. When both day fields are restricted, either matches
/// (POSIX). Immutable.
///
/// Daylight saving, as cron(8) has it. With fixed hours: a local time that is skipped is due at the
/// moment of the jump, one that is repeated is due once, the first time, so that a daily run runs
/// once a day, every day. With any hour ("*/15 * * * *"): it is due by the minutes that really
/// pass, none for a skipped hour and twice in a repeated one.
class Cron {
 public:
  /// kInvalid, naming the field, for what is no cron expression, can never be due (30 February), or
  /// names an unknown time zone (IANA, such as Europe/Helsinki).
  static Result<Cron> Parse(std::string_view expression, const std::string& time_zone);

  /// The first moment after `after` at which it is due.
  [[nodiscard]] Timestamp Next(Timestamp after) const;
  /// All moments in (after, until], the oldest first, at most `limit`.
  [[nodiscard]] std::vector<Timestamp> Between(Timestamp after,
                                               Timestamp until,
                                               size_t limit) const;

 private:
  Cron() = default;
  [[nodiscard]] bool MatchesDay(int64_t day) const;
  /// The next local minute (minutes since 1970-01-01 local) at or after `from` that matches.
  [[nodiscard]] std::optional<int64_t> NextLocal(int64_t from) const;
  [[nodiscard]] Timestamp NextOfFixedHours(Timestamp after) const;
  [[nodiscard]] Timestamp NextOfAnyHour(Timestamp after) const;

  std::string time_zone_;
  uint64_t minutes_ = 0;  ///< bit n: minute n; likewise below
  uint32_t hours_ = 0;
  uint32_t days_ = 0;
  uint32_t months_ = 0;
  uint32_t weekdays_ = 0;  ///< 0 = Sunday
  bool any_hour_ = true;
  bool any_day_ = true;
  bool any_weekday_ = true;
};

}  // namespace signet::pipelines
