#include "coordinator/cli/run_report_page.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/cli/report_charts.h"
#include "coordinator/cli/report_sections.h"
#include "crypto/base/text.h"
#include "policies/disclosure/disclosure.h"
#include "policies/reports/html_text.h"

namespace signet::coordinator {
namespace {

using policies::PublicationRule;

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}h1{margin-bottom:0}h2{border-bottom:2px solid #0072b2;"
    "margin-top:2.5rem}h3 small{font-weight:normal;color:#595959}figure{margin:.5rem 0}"
    "svg{width:100%;height:auto;max-width:40rem;display:block;margin:.5rem 0}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-size:14px}"
    "caption{text-align:left;color:#595959}th,td{border-bottom:1px solid #ccc;text-align:left;"
    "padding:.2rem .8rem .2rem 0;vertical-align:top}td{font-variant-numeric:tabular-nums}"
    ".overflow{overflow-x:auto}section{break-inside:avoid}"
    "@media print{body{margin:0;max-width:none;font-size:11pt}a{color:inherit}}";

/// Rounded down to whole groups, so that no two counts differ by a few people.
std::string RoundedRows(int64_t rows, const PublicationRule& rule) {
  const int64_t group = std::max<int64_t>(1, rule.min_group);
  return rows == 0 ? "-" : GatedCount(rows / group * group, rule);
}

/// Rows that each step wrote, in the order of the path.
std::string Funnel(const Json& report, const PublicationRule& rule) {
  constexpr size_t kBarsMax = 8;
  struct Stage {
    std::string_view prefix;
    std::string label;
    int64_t rows = 0;
  };
  std::vector<Stage> stages = {{"tokenise.", "read"}, {"gate.", "governed"}};
  ReportTable steps{"Steps", {"step", "state", "tasks", "rows", "seconds"}, {}};
  for (const Json& step : report["steps"].items()) {
    const std::string& id = step["id"].AsString();
    const int64_t rows = step["rows"].AsInt();
    steps.rows.push_back({id,
                          step["state"].AsString(),
                          WithThousands(step["tasks"].AsInt()),
                          RoundedRows(rows, rule),
                          FixedText(step["seconds"].AsDouble(), 2)});
    bool known = false;
    for (Stage& stage : stages) {
      if (id.rfind(stage.prefix, 0) != 0) continue;
      stage.rows += rows;
      known = true;
    }
    const bool bar = !known && id.find('.') == std::string::npos && rows >= rule.min_group;
    if (bar && stages.size() < kBarsMax) stages.push_back({id, id, rows});
  }
  std::vector<std::string> labels;
  ChartSeries bars{"rows", {}, {}};
  for (const Stage& stage : stages) {
    if (stage.rows < rule.min_group) continue;
    labels.push_back(stage.label.substr(0, 12));
    const int64_t group = std::max<int64_t>(1, rule.min_group);
    const int64_t whole_groups = stage.rows / group * group;
    bars.y.push_back(static_cast<double>(whole_groups));
  }
  const std::string sentence = "Rows that each step wrote; all rounded down to whole groups of " +
                               WithThousands(rule.min_group) + ".";
  const std::string picture =
      labels.size() < 2 ? "" : BarChart({"Funnel", sentence, "step", "rows"}, labels, {bars});
  return "<h2>Path of the records</h2><p>" + sentence + "</p><figure>" + picture + "</figure>" +
         steps.Html();
}

constexpr char kWithheld[] = "withheld";

/// Null: the differencing ledger let it not be told (segment_counts.h).
std::string MembersText(const Json& segment, const PublicationRule& rule) {
  const Json& members = segment["members"];
  return members.is_null() ? kWithheld : GatedCount(members.AsInt(), rule);
}

/// Members of each segment, over all tasks of its step.
std::string Segments(const Json& report, const PublicationRule& rule) {
  ReportTable table{"Segments", {"segment", "members", "of"}, {}};
  for (const auto& [step, tasks] : report["figures"].fields()) {
    int64_t members = 0;
    int64_t considered = 0;
    bool segment = tasks.size() > 0;
    for (const Json& figures : tasks.items()) {
      segment = segment && figures.Has("members") && figures.Has("considered");
      members += figures["members"].AsInt();
      considered += figures["considered"].AsInt();
    }
    if (segment && tasks.items().front()["members"].is_null()) {
      table.rows.push_back({step, kWithheld, kWithheld});
    } else if (segment) {
      // Who is not in the segment is a group too.
      const bool both = policies::CheckDifference(members, considered, rule).allowed;
      table.rows.push_back(
          {step, GatedCount(members, rule), both ? GatedCount(considered, rule) : "not shown"});
    }
  }
  return table.rows.empty() ? "" : "<h2>Segments</h2>" + table.Html();
}

std::string Snapshots(const Json& report, const PublicationRule& rule) {
  ReportTable table{
      "Snapshots", {"snapshot", "recipient", "segment", "members", "additions that wait"}, {}};
  for (const Json& snapshot : report["snapshots"].items()) {
    const std::string& name = snapshot["name"].AsString();
    const std::string& recipient = snapshot["recipient"].AsString();
    for (const Json& segment : snapshot["segments"].items()) {
      table.rows.push_back({name,
                            recipient,
                            segment["name"].AsString(),
                            MembersText(segment, rule),
                            segment.Has("additions_held_until")
                                ? "until they are a group, or " +
                                      segment["additions_held_until"].AsString().substr(0, 10)
                                : "none"});
    }
    for (const Json& segment : snapshot["withheld"].items()) {
      table.rows.push_back({name, recipient, segment["name"].AsString(), "withheld", "-"});
    }
  }
  return table.rows.empty() ? "" : "<h2>Published</h2>" + table.Html();
}

}  // namespace

std::string RunReportPage(const Json& report, const PublicationRule& rule) {
  const std::string title = "Run of " + report["pipeline"].AsString();
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>" +
      policies::HtmlText(title) + "</title><style>" + std::string(kStyle) +
      "</style></head><body><main><h1>" + policies::HtmlText(title) + "</h1><p>" +
      policies::HtmlText(report["run"].AsString()) + ": " +
      policies::HtmlText(report["status"].AsString()) + " in " +
      FixedText(report["seconds"].AsDouble(), 1) + " s. Aggregates only; groups of fewer than " +
      WithThousands(rule.min_group) + " people are not shown (" + policies::HtmlText(rule.rule) +
      ").</p>";
  page += Funnel(report, rule) + Segments(report, rule);
  std::string sections;
  for (const auto& [step, tasks] : report["figures"].fields()) {
    // Figures of one task speak of everybody; those of many tasks each of a part.
    if (tasks.size() == 1) sections += FigureSections(step, tasks.items().front(), rule);
  }
  if (!sections.empty()) page += "<h2>Analyses</h2>" + sections;
  return page + Snapshots(report, rule) + "</main></body></html>\n";
}

}  // namespace signet::coordinator
