#include "policies/rights/right.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;
constexpr size_t kRights = 8;
constexpr int kBusinessDaysToConfirm = 10;
constexpr int kBusinessDaysToOptOut = 15;
constexpr int kCaliforniaDays = 45;
constexpr int kExtraMonths = 2;

constexpr EnumNames<Right, kRights> kNames = {{
    {Right::kAccess, "access"},
    {Right::kPortability, "portability"},
    {Right::kRectification, "rectification"},
    {Right::kErasure, "erasure"},
    {Right::kRestriction, "restriction"},
    {Right::kObjection, "objection"},
    {Right::kOptOut, "opt_out"},
    {Right::kLimit, "limit_sensitive"},
}};

struct Articles {
  Right right;
  std::string_view gdpr;
  std::string_view ccpa;
};

constexpr std::array<Articles, kRights> kArticles = {{
    {Right::kAccess, "GDPR Art. 15", "Cal. Civ. Code § 1798.110"},
    {Right::kPortability, "GDPR Art. 20", "Cal. Civ. Code § 1798.130(a)(3)(B)(iii)"},
    {Right::kRectification, "GDPR Art. 16", "Cal. Civ. Code § 1798.106"},
    {Right::kErasure, "GDPR Art. 17", "Cal. Civ. Code § 1798.105"},
    {Right::kRestriction, "GDPR Art. 18", "GDPR Art. 18"},
    {Right::kObjection, "GDPR Art. 21", "GDPR Art. 21"},
    {Right::kOptOut, "Cal. Civ. Code § 1798.120", "Cal. Civ. Code § 1798.120"},
    {Right::kLimit, "Cal. Civ. Code § 1798.121", "Cal. Civ. Code § 1798.121"},
}};

/// The same day `months` later, or that month's last day (Regulation 1182/71 Art. 3(2)(c)).
Timestamp AfterMonths(Timestamp from, int months) {
  const std::chrono::sys_days day{std::chrono::days(from.micros / kDayMicros)};
  const std::chrono::year_month_day date(day);
  const std::chrono::year_month month = date.year() / date.month() + std::chrono::months(months);
  const std::chrono::year_month_day last(month / std::chrono::last);
  const std::chrono::year_month_day due = month / std::min(date.day(), last.day());
  const int64_t days = std::chrono::sys_days(due).time_since_epoch().count();
  return {days * kDayMicros + from.micros % kDayMicros};
}

Timestamp AfterDays(Timestamp from, int days) {
  return {from.micros + days * kDayMicros};
}

bool IsWeekend(Timestamp time) {
  const std::chrono::weekday weekday{
      std::chrono::sys_days(std::chrono::days(time.micros / kDayMicros))};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

Timestamp AfterBusinessDays(Timestamp from, int days) {
  Timestamp at = from;
  for (int left = days; left > 0;) {
    at = AfterDays(at, 1);
    if (!IsWeekend(at)) --left;
  }
  return at;
}

}  // namespace

std::string_view RightName(Right right) {
  return NameIn(kNames, right);
}

Result<Right> RightFromName(std::string_view name) {
  return ValueIn(kNames, name, "right");
}

std::string_view RightArticle(Right right, std::string_view law) {
  for (const Articles& articles : kArticles) {
    if (articles.right == right) return law == "gdpr" ? articles.gdpr : articles.ccpa;
  }
  CHECK(false);
  return {};
}

Deadline DeadlineOf(Right right, std::string_view law, Timestamp received) {
  Deadline deadline;
  if (right == Right::kOptOut || right == Right::kLimit) {
    deadline.answer = AfterBusinessDays(received, kBusinessDaysToOptOut);
    deadline.extended = deadline.answer;
    return deadline;
  }
  if (law == "gdpr") {
    deadline.answer = AfterMonths(received, 1);
    deadline.extended = AfterMonths(received, 1 + kExtraMonths);
    return deadline;
  }
  deadline.acknowledge = AfterBusinessDays(received, kBusinessDaysToConfirm);
  deadline.answer = AfterDays(received, kCaliforniaDays);
  deadline.extended = AfterDays(received, 2 * kCaliforniaDays);
  return deadline;
}

}  // namespace signet::policies
