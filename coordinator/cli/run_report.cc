#include "coordinator/cli/run_report.h"

#include <string>
#include <utility>

#include "crypto/base/text.h"

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
                        {"attempts", step.attempts},
                        {"rows", step.rows},
                        {"seconds", Seconds(step.started, step.finished)}});
  if (!step.message.empty()) json.Set("message", step.message);
  return json;
}

Json SnapshotJson(const pipelines::SnapshotManifest& manifest) {
  Json segments{Json::Array()};
  for (const pipelines::SegmentEntry& segment : manifest.segments) {
    segments.Push(Json::Of({{"name", segment.name}, {"members", segment.members}}));
  }
  Json withheld{Json::Array()};
  for (const pipelines::WithheldSegment& segment : manifest.withheld) {
    withheld.Push(Json::Of({{"name", segment.name}, {"reason", segment.reason}}));
  }
  return Json::Of({{"name", manifest.name},
                   {"recipient", manifest.recipient},
                   {"version", manifest.version},
                   {"content_digest", manifest.content_digest},
                   {"members", manifest.members},
                   {"audit_index", manifest.audit_index},
                   {"segments", segments},
                   {"withheld", withheld}});
}

/// Numbers and texts of a figure on one line; nested maps with dots.
void Flatten(const Json& figure, const std::string& prefix, std::string& out) {
  for (const auto& [name, value] : figure.fields()) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    if (value.is_object()) {
      Flatten(value, path, out);
    } else if (value.is_number() && !value.is_int()) {
      out += "    " + path + " " + FixedText(value.AsDouble(), 4) + "\n";
    } else if (value.is_string()) {
      out += "    " + path + " " + value.AsString() + "\n";
    } else if (!value.is_array()) {
      out += "    " + path + " " + value.Dump() + "\n";
    }
  }
}

}  // namespace

Json RunReport(const RunView& view, const PlanBinder& binder) {
  Json steps{Json::Array()};
  for (const StepView& step : view.steps) steps.Push(StepJson(step));
  Json figures{Json::Object()};
  for (const auto& [step, all] : binder.figures()) figures.Set(step, Json(all));
  Json snapshots{Json::Array()};
  for (const pipelines::SnapshotManifest& manifest : binder.snapshots()) {
    snapshots.Push(SnapshotJson(manifest));
  }
  return Json::Of({{"run", view.run.text()},
                   {"pipeline", view.pipeline},
                   {"status", RunStateName(view.state)},
                   {"seconds", Seconds(view.submitted, view.finished)},
                   {"steps", steps},
                   {"figures", figures},
                   {"snapshots", snapshots}});
}

std::string RunReportText(const Json& report) {
  std::string text = "run " + report["run"].AsString() + " " + report["status"].AsString() +
                     " in " + FixedText(report["seconds"].AsDouble(), 1) + " s\n";
  for (const auto& [step, all] : report["figures"].fields()) {
    // Steps of many tasks are counted in the tree; what one task says is worth reading.
    if (all.size() != 1 || step.rfind("tokenise.", 0) == 0 || step.rfind("gate.", 0) == 0 ||
        step.rfind("load.", 0) == 0) {
      continue;
    }
    text += "  " + step + "\n";
    Flatten(all.items().front(), "", text);
  }
  for (const Json& snapshot : report["snapshots"].items()) {
    text += "snapshot " + snapshot["name"].AsString() + " for " + snapshot["recipient"].AsString() +
            ": " + WithThousands(snapshot["members"].AsInt()) + " members, log entry " +
            snapshot["audit_index"].Dump() + "\n";
    for (const Json& segment : snapshot["segments"].items()) {
      text += "  " + segment["name"].AsString() + "  " + WithThousands(segment["members"].AsInt()) +
              "\n";
    }
    for (const Json& segment : snapshot["withheld"].items()) {
      text +=
          "  " + segment["name"].AsString() + "  withheld: " + segment["reason"].AsString() + "\n";
    }
    text += "  content digest " + snapshot["content_digest"].AsString() + "\n";
  }
  return text;
}

}  // namespace signet::coordinator
