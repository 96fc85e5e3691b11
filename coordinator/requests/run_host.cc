#include "coordinator/requests/run_host.h"

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/publication.h"
#include "coordinator/binding/run_keys.h"
#include "coordinator/binding/run_memory.h"
#include "coordinator/requests/publication_note.h"
#include "coordinator/requests/run_json.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/log.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// Every pipeline run changes identities, ledger and live datasets.
constexpr char kLane[] = "state";

}  // namespace

struct RunHost::Hosted {
  Hosted(StateFolder& state, LedgerBook& ledger, PreparedRun run, const RunId& id)
      : prepared(std::move(run)),
        binder(state, ledger, prepared.planned.plan, prepared.planned.policy, id),
        log(RunFolder(state, id).path() / "log.jsonl") {
    const RunRequest& request = prepared.request;
    if (!request.owner.empty()) binder.AskedBy(request.owner, request.cause);
    if (!request.only.empty()) binder.LeaveOthersAlone();
    binder.Recompute(StepsFrom(prepared.planned.plan, request.recompute), request.no_cache);
  }

  PreparedRun prepared;
  PlanBinder binder;
  RunLog log;
};

RunHost::RunHost(StateFolder& state, LedgerBook& ledger, Coordinator& coordinator)
    : state_(state),
      ledger_(ledger),
      coordinator_(coordinator),
      began_(state.clock().MonotonicMicros()) {
  coordinator_.Observe([this](const RunView& view) { Changed(view); });
  coordinator_.Listen([this](const Happening& happening) {
    const auto hosted = hosted_.find(happening.run);
    if (hosted != hosted_.end()) hosted->second->log.Write(happening);
  });
  coordinator_.ListenToTasks([this](const TaskSaid& said) {
    const auto hosted = hosted_.find(said.task.run);
    if (hosted == hosted_.end()) return;
    hosted->second->log.Write(said);
    Heard();
  });
}

RunHost::~RunHost() {
  coordinator_.Observe([](const RunView&) {});
  coordinator_.Listen([](const Happening&) {});
  coordinator_.ListenToTasks([](const TaskSaid&) {});
}

Result<std::vector<RunId>> RunHost::ResumeAll() {
  TRY(Publisher(state_).Deliver());
  std::vector<RunId> resumed;
  for (const RunId& run : coordinator_.UnfinishedRuns()) {
    const Status taken = TakeUp(run);
    if (taken.ok()) {
      resumed.push_back(run);
      continue;
    }
    if (taken.code() != StatusCode::kNotFound && taken.code() != StatusCode::kCorrupt) return taken;
    signet::Log(LogLevel::kWarning,
                "run cannot be resumed and is cancelled",
                Json::Of({{"run", run.text()}, {"why", taken.ToString()}}));
    TRY(DropKeys(run));
    coordinator_.Cancel(run, "its process ended, and " + taken.message());
  }
  RemoveOldFolders();
  untidy_ = true;
  return resumed;
}

/// Destroys the keys of a run that nobody can bind any more, but those of what it has made live.
Status RunHost::DropKeys(const RunId& run) {
  RunKeys keys(state_, run.text());
  const Status loaded = keys.Load();
  if (loaded.code() == StatusCode::kNotFound) return OkStatus();  // no pipeline's run
  TRY(loaded);
  std::set<DekId> kept;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  for (const LiveDataset& dataset : all) {
    for (const pipelines::Piece& piece : dataset.pieces) {
      for (const pipelines::Stream& stream : piece.streams) kept.insert(stream.dek);
    }
  }
  crypto::WriteBatch batch;
  TRY(keys.DestroyAllBut(kept, batch));
  TRY(RunMemory(state_, run.text()).Finish(Json(Json::Object()), batch));
  return state_.store().Write(batch, crypto::Durability::kSync);
}

Status RunHost::TakeUp(const RunId& run) {
  ASSIGN_OR_RETURN(PreparedRun prepared, RunFolder(state_, run).Thaw());
  auto hosted = std::make_unique<Hosted>(state_, ledger_, std::move(prepared), run);
  TRY(hosted->binder.Resume());
  TRY(coordinator_.Resume(run, hosted->binder));
  signet::Log(LogLevel::kInfo, "run resumed", Json::Of({{"run", run.text()}}));
  hosted_[run] = std::move(hosted);
  return OkStatus();
}

Result<RunId> RunHost::Submit(PreparedRun prepared, const RunOccasion& occasion) {
  if (!held_.empty()) return Unavailable(held_).WithRemedy("submit it again in a moment");
  TRY(state_.FixPartitions(prepared.planned.plan.partitions));
  const RunId run = NewRunId(state_);
  const RunFolder folder(state_, run);
  TRY(folder.Freeze(prepared));
  auto hosted = std::make_unique<Hosted>(state_, ledger_, std::move(prepared), run);
  RunSpec spec = hosted->binder.Spec();
  spec.lane = kLane;
  if (hosted->prepared.request.priority != 0) {
    spec.priority = hosted->prepared.request.priority;
  }
  spec.owner = hosted->prepared.request.owner;
  RunBinder& binder = hosted->binder;
  crypto::WriteBatch beside;
  if (occasion.beside) occasion.beside(run, beside);
  if (notices_ != nullptr) {
    const pipelines::Plan& plan = hosted->prepared.planned.plan;
    notices_->Accept(run, plan.pipeline, plan.run.notify, occasion, beside);
  }
  hosted_[run] = std::move(hosted);  // before Submit: the listener hears of the acceptance
  Result<RunId> accepted = coordinator_.Submit(spec, binder, &beside);
  if (accepted.ok()) {
    if (notices_ != nullptr) notices_->Accepted(run);
  } else {
    hosted_.erase(run);
    folder.Remove();
  }
  return accepted;
}

bool RunHost::IsOver(const RunId& run) const {
  const Result<RunView> view = coordinator_.View(run);
  return !view.ok() || IsTerminal(view->state);
}

Status RunHost::Cancel(const RunId& run, const std::string& who) {
  ASSIGN_OR_RETURN(const RunView view, coordinator_.View(run));
  if (IsTerminal(view.state)) {
    return Conflict("run '" + run.text() + "' has " + std::string(RunStateName(view.state)) +
                    " already");
  }
  coordinator_.Cancel(run, "cancelled by " + who);
  return OkStatus();
}

Status RunHost::Approve(const RunId& run, const std::string& step, const std::string& who) {
  Status given = coordinator_.Approve(run, StepId(step), who);
  if (given.code() != StatusCode::kNotFound) return given;
  return coordinator_.Approve(run, StepId(step + ".approval"), who);
}

Result<RunRequest> RunHost::Again(const std::string& name, const RerunChoice& choice) const {
  ASSIGN_OR_RETURN(const RunId run, Find(name));
  ASSIGN_OR_RETURN(const RunView view, coordinator_.View(run));
  ASSIGN_OR_RETURN(RunRequest request, RunFolder(state_, run).Request());
  request.cause = "rerun of " + run.text();
  request.only = choice.only;
  request.recompute.clear();
  request.no_cache = false;
  for (const auto& param : choice.params) request.params[param.first] = param.second;
  if (!choice.from.empty()) request.recompute.push_back(choice.from);
  request.moment = {};
  if (!choice.failed) return request;
  // The same moment, so that what had succeeded is what it was.
  request.moment = view.submitted;
  for (const StepView& step : view.steps) {
    if (step.state == RunState::kFailed) request.recompute.push_back(step.id.text());
  }
  if (request.recompute.empty()) {
    return Conflict("no step of run '" + run.text() + "' has failed")
        .WithRemedy("name a step with --from, or ask for the whole run again");
  }
  return request;
}

bool RunHost::HasSucceeded(const RunRequest& request) const {
  for (const RunId& run : coordinator_.Runs()) {
    const Result<RunView> view = coordinator_.View(run);
    if (!view.ok() || view->state == RunState::kFailed || view->state == RunState::kCancelled) {
      continue;  // what is under way counts: it will not be asked for twice
    }
    const Result<RunRequest> other = RunFolder(state_, run).Request();
    if (other.ok() && other->file == request.file && other->params == request.params) return true;
  }
  return false;
}

Json RunHost::Runs(size_t limit) const {
  Json list{Json::Array()};
  const std::vector<RunId> runs = coordinator_.Runs();
  for (size_t i = runs.size(); i > 0 && list.size() < limit; --i) {
    const Result<RunView> view = coordinator_.View(runs[i - 1]);
    if (view.ok()) list.Push(RunLineJson(*view));
  }
  return list;
}

Result<RunId> RunHost::Find(const std::string& run) const {
  const std::vector<RunId> runs = coordinator_.Runs();
  // What serves a person's right, a key or a profile has no document: it is nobody's last run.
  for (size_t i = runs.size(); run == "last" && i > 0; --i) {
    const Result<RunView> view = coordinator_.View(runs[i - 1]);
    if (view.ok() && view->pipeline.rfind('@', 0) != 0) return runs[i - 1];
  }
  std::vector<RunId> matches;
  std::vector<std::string> names;
  names.reserve(runs.size());
  for (const RunId& known : runs) {
    if (known.text() == run) return known;
    names.push_back(known.text());
    if (!run.empty() && known.text().rfind(run, 0) == 0) matches.push_back(known);
  }
  if (matches.size() == 1) return matches.front();
  if (!matches.empty()) {
    return Invalid("'" + run + "' begins " + std::to_string(matches.size()) + " runs");
  }
  const std::string nearest = NearestName(run, names);
  return NotFound("there is no run '" + run + "'")
      .WithRemedy(nearest.empty() ? "`signet get` lists the runs"
                                  : "did you mean '" + nearest + "'?");
}

Result<Json> RunHost::Run(const std::string& name) const {
  ASSIGN_OR_RETURN(const RunId run, Find(name));
  ASSIGN_OR_RETURN(const RunView view, coordinator_.View(run));
  Json kept;
  if (const auto hosted = hosted_.find(run); hosted != hosted_.end()) {
    kept = hosted->second->binder.Report();
  } else if (const Result<Json> report = RunMemory::Report(state_, run.text()); report.ok()) {
    kept = *report;
  }
  Json json = RunJson(view, kept);
  const Result<RunRequest> request = RunFolder(state_, run).Request();
  if (request.ok()) {
    json.Set("cause", request->cause);
    json.Set("params", request->ToJson()["params"]);
  }
  return json;
}

Result<Json> RunHost::Why(const std::string& name, const std::string& step, int task) const {
  ASSIGN_OR_RETURN(const RunId run, Find(name));
  ASSIGN_OR_RETURN(std::string why, coordinator_.Why(run, StepId(step), task));
  why += PublicationNote(state_, run, step, task);
  return Json::Of({{"run", run.text()}, {"step", step}, {"task", task}, {"why", why}});
}

Result<LogPart> RunHost::Log(const std::string& name, int64_t after) const {
  ASSIGN_OR_RETURN(const RunId run, Find(name));
  return RunLog(RunFolder(state_, run).path() / "log.jsonl").Read(after);
}

Json RunHost::Top() const {
  const int64_t now = state_.clock().MonotonicMicros();
  Json workers{Json::Array()};
  for (const WorkerView& worker : coordinator_.Workers()) {
    const char* state = !worker.connected ? "gone" : (worker.draining ? "draining" : "here");
    workers.Push(Json::Of({{"worker", worker.id.text()},
                           {"state", state},
                           {"slots", worker.slots},
                           {"running", worker.running},
                           {"silent_ms", worker.silent_ms}}));
  }
  const CoordinatorFigures figures = coordinator_.figures();
  Json runs{Json::Array()};
  for (const RunId& run : coordinator_.UnfinishedRuns()) {
    const Result<RunView> view = coordinator_.View(run);
    if (view.ok()) runs.Push(RunLineJson(*view));
  }
  return Json::Of({{"workers", workers},
                   {"runs", runs},
                   {"tasks_committed", figures.tasks_committed},
                   {"leases_granted", figures.leases_granted},
                   {"batches_written", figures.batches_written},
                   {"stale_results", figures.stale_results},
                   {"uptime_s", static_cast<double>(now - began_) / 1e6}});
}

Result<std::string> RunHost::PlanDigestOf(const RunId& run) const {
  return coordinator_.ContextOf(run);
}

Status RunHost::DeliveryOf(const RunId& run) const {
  if (const auto hosted = hosted_.find(run); hosted != hosted_.end()) {
    return hosted->second->binder.delivery();
  }
  const auto found = deliveries_.find(run);
  return found == deliveries_.end() ? OkStatus() : found->second;
}

void RunHost::Changed(const RunView& view) {
  if (IsTerminal(view.state)) ended_.push_back(view.run);
  if (watcher_) watcher_(view);
  Heard();
}

/// Whoever follows a log or a run looks again.
void RunHost::Heard() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++version_;
  }
  changed_.notify_all();
}

void RunHost::Turn() {
  // The coordinator has let go of these binders: their last batch is written.
  for (const RunId& run : std::exchange(ended_, {})) {
    if (notices_ != nullptr) {
      const Result<RunView> view = coordinator_.View(run);
      if (view.ok()) notices_->Ended(*view);
    }
    const auto hosted = hosted_.find(run);
    if (hosted == hosted_.end()) continue;
    const Status& delivered = hosted->second->binder.delivery();
    if (!delivered.ok()) {
      deliveries_[run] = delivered;
      signet::Log(LogLevel::kError,
                  "snapshot not delivered; it is tried again at the next start",
                  Json::Of({{"run", run.text()}, {"why", delivered.ToString()}}));
    }
    hosted_.erase(hosted);
    untidy_ = true;
  }
  if (untidy_ && hosted_.empty() && coordinator_.UnfinishedRuns().empty()) Tidy();
}

void RunHost::Tidy() {
  untidy_ = false;
  Status tidied = DatasetRegistry(state_).CollectGarbage();
  if (tidied.ok()) tidied = state_.audit().SignCheckpoint().status();
  if (!tidied.ok()) {
    signet::Log(LogLevel::kWarning, "state not tidied", Json::Of({{"why", tidied.ToString()}}));
  }
}

void RunHost::RemoveOldFolders() {
  std::set<std::string> known;
  for (const RunId& run : coordinator_.Runs()) known.insert(run.text());
  std::error_code error;
  std::vector<std::filesystem::path> old;
  for (std::filesystem::directory_iterator at(state_.path() / "runs", error), end;
       !error && at != end;
       at.increment(error)) {
    if (known.count(at->path().filename().string()) == 0) old.push_back(at->path());
  }
  for (const std::filesystem::path& folder : old) std::filesystem::remove_all(folder, error);
}

uint64_t RunHost::WaitForChange(uint64_t seen, int64_t millis) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(
      lock, std::chrono::milliseconds(millis), [this, seen] { return version_ != seen; });
  return version_;
}

Result<std::vector<std::string>> DaysOf(Timestamp first, Timestamp last, int days) {
  constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;
  constexpr size_t kDaysMax = 1'000;
  if (days < 1 || last < first) return Invalid("the range of days is empty");
  std::vector<std::string> texts;
  for (int64_t at = first.micros; at <= last.micros; at += int64_t{days} * kDayMicros) {
    texts.push_back(DateText(Timestamp{at}));
    if (texts.size() > kDaysMax) {
      return Exhausted("a backfill of more than " + std::to_string(kDaysMax) + " runs")
          .WithRemedy("ask for a shorter range");
    }
  }
  return texts;
}

}  // namespace signet::coordinator
