#include "coordinator/simulator/simulated_schedules.h"

#include <set>
#include <utility>

#include "coordinator/schedules/due.h"
#include "crypto/base/text.h"
#include "pipelines/schedule/cron.h"

namespace signet::coordinator {

namespace {

constexpr char kName[] = "hourly";
constexpr char kRunPrefix[] = "due-";
constexpr size_t kCountMax = 100'000;

}  // namespace

SimulatedSchedules::SimulatedSchedules(Dice& dice,
                                       ManualClock& clock,
                                       crypto::KvStore& store,
                                       crypto::KvStore& memory,
                                       Verdicts& verdicts)
    : clock_(clock), store_(store), memory_(memory), verdicts_(verdicts), book_(store) {
  first_.name = kName;
  // By what really passes: the zone's hours do not matter, its jumps do.
  first_.options.crons = {dice.Chance(50) ? "0 * * * *" : "30 2,14 * * *"};
  first_.options.time_zone = dice.Chance(50) ? "UTC" : "Europe/Helsinki";
  switch (dice.Between(0, 2)) {
    case 0:
      first_.options.missed = pipelines::Missed::kSkip;
      break;
    case 1:
      first_.options.missed = pipelines::Missed::kRunOnce;
      break;
    default:
      first_.options.missed = pipelines::Missed::kRunAll;
      break;
  }
  first_.added = clock.Now();
  first_.handled = first_.added;
}

Status SimulatedSchedules::Restart() {
  return book_.Load();
}

RunSpec SimulatedSchedules::RunFor(Timestamp due) {
  RunSpec run;
  // A name of its own each time: a moment that comes twice is seen by what it left, not by its
  // name.
  run.id = RunId(kRunPrefix + std::to_string(++runs_));
  run.pipeline = kName;
  run.owner = "owner";
  run.context = std::to_string(due.micros);
  StepSpec step;
  step.id = StepId("only");
  run.steps.push_back(std::move(step));
  return run;
}

bool SimulatedSchedules::Settled() {
  if (!added_ || book_.Find(kName) == nullptr) return false;
  const DueNow due = Decide(*book_.Find(kName), clock_.Now());
  return due.missed == 0 && !due.run;
}

Status SimulatedSchedules::Turn(Dispatcher& coordinator,
                                CheckingBinder& binder,
                                Checkers& checkers) {
  if (book_.Find(kName) == nullptr) {
    const Status saved = book_.Save(first_);
    added_ = saved.ok();
    return saved.code() == StatusCode::kUnavailable ? OkStatus() : saved;
  }
  added_ = true;
  const Schedule schedule = *book_.Find(kName);
  if (!schedule.last_run.empty()) {
    const Result<RunView> last = coordinator.View(RunId(schedule.last_run));
    if (last.ok() && !IsTerminal(last->state)) return OkStatus();
  }
  const DueNow due = Decide(schedule, clock_.Now());
  if (due.missed > 0) {
    const Status saved = book_.Save(AfterMissed(schedule, due));
    return saved.code() == StatusCode::kUnavailable ? OkStatus() : saved;
  }
  if (!due.run) return OkStatus();
  const RunSpec run = RunFor(*due.run);
  const Schedule after = AfterRun(schedule, *due.run, run.id.text());
  crypto::WriteBatch beside;
  ScheduleBook::Put(after, beside);
  binder.Expect(run.context);
  TRY(coordinator.Submit(run, binder, &beside).status());
  checkers.Accepted(run);
  book_.Written(after);
  return OkStatus();
}

void SimulatedSchedules::AtEnd() {
  std::set<int64_t> run;
  const Status read = memory_.Scan("accepted/", [&](std::string_view key, ByteView value) {
    if (key.find(kRunPrefix) == std::string_view::npos) return OkStatus();
    const Result<int64_t> due = IntegerFromText(AsText(value));
    if (!due.ok() || !run.insert(*due).second) {
      verdicts_.Broken("P5: the moment " + std::string(AsText(value)) + " was run twice");
    }
    return OkStatus();
  });
  CHECK(read.ok());
  ScheduleBook book(memory_);
  CHECK(book.Load().ok());
  const Schedule* const last = book.Find(kName);
  if (last == nullptr) return verdicts_.Broken("P5: the schedule is lost");
  const Result<pipelines::Cron> cron =
      pipelines::Cron::Parse(first_.options.crons[0], first_.options.time_zone);
  CHECK(cron.ok());
  const std::vector<Timestamp> all = cron->Between(first_.handled, last->handled, kCountMax);
  for (const Timestamp moment : all) run.erase(moment.micros);
  if (!run.empty()) verdicts_.Broken("P5: a moment was run that was none of the schedule's");
  moments_ = static_cast<int64_t>(all.size());
  if (last->runs + last->missed != moments_) {
    verdicts_.Broken("P5: of " + std::to_string(moments_) + " moments " +
                     std::to_string(last->runs) + " were run and " + std::to_string(last->missed) +
                     " reported");
  }
  const std::vector<Timestamp> silent = cron->Between(last->handled, clock_.Now(), kCountMax);
  if (!silent.empty()) {
    verdicts_.Broken("P5: " + std::to_string(silent.size()) + " moments passed in silence");
  }
}

}  // namespace signet::coordinator
