#include "coordinator/cli/plan_page.h"

#include <string>
#include <string_view>

#include "coordinator/cli/html_text.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr std::string_view kHead =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Plan</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border-bottom:1px solid #ccc;text-align:left;padding:.25rem .5rem;vertical-align:top}"
    "code{font:13px ui-monospace,monospace}@media print{body{margin:0}}</style>";

std::string Cell(const std::string& text) {
  return "<td>" + HtmlText(text) + "</td>";
}

std::string ColumnRow(const Json& column) {
  std::string rules;
  for (const Json& rule : column["rules"].items()) {
    if (!rules.empty()) rules += "; ";
    rules += rule["treatment"].AsString() + " (" + rule["rule"].AsString() + ", " +
             rule["article"].AsString() + ")";
  }
  const Json& label = column["label"];
  return "<tr><th scope=\"row\"><code>" + HtmlText(column["name"].AsString()) + "</code></th>" +
         Cell(column["type"].AsString()) + Cell(Join(label["origins"].AsStrings(), ", ")) +
         Cell(Join(label["categories"].AsStrings(), ", ")) +
         Cell(label["identifiability"].AsString()) +
         Cell(Join(label["purposes"].AsStrings(), ", ")) + Cell(rules) + "</tr>";
}

}  // namespace

std::string PlanPage(const pipelines::Plan& plan) {
  std::string page(kHead);
  page += "<h1>Plan of " + HtmlText(plan.pipeline) + "</h1><p>As of " + DateText(plan.as_of) +
          ". Plan digest <code>" + plan.Digest() + "</code>, policy digest <code>" +
          HtmlText(plan.policy_digest) +
          "</code>.</p><h2>Steps</h2><table><tr><th>step</th>"
          "<th>operator</th><th>purpose</th><th>reads</th></tr>";
  for (const pipelines::PlannedStep& step : plan.steps) {
    std::string reads;
    for (const pipelines::PlannedInput& input : step.inputs) {
      if (!reads.empty()) reads += "; ";
      reads += input.dataset + " (" + Join(input.schema.Names(), ", ") + ")";
    }
    page += "<tr><th scope=\"row\">" + HtmlText(step.id) + "</th>" + Cell(step.op) +
            Cell(step.purpose) + Cell(reads) + "</tr>";
  }
  page += "</table>";
  for (const Json& dataset : plan.derivation.items()) {
    page +=
        "<h2>" + HtmlText(dataset["dataset"].AsString()) + " (" +
        HtmlText(dataset["kind"].AsString()) +
        ")</h2><table><tr><th>column</th><th>type</th>"
        "<th>stems from</th><th>categories</th><th>identifiability</th><th>purposes allowed</th>"
        "<th>treatment and rule</th></tr>";
    for (const Json& column : dataset["columns"].items()) page += ColumnRow(column);
    page += "</table>";
  }
  return page + "</html>\n";
}

}  // namespace signet::coordinator
