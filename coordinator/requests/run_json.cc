#include "coordinator/requests/run_json.h"

#include <string>
#include <utility>

namespace signet::coordinator {
namespace {

double Seconds(Timestamp from, Timestamp to) {
  return from.micros == 0 || to.micros == 0 ? 0
                                            : static_cast<double>(to.micros - from.micros) / 1e6;
}

Json StepJson(const StepView& step) {
  Json json = Json::Of({{"id", step.id.text()},
                        {"state", RunStateName(step.state)},
                        {"tasks", step.total},
                        {"done", step.done},
                        {"running", step.running},
                        {"attempts", step.attempts},
                        {"rows", step.rows},
                        {"progress", step.progress},
                        {"seconds", Seconds(step.started, step.finished)}});
  if (!step.message.empty()) json.Set("message", step.message);
  return json;
}

RunState StateOf(const std::string& name) {
  for (const RunState state : {RunState::kRunning,
                               RunState::kSucceeded,
                               RunState::kFailed,
                               RunState::kCancelled,
                               RunState::kSkipped}) {
    if (RunStateName(state) == name) return state;
  }
  return RunState::kWaiting;
}

/// From the manifest as it is kept (SnapshotManifest::ToJson).
Json SnapshotJson(const Json& manifest) {
  Json segments{Json::Array()};
  for (const Json& segment : manifest["segments"].items()) {
    Json one = Json::Of({{"name", segment["name"]}, {"members", segment["members"]}});
    if (segment.Has("additions_held_until")) {
      one.Set("additions_held_until", segment["additions_held_until"]);
    }
    segments.Push(std::move(one));
  }
  Json withheld{Json::Array()};
  for (const Json& segment : manifest["withheld"].items()) {
    withheld.Push(Json::Of({{"name", segment["name"]}, {"reason", segment["reason"]}}));
  }
  return Json::Of({{"name", manifest["name"]},
                   {"recipient", manifest["recipient"]},
                   {"version", manifest["version"]},
                   {"content_digest", manifest["content_digest"]},
                   {"members", manifest["members"]},
                   {"audit_index", manifest["audit_index"]},
                   {"segments", segments},
                   {"withheld", withheld}});
}

}  // namespace

Json RunJson(const RunView& view, const Json& kept) {
  Json steps{Json::Array()};
  for (const StepView& step : view.steps) steps.Push(StepJson(step));
  Json snapshots{Json::Array()};
  for (const Json& manifest : kept["snapshots"].items()) snapshots.Push(SnapshotJson(manifest));
  Json json = RunLineJson(view);
  json.Set("steps", std::move(steps));
  json.Set("figures", kept.Has("figures") ? kept["figures"] : Json(Json::Object()));
  json.Set("snapshots", std::move(snapshots));
  return json;
}

Json RunLineJson(const RunView& view) {
  int64_t done = 0;
  int64_t tasks = 0;
  for (const StepView& step : view.steps) {
    done += step.done;
    tasks += step.total;
  }
  Json json = Json::Of({{"run", view.run.text()},
                        {"pipeline", view.pipeline},
                        {"status", RunStateName(view.state)},
                        {"seconds", Seconds(view.submitted, view.finished)},
                        {"submitted", TimestampText(view.submitted)},
                        {"owner", view.owner},
                        {"priority", view.priority},
                        {"done", done},
                        {"tasks", tasks}});
  if (!view.failure.ok()) json.Set("failure", view.failure.ToString());
  return json;
}

RunView ViewOfJson(const Json& json) {
  RunView view;
  view.run = RunId(json["run"].AsString());
  view.pipeline = json["pipeline"].AsString();
  view.state = StateOf(json["status"].AsString());
  for (const Json& item : json["steps"].items()) {
    StepView step;
    step.id = StepId(item["id"].AsString());
    step.state = StateOf(item["state"].AsString());
    step.total = static_cast<int>(item["tasks"].AsInt());
    step.done = static_cast<int>(item["done"].AsInt());
    step.running = static_cast<int>(item["running"].AsInt());
    step.attempts = static_cast<int>(item["attempts"].AsInt());
    step.rows = item["rows"].AsInt();
    step.progress = item["progress"].AsDouble();
    step.message = item["message"].AsString();
    if (IsTerminal(step.state)) {
      // Only the difference is shown.
      step.started.micros = 1;
      step.finished.micros = 1 + static_cast<int64_t>(item["seconds"].AsDouble() * 1e6);
    }
    view.steps.push_back(std::move(step));
  }
  return view;
}

}  // namespace signet::coordinator
