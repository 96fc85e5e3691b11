#include "pipelines/schedule/schedule_options.h"

#include <algorithm>
#include <utility>

#include "pipelines/schedule/cron.h"

namespace signet::pipelines {
namespace {

using policies::Diagnostics;
using policies::MapReader;
using policies::Node;

constexpr int64_t kMillisPerSecond = 1'000;
constexpr size_t kCronsMax = 20;
constexpr size_t kHooksMax = 10;

Missed MissedOf(std::string_view name) {
  for (const Missed missed : {Missed::kSkip, Missed::kRunAll}) {
    if (MissedName(missed) == name) return missed;
  }
  return Missed::kRunOnce;
}

void CheckCrons(const ScheduleOptions& options, MapReader& reader) {
  if (options.crons.size() > kCronsMax) {
    reader.Error("SIG-1215",
                 reader.ValueMark("cron"),
                 "a schedule has at most " + std::to_string(kCronsMax) + " cron expressions");
    return;
  }
  for (const std::string& cron : options.crons) {
    const Status parsed = Cron::Parse(cron, options.time_zone).status();
    if (parsed.ok()) continue;
    const bool zone = parsed.message().find("time zone") != std::string::npos;
    reader.Error("SIG-1215",
                 reader.ValueMark(zone ? "time_zone" : "cron"),
                 parsed.message(),
                 parsed.remedy());
    return;
  }
}

NotifyOptions ReadHook(const Node& item, Diagnostics& diagnostics) {
  NotifyOptions hook;
  MapReader reader(item, "a notification", diagnostics);
  hook.url = reader.RequiredText("url");
  const bool http = hook.url.rfind("https://", 0) == 0 || hook.url.rfind("http://", 0) == 0;
  if (!hook.url.empty() && !http) {
    reader.Error("SIG-1215",
                 reader.ValueMark("url"),
                 "a notification goes to an http or https URL",
                 "write https://HOST/PATH");
  }
  hook.events = reader.Has("on") ? reader.Texts("on") : NotifyEvents();
  for (const std::string& event : hook.events) {
    const std::vector<std::string>& known = NotifyEvents();
    if (std::find(known.begin(), known.end(), event) != known.end()) continue;
    reader.Error("SIG-1208",
                 reader.ValueMark("on"),
                 "nobody is told of '" + event + "'",
                 "events are success, failure, late and missed");
  }
  reader.Finish();
  return hook;
}

}  // namespace

std::string_view MissedName(Missed missed) {
  switch (missed) {
    case Missed::kSkip:
      return "skip";
    case Missed::kRunOnce:
      return "run_once";
    case Missed::kRunAll:
      return "run_all";
  }
  return "run_once";
}

const std::vector<std::string>& NotifyEvents() {
  static const std::vector<std::string> kEvents = {"success", "failure", "late", "missed"};
  return kEvents;
}

bool NotifyOptions::Wants(std::string_view event) const {
  return std::find(events.begin(), events.end(), event) != events.end();
}

Json NotifyOptions::ToJson() const {
  return Json::Of({{"url", url}, {"on", Json::Strings(events)}});
}

NotifyOptions NotifyOptions::FromJson(const Json& json) {
  return {json["url"].AsString(), json["on"].AsStrings()};
}

Json ScheduleOptions::ToJson() const {
  return Json::Of({{"cron", Json::Strings(crons)},
                   {"time_zone", time_zone},
                   {"missed", MissedName(missed)},
                   {"files", files},
                   {"settle_ms", settle_ms},
                   {"snapshots", Json::Strings(snapshots)},
                   {"late_ms", late_ms}});
}

ScheduleOptions ScheduleOptions::FromJson(const Json& json) {
  ScheduleOptions options;
  options.crons = json["cron"].AsStrings();
  if (json.Has("time_zone")) options.time_zone = json["time_zone"].AsString();
  options.missed = MissedOf(json["missed"].AsString());
  options.files = json["files"].AsString();
  options.settle_ms = json["settle_ms"].AsInt(options.settle_ms);
  options.snapshots = json["snapshots"].AsStrings();
  options.late_ms = json["late_ms"].AsInt();
  return options;
}

ScheduleOptions ReadScheduleOptions(MapReader& pipeline, Diagnostics& diagnostics) {
  ScheduleOptions options;
  const Node* const node = pipeline.Optional("schedule");
  if (node == nullptr) return options;
  MapReader reader(*node, "the schedule", diagnostics);
  options.crons = reader.Texts("cron");
  options.time_zone = reader.Text("time_zone", options.time_zone);
  options.missed = MissedOf(reader.Choice(
      "missed", {"skip", "run_once", "run_all"}, std::string(MissedName(options.missed))));
  if (const Node* files = reader.Optional("files")) {
    MapReader watched(*files, "the files of the schedule", diagnostics);
    options.files = watched.RequiredText("path");
    options.settle_ms =
        watched.Duration("settle", options.settle_ms / kMillisPerSecond) * kMillisPerSecond;
    watched.Finish();
  }
  options.snapshots = reader.Texts("snapshots");
  options.late_ms = reader.Duration("late_after", 0) * kMillisPerSecond;
  reader.Finish();
  CheckCrons(options, reader);
  if (!options.any()) {
    diagnostics.Error("SIG-1215",
                      node->mark(),
                      "nothing makes the schedule due",
                      "give it `cron`, `files` or `snapshots`");
  }
  return options;
}

std::vector<NotifyOptions> ReadNotifyOptions(MapReader& pipeline, Diagnostics& diagnostics) {
  std::vector<NotifyOptions> hooks;
  for (const Node& item : pipeline.Items("notify")) hooks.push_back(ReadHook(item, diagnostics));
  if (hooks.size() > kHooksMax) {
    diagnostics.Error("SIG-1211",
                      pipeline.ValueMark("notify"),
                      "at most " + std::to_string(kHooksMax) + " notifications are possible");
  }
  return hooks;
}

std::vector<policies::SchemaField> ScheduleFields() {
  using policies::SchemaField;
  const Json files = policies::SchemaObject(
      {{"path", policies::SchemaText("A path or glob; ${param} stands for a parameter."), true},
       {"settle",
        policies::SchemaText("Stood still for so long before it counts, such as 30s."),
        false}},
      "Due when what the path names has changed.");
  const Json schedule = policies::SchemaObject(
      {{"cron",
        policies::SchemaTexts("minute hour day month weekday, such as '0 6 * * mon-fri'."),
        false},
       {"time_zone", policies::SchemaText("An IANA zone; default UTC."), false},
       {"missed",
        policies::SchemaChoice({"skip", "run_once", "run_all"},
                               "What becomes of moments that nobody acted on in time."),
        false},
       {"files", files, false},
       {"snapshots",
        policies::SchemaTexts("Due when each was published since the last time."),
        false},
       {"late_after",
        policies::SchemaText("Not succeeded so long after it was due: late, such as 2h."),
        false}},
      "When the pipeline runs by itself (`signet schedule add`).");
  const Json hook = policies::SchemaObject(
      {{"url", policies::SchemaText("Where the JSON object is posted to."), true},
       {"on", policies::SchemaTexts("success, failure, late, missed; default: all."), false}},
      "Who is told.");
  return {SchemaField{"schedule", schedule, false},
          SchemaField{"notify",
                      Json::Of({{"type", "array"},
                                {"items", hook},
                                {"description", "Who is told how runs end."}}),
                      false}};
}

}  // namespace signet::pipelines
