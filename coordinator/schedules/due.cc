#include "coordinator/schedules/due.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipelines/schedule/cron.h"

namespace signet::coordinator {
namespace {

using pipelines::Cron;
using pipelines::Missed;

std::vector<Cron> CronsOf(const Schedule& schedule) {
  std::vector<Cron> crons;
  crons.reserve(schedule.options.crons.size());
  for (const std::string& text : schedule.options.crons) {
    const Result<Cron> cron = Cron::Parse(text, schedule.options.time_zone);
    if (cron.ok()) crons.push_back(*cron);  // checked when the document was read
  }
  return crons;
}

/// The moments of all crons in (handled, now], each once, the oldest first.
std::vector<Timestamp> MomentsOf(const Schedule& schedule, Timestamp now) {
  std::vector<Timestamp> moments;
  if (now <= schedule.handled) return moments;
  for (const Cron& cron : CronsOf(schedule)) {
    const std::vector<Timestamp> some = cron.Between(schedule.handled, now, kMomentsMax);
    moments.insert(moments.end(), some.begin(), some.end());
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  if (moments.size() > kMomentsMax) moments.resize(kMomentsMax);
  return moments;
}

}  // namespace

DueNow Decide(const Schedule& schedule, Timestamp now) {
  DueNow due;
  std::vector<Timestamp> moments = MomentsOf(schedule, now);
  if (moments.empty()) return due;
  if (schedule.options.missed == Missed::kRunAll) {
    due.run = moments.front();
    return due;
  }
  const Timestamp newest = moments.back();
  const bool on_time = now.micros - newest.micros <= kOnTimeMicros;
  const bool more = moments.size() == kMomentsMax;  // then the newest is not among them
  if (!more && (on_time || schedule.options.missed == Missed::kRunOnce)) {
    due.run = newest;
    moments.pop_back();
  }
  if (moments.empty()) return due;
  due.missed = static_cast<int64_t>(moments.size());
  due.missed_first = moments.front();
  due.missed_last = moments.back();
  return due;
}

Schedule AfterMissed(Schedule schedule, const DueNow& due) {
  schedule.handled = std::max(schedule.handled, due.missed_last);
  schedule.missed += due.missed;
  schedule.last_missed = due.missed_last;
  return schedule;
}

Schedule AfterRun(Schedule schedule, Timestamp due, const std::string& run) {
  schedule.handled = std::max(schedule.handled, due);
  ++schedule.runs;
  schedule.last_run = run;
  schedule.last_due = due;
  schedule.trouble.clear();
  return schedule;
}

Schedule AfterRefusal(Schedule schedule, Timestamp due, const std::string& why) {
  schedule.handled = std::max(schedule.handled, due);
  ++schedule.missed;
  schedule.last_missed = due;
  schedule.trouble = why;
  return schedule;
}

std::optional<Timestamp> NextDue(const Schedule& schedule, Timestamp now) {
  std::optional<Timestamp> next;
  for (const Cron& cron : CronsOf(schedule)) {
    const Timestamp one = cron.Next(std::max(schedule.handled, now));
    if (!next || one < *next) next = one;
  }
  return next;
}

}  // namespace signet::coordinator
