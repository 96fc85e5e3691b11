#include "coordinator/cli/control_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "coordinator/cli/live_tree.h"
#include "coordinator/requests/run_json.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell, two spaces apart.
std::string TableText(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Row RunRow(const Json& run) {
  const double seconds = run["seconds"].AsDouble();
  return {run["run"].AsString(),
          run["pipeline"].AsString(),
          run["status"].AsString(),
          run["done"].Dump() + "/" + run["tasks"].Dump(),
          seconds > 0 ? FixedText(seconds, 1) + " s" : "",
          run["owner"].AsString(),
          run["failure"].AsString()};
}

}  // namespace

std::string RunsText(const Json& runs) {
  if (runs.size() == 0) return "no runs yet: `signet submit PIPELINE.yaml` asks for one\n";
  std::vector<Row> rows{{"RUN", "PIPELINE", "STATUS", "TASKS", "TOOK", "OWNER", ""}};
  for (const Json& run : runs.items()) rows.push_back(RunRow(run));
  return TableText(rows);
}

std::string RunText(const Json& run) {
  std::string text = "run " + run["run"].AsString() + " of " + run["pipeline"].AsString() + ": " +
                     run["status"].AsString() + "\n";
  text += "  asked for by " + run["owner"].AsString() + " (" + run["cause"].AsString() + ") at " +
          run["submitted"].AsString() + "\n";
  const RunView view = ViewOfJson(run);
  size_t width = 0;
  for (const StepView& step : view.steps) width = std::max(width, step.id.text().size());
  for (const StepView& step : view.steps) text += "  " + LiveTree::StepLine(step, width) + "\n";
  for (const Json& snapshot : run["snapshots"].items()) {
    text += "  snapshot " + snapshot["name"].AsString() + " for " +
            snapshot["recipient"].AsString() + ", content digest " +
            snapshot["content_digest"].AsString() + "\n";
  }
  return text;
}

std::string TopText(const Json& top) {
  std::string text = "up " + FixedText(top["uptime_s"].AsDouble(), 0) + " s, " +
                     WithThousands(top["tasks_committed"].AsInt()) + " tasks committed, " +
                     WithThousands(top["batches_written"].AsInt()) + " writes\n";
  std::vector<Row> rows{{"WORKER", "STATE", "RUNNING", "SILENT"}};
  for (const Json& worker : top["workers"].items()) {
    rows.push_back({worker["worker"].AsString(),
                    worker["state"].AsString(),
                    worker["running"].Dump() + "/" + worker["slots"].Dump(),
                    worker["silent_ms"].Dump() + " ms"});
  }
  text += TableText(rows);
  if (top["schedules"].size() > 0) text += SchedulesText(top["schedules"]);
  if (top["runs"].size() == 0) return text + "nothing is under way\n";
  rows = {{"RUN", "PIPELINE", "STATUS", "TASKS", "TOOK", "OWNER", ""}};
  for (const Json& run : top["runs"].items()) rows.push_back(RunRow(run));
  return text + TableText(rows);
}

std::string SchedulesText(const Json& schedules) {
  if (schedules.size() == 0) {
    return "no schedules yet: `signet schedule add PIPELINE.yaml` adds one\n";
  }
  std::vector<Row> rows{{"SCHEDULE", "WHEN", "NEXT", "RUNS", "MISSED", "LAST RUN", ""}};
  for (const Json& one : schedules.items()) {
    std::vector<std::string> when = one["cron"].AsStrings();
    if (!when.empty()) when.back() += " " + one["time_zone"].AsString();
    if (!one["files"].AsString().empty()) when.push_back("files " + one["files"].AsString());
    for (const std::string& name : one["snapshots"].AsStrings()) when.push_back("after " + name);
    rows.push_back({one["schedule"].AsString(),
                    Join(when, "; "),
                    one["paused"].AsBool() ? "paused" : one["next"].AsString(),
                    one["runs"].Dump(),
                    one["missed_count"].Dump(),
                    one["last_run"].AsString(),
                    one["document"].AsString().empty()
                        ? one["why"].AsString()
                        : one["why"].AsString() + "; " + one["document"].AsString()});
  }
  return TableText(rows);
}

std::string LogText(const Json& line) {
  std::string what = line["what"].AsString();
  what.resize(std::max<size_t>(what.size(), 9), ' ');
  std::string text = line["at"].AsString() + "  " + what;
  if (line.Has("step")) text += "  " + line["step"].AsString() + "/" + line["task"].Dump();
  if (line.Has("worker")) text += "  on " + line["worker"].AsString();
  if (line.Has("detail")) text += "  " + line["detail"].AsString();
  return text + "\n";
}

}  // namespace signet::coordinator
