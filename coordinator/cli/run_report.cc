#include "coordinator/cli/run_report.h"

#include <string>
#include <utility>

#include "coordinator/requests/run_json.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

void AppendLine(const std::string& path, const std::string& value, std::string& out) {
  out.append("    ").append(path).append(" ").append(value).append("\n");
}

/// Numbers and texts of a figure on one line; nested maps with dots.
void Flatten(const Json& figure, const std::string& prefix, std::string& out) {
  for (const auto& [name, value] : figure.fields()) {
    std::string path = prefix;
    if (!path.empty()) path += ".";
    path += name;
    if (value.is_object()) {
      Flatten(value, path, out);
    } else if (value.is_number() && !value.is_int()) {
      AppendLine(path, FixedText(value.AsDouble(), 4), out);
    } else if (value.is_string()) {
      AppendLine(path, value.AsString(), out);
    } else if (!value.is_array()) {
      AppendLine(path, value.Dump(), out);
    }
  }
}

/// That few additions wait, and until when; never how many.
std::string HeldText(const Json& segment) {
  if (!segment.Has("additions_held_until")) return "";
  return "  additions held until they are a group, or " +
         segment["additions_held_until"].AsString().substr(0, 10);
}

}  // namespace

Json RunReport(const RunView& view, const PlanBinder& binder) {
  return RunJson(view, binder.Report());
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
    std::string lines;
    Flatten(all.items().front(), "", lines);
    if (!lines.empty()) text.append("  ").append(step).append("\n").append(lines);
  }
  for (const Json& snapshot : report["snapshots"].items()) {
    text += "snapshot " + snapshot["name"].AsString() + " for " + snapshot["recipient"].AsString() +
            ": " + WithThousands(snapshot["members"].AsInt()) + " members, log entry " +
            snapshot["audit_index"].Dump() + "\n";
    for (const Json& segment : snapshot["segments"].items()) {
      text += "  " + segment["name"].AsString() + "  " + WithThousands(segment["members"].AsInt()) +
              HeldText(segment) + "\n";
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
