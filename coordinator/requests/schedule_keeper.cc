#include "coordinator/requests/schedule_keeper.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/requests/file_watch.h"
#include "coordinator/schedules/due.h"
#include "crypto/base/file.h"
#include "crypto/base/log.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kKeeperTurnMicros = 200'000;
constexpr int64_t kRefreshMicros = 2'000'000;
constexpr int64_t kRetryMicros = 30'000'000;
constexpr char kSnapshots[] = "snapshot/";

/// SHA-256 of the file, hex; empty when it cannot be read.
std::string DigestOf(const std::filesystem::path& file) {
  const Result<Bytes> bytes = ReadFile(file);
  return bytes.ok() ? ToHex(crypto::Sha256::Of(*bytes)) : std::string();
}

/// Runs take the document as it is; its `schedule` and `notify` count as they were when added.
std::string DocumentNote(const Schedule& schedule) {
  const std::string file = schedule.request["file"].AsString();
  const std::string now = DigestOf(file);
  if (now.empty()) return "its document cannot be read: runs will be refused";
  if (schedule.document.empty() || now == schedule.document) return {};
  return "its document has changed since: runs take it as it is, its schedule counts as it was; "
         "`signet schedule add " +
         file + "` takes both over";
}

/// What waits for the world rather than for a person: it is tried again.
bool MayPass(StatusCode code) {
  return code == StatusCode::kUnavailable || code == StatusCode::kExhausted;
}

std::string PatternOf(const Schedule& schedule) {
  const std::string& files = schedule.options.files;
  if (files.empty() || files.front() == '/') return files;
  return (std::filesystem::path(schedule.request["base"].AsString()) / files).string();
}

}  // namespace

struct ScheduleKeeper::Lane {
  Lane(const LaneTools& tools, const Schedule& schedule)
      : thread(tools, PatternOf(schedule), schedule.options.settle_ms) {}
  ScheduleLane thread;
  std::map<std::string, std::string> versions;  ///< of snapshots, when planning began
  int64_t retry_at = 0;                         ///< monotonic micros
  std::string trouble;                          ///< why it is tried again
};

ScheduleKeeper::ScheduleKeeper(StateFolder& state,
                               RunHost& host,
                               RunNotices& notices,
                               LaneTools tools)
    : state_(state),
      host_(host),
      notices_(notices),
      tools_(std::move(tools)),
      book_(state.store()) {}

ScheduleKeeper::~ScheduleKeeper() = default;

LaneTools ScheduleKeeper::RealTools() {
  LaneTools tools;
  tools.plan = [](RunRequest request, Timestamp now) {
    return PrepareRun(std::move(request), now);
  };
  tools.look = FilesFingerprint;
  return tools;
}

void ScheduleKeeper::OpenLane(const Schedule& schedule) {
  lanes_[schedule.name] = std::make_unique<Lane>(tools_, schedule);
}

Status ScheduleKeeper::Load() {
  TRY(book_.Load());
  for (const auto& entry : book_.all()) OpenLane(entry.second);
  return OkStatus();
}

Result<Json> ScheduleKeeper::Add(const PreparedRun& prepared) {
  const pipelines::Plan& plan = prepared.planned.plan;
  if (!plan.run.schedule.any()) {
    return Invalid("pipeline '" + plan.pipeline + "' has no schedule")
        .WithRemedy("add for example `schedule: {cron: \"0 6 * * *\"}` to the document");
  }
  Schedule schedule;
  if (const Schedule* known = book_.Find(plan.pipeline)) schedule = *known;
  schedule.name = plan.pipeline;
  schedule.options = plan.run.schedule;
  schedule.notify = plan.run.notify;
  schedule.request = prepared.request.ToJson();
  schedule.owner = prepared.request.owner;
  schedule.document = DigestOf(prepared.request.file);
  schedule.added = state_.clock().Now();
  schedule.handled = std::max(schedule.handled, schedule.added);
  schedule.paused = false;
  schedule.trouble.clear();
  RefreshSnapshots();
  for (const std::string& name : schedule.options.snapshots) {
    schedule.snapshots_seen[name] = versions_[name];
  }
  if (!schedule.options.files.empty()) {
    ASSIGN_OR_RETURN(schedule.files_seen, tools_.look(PatternOf(schedule)));
  }
  TRY(book_.Save(schedule));
  OpenLane(schedule);
  return Shown(schedule);
}

Status ScheduleKeeper::Remove(const std::string& name) {
  TRY(book_.Remove(name));
  lanes_.erase(name);
  return OkStatus();
}

Status ScheduleKeeper::SetPaused(const std::string& name, bool paused) {
  const Schedule* const found = book_.Find(name);
  if (found == nullptr) return book_.Remove(name);  // which says what might have been meant
  Schedule schedule = *found;
  schedule.paused = paused;
  return book_.Save(schedule);
}

void ScheduleKeeper::Turn() {
  const int64_t now = state_.clock().MonotonicMicros();
  if (now - turned_ < kKeeperTurnMicros) return;
  turned_ = now;
  const bool waits = std::any_of(book_.all().begin(), book_.all().end(), [](const auto& entry) {
    return !entry.second.options.snapshots.empty();
  });
  if (waits && now - refreshed_ >= kRefreshMicros) RefreshSnapshots();
  for (const auto& entry : lanes_) TurnOne(entry.first, *entry.second);
}

void ScheduleKeeper::TurnOne(const std::string& name, Lane& lane) {
  const Schedule schedule = *book_.Find(name);
  if (std::optional<PlannedMoment> planned = lane.thread.Take()) {
    if (planned->run.ok()) return Accept(schedule, lane, *std::move(planned));
    return Refuse(schedule, lane, *planned);
  }
  if (schedule.paused || lane.thread.busy() || turned_ < lane.retry_at) return;
  if (!IsOver(schedule.last_run)) return;
  const DueNow due = Decide(schedule, state_.clock().Now());
  if (due.missed > 0) {
    return Report(AfterMissed(schedule, due),
                  due.missed,
                  Json::Of({{"missed", due.missed},
                            {"first", TimestampText(due.missed_first)},
                            {"last", TimestampText(due.missed_last)}}));
  }
  if (due.run) return Begin(schedule, lane, *due.run, "schedule");
  const std::string trigger = Triggered(schedule, lane);
  if (!trigger.empty()) Begin(schedule, lane, state_.clock().Now(), trigger);
}

/// Durable first, then told: a crash in between tells again, with the same id.
void ScheduleKeeper::Report(const Schedule& schedule, int64_t missed, const Json& facts) {
  const Status saved = book_.Save(schedule);
  if (!saved.ok()) return;  // it is decided again at the next turn
  signet::Log(LogLevel::kWarning,
              "schedule missed",
              Json::Of({{"schedule", schedule.name}, {"moments", missed}, {"facts", facts}}));
  notices_.Missed(schedule, facts);
  crypto::AuditEvent event;
  event.type = "schedule.missed";
  event.actor = "coordinator";
  event.action = "report";
  event.facts = Json::Of({{"pipeline", schedule.name},
                          {"due", facts["first"].AsString()},
                          {"action", "reported"},
                          {"count", missed}});
  const Status told = state_.audit().Record(event).status();
  if (!told.ok()) {
    signet::Log(LogLevel::kWarning,
                "missed schedule not recorded",
                Json::Of({{"status", told.ToString()}}));
  }
}

/// What beside its crons makes it due, as the cause of a run; empty when nothing does.
std::string ScheduleKeeper::Triggered(const Schedule& schedule, const Lane& lane) {
  if (!schedule.options.files.empty()) {
    const std::optional<std::string> settled = lane.thread.Settled();
    if (settled && !settled->empty() && *settled != schedule.files_seen) return "files changed";
  }
  const std::vector<std::string>& awaited = schedule.options.snapshots;
  const bool all = std::all_of(awaited.begin(), awaited.end(), [&](const std::string& name) {
    const auto now = versions_.find(name);
    const auto seen = schedule.snapshots_seen.find(name);
    const std::string before = seen == schedule.snapshots_seen.end() ? "" : seen->second;
    return now != versions_.end() && now->second > before;
  });
  return !awaited.empty() && all ? "snapshots published" : "";
}

void ScheduleKeeper::Begin(const Schedule& schedule,
                           Lane& lane,
                           Timestamp due,
                           const std::string& cause) {
  RunRequest request = RunRequest::FromJson(schedule.request);
  request.cause = cause + ", due " + TimestampText(due);
  lane.versions = versions_;
  lane.thread.Plan(std::move(request), due);
}

void ScheduleKeeper::Accept(const Schedule& schedule, Lane& lane, PlannedMoment planned) {
  Schedule after;
  RunOccasion occasion;
  occasion.schedule = schedule.name;
  occasion.due = planned.due;
  occasion.late_ms = schedule.options.late_ms;
  occasion.beside = [&](const RunId& run, crypto::WriteBatch& batch) {
    after = AfterRun(schedule, planned.due, run.text());
    after.files_seen = planned.files;
    after.snapshots_seen = lane.versions;
    ScheduleBook::Put(after, batch);
  };
  const Result<RunId> accepted = host_.Submit(*std::move(planned.run), occasion);
  if (accepted.ok()) {
    lane.trouble.clear();
    return book_.Written(after);
  }
  planned.run = accepted.status();
  Refuse(schedule, lane, planned);
}

void ScheduleKeeper::Refuse(const Schedule& schedule, Lane& lane, const PlannedMoment& planned) {
  const Status& why = planned.run.status();
  if (MayPass(why.code())) {
    lane.retry_at = turned_ + kRetryMicros;
    lane.trouble = why.message();
    return;
  }
  Schedule after = AfterRefusal(schedule, planned.due, why.message());
  after.files_seen = planned.files;
  after.snapshots_seen = lane.versions;
  Report(after,
         1,
         Json::Of({{"missed", 1},
                   {"last", TimestampText(planned.due)},
                   {"code", StatusCodeName(why.code())}}));
}

bool ScheduleKeeper::IsOver(const std::string& run) const {
  return run.empty() || host_.IsOver(RunId(run));
}

/// Keys are "snapshot/<recipient>/<name>/<version>".
void ScheduleKeeper::RefreshSnapshots() {
  refreshed_ = state_.clock().MonotonicMicros();
  const Status read = state_.store().Scan(kSnapshots, [this](std::string_view key, ByteView) {
    const std::vector<std::string> parts = Split(key, '/');
    if (parts.size() == 4) {
      std::string& newest = versions_[parts[2]];
      newest = std::max(newest, parts[3]);
    }
    return OkStatus();
  });
  if (!read.ok()) {
    signet::Log(LogLevel::kWarning, "snapshots not read", Json::Of({{"why", read.ToString()}}));
  }
}

std::string ScheduleKeeper::WhyOf(const Schedule& schedule, const Lane& lane) {
  if (schedule.paused) {
    return "is paused; `signet schedule resume " + schedule.name + "` lets it go on";
  }
  if (!IsOver(schedule.last_run)) {
    return "its run " + schedule.last_run +
           " is under way; what falls due meanwhile waits for its end";
  }
  if (lane.thread.busy()) return "is due: its run is being planned";
  if (!lane.trouble.empty()) {
    return "is due, but cannot be planned now: " + lane.trouble + "; it is tried again";
  }
  std::vector<std::string> waits;
  if (const auto next = NextDue(schedule, state_.clock().Now())) {
    waits.push_back("is next due at " + TimestampText(*next));
  }
  if (!schedule.options.files.empty()) {
    waits.push_back("waits for " + schedule.options.files + " to change");
  }
  if (!schedule.options.snapshots.empty()) {
    waits.push_back("waits for " + Join(schedule.options.snapshots, " and ") + " to be published");
  }
  std::string text = Join(waits, ", or ");
  if (!schedule.trouble.empty()) {
    text += "; the newest moment, " + TimestampText(schedule.last_missed) +
            ", made no run: " + schedule.trouble.substr(0, schedule.trouble.find('\n'));
  }
  return text;
}

Json ScheduleKeeper::Shown(const Schedule& schedule) {
  const auto next = NextDue(schedule, state_.clock().Now());
  const auto lane = lanes_.find(schedule.name);
  return Json::Of(
      {{"schedule", schedule.name},
       {"file", schedule.request["file"].AsString()},
       {"cron", Json::Strings(schedule.options.crons)},
       {"time_zone", schedule.options.time_zone},
       {"missed", pipelines::MissedName(schedule.options.missed)},
       {"files", schedule.options.files},
       {"snapshots", Json::Strings(schedule.options.snapshots)},
       {"next", next && !schedule.paused ? TimestampText(*next) : std::string()},
       {"paused", schedule.paused},
       {"runs", schedule.runs},
       {"missed_count", schedule.missed},
       {"last_run", schedule.last_run},
       {"last_due", schedule.last_due.micros == 0 ? "" : TimestampText(schedule.last_due)},
       {"owner", schedule.owner},
       {"document", DocumentNote(schedule)},
       {"why", lane == lanes_.end() ? std::string() : WhyOf(schedule, *lane->second)}});
}

Json ScheduleKeeper::All() {
  Json list{Json::Array()};
  for (const auto& entry : book_.all()) list.Push(Shown(entry.second));
  return list;
}

Result<Json> ScheduleKeeper::Why(const std::string& name) {
  const Schedule* const schedule = book_.Find(name);
  if (schedule == nullptr) return book_.Remove(name);
  return Json::Of({{"schedule", name}, {"why", WhyOf(*schedule, *lanes_.at(name))}});
}

}  // namespace signet::coordinator
