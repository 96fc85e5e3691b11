#include "coordinator/cli/plan_page.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/option_doc.h"
#include "policies/reports/html_text.h"

namespace signet::coordinator {
namespace {

constexpr std::string_view kHead =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Plan</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "caption{text-align:left;color:#444}"
    "th,td{border-bottom:1px solid #ccc;text-align:left;padding:.25rem .5rem;vertical-align:top}"
    "code{font:13px ui-monospace,monospace}"
    "@media print{body{margin:0}h2{break-after:avoid}tr{break-inside:avoid}}</style>";

std::string Cell(const std::string& text) {
  return "<td>" + policies::HtmlText(text) + "</td>";
}

std::string Head(const std::vector<std::string>& names) {
  std::string row = "<thead><tr>";
  for (const std::string& name : names) {
    row += "<th scope=\"col\">" + policies::HtmlText(name) + "</th>";
  }
  return row + "</tr></thead>";
}

std::string RowHead(const std::string& text) {
  return "<tr><th scope=\"row\">" + policies::HtmlText(text) + "</th>";
}

/// Who receives what, under which relation, and what covers the transfer.
std::string Publications(const pipelines::Plan& plan, const policies::Policy& policy) {
  if (plan.publications.empty()) {
    return "<h2>Recipients</h2><p>Nothing leaves: the pipeline publishes to nobody.</p>";
  }
  std::string table =
      "<h2>Recipients</h2><table><caption>To whom this pipeline hands data, and "
      "why it may</caption>" +
      Head({"recipient", "relation", "purpose", "what", "transfer", "rule"});
  for (const pipelines::PlannedPublication& publication : plan.publications) {
    const policies::Recipient* recipient = policy.FindRecipient(publication.recipient);
    const pipelines::PlannedStep* step = plan.Find(publication.step);
    const policies::Verdict may = policy.MayReceive(publication.recipient, publication.purpose);
    std::string what;
    if (step != nullptr) {
      what = "members of " + Join(step->options["segments"].AsStrings(), ", ");
      const std::string& released = step->options["identify_by"].AsString();
      what += released.empty() ? ", as tokens" : ", with " + released;
    }
    table += RowHead(publication.recipient) + Cell(publication.relation) +
             Cell(publication.purpose) + Cell(what) +
             Cell((recipient == nullptr ? std::string() : recipient->region + ": ") +
                  policy.MayTransfer(publication.recipient, std::nullopt).message) +
             Cell(may.rule + ", " + may.article) + "</tr>";
  }
  return table + "</table>";
}

std::string Purposes(const pipelines::Plan& plan, const policies::Policy& policy) {
  std::set<std::string> used;
  for (const pipelines::PlannedStep& step : plan.steps) {
    if (!step.purpose.empty()) used.insert(step.purpose);
  }
  std::string table =
      "<h2>Purposes</h2><table><caption>Why data are used: the lawful basis under "
      "each law</caption>" +
      Head({"purpose", "law", "basis", "consent", "minors", "article", "rule"});
  for (const std::string& purpose : used) {
    const policies::PurposeRule* rule = policy.FindPurpose(purpose);
    if (rule == nullptr) continue;
    for (const policies::PurposeBasis& basis : rule->bases) {
      std::string ground = basis.basis;
      if (!basis.assessment.empty()) ground += " (assessment " + basis.assessment + ")";
      if (!basis.special_condition.empty()) {
        ground += "; special categories: " + basis.special_condition + ", " + basis.special_article;
      }
      table += RowHead(purpose + ": " + rule->description) + Cell(basis.policy) + Cell(ground) +
               Cell(std::string(policies::ConsentModeName(basis.mode))) +
               Cell(std::string(policies::MinorRuleName(basis.minors))) + Cell(basis.article) +
               Cell(policies::RulePlace(basis.mark)) + "</tr>";
    }
  }
  return table + "</table>";
}

std::string Steps(const pipelines::Plan& plan) {
  std::string table = "<h2>Steps</h2><table><caption>What is done, in order</caption>" +
                      Head({"step", "operator", "purpose", "reads"});
  for (const pipelines::PlannedStep& step : plan.steps) {
    std::string reads;
    for (const pipelines::PlannedInput& input : step.inputs) {
      if (!reads.empty()) reads += "; ";
      reads += input.dataset + " (" + Join(input.schema.Names(), ", ") + ")";
      if (input.subjects_filtered) reads += ", only of people whom the purpose may use";
    }
    table += RowHead(step.id) + Cell(step.op) + Cell(step.purpose) + Cell(reads) + "</tr>";
  }
  return table + "</table>";
}

/// Limits of the data themselves, where a rule states them.
std::string LimitsOf(const Json& label) {
  std::vector<std::string> limits;
  if (label.Has("retention_s")) {
    limits.push_back("kept " + pipelines::DurationText(label["retention_s"].AsInt()));
  }
  if (label.Has("regions")) limits.push_back("only in " + Join(label["regions"].AsStrings(), ", "));
  if (label.Has("min_group")) {
    limits.push_back("groups of " + std::to_string(label["min_group"].AsInt()));
  }
  if (label.Has("special")) {
    limits.push_back("special: " + Join(label["special"].AsStrings(), ", "));
  }
  return Join(limits, "; ");
}

std::string ColumnRow(const Json& column) {
  std::string rules;
  for (const Json& rule : column["rules"].items()) {
    if (!rules.empty()) rules += "; ";
    rules += rule["treatment"].AsString() + " (" + rule["rule"].AsString() + ", " +
             rule["article"].AsString() + ")";
  }
  std::string bases;
  for (const Json& basis : column["bases"].items()) {
    if (!bases.empty()) bases += "; ";
    bases += basis["basis"].AsString() + " (" + basis["article"].AsString() + ")";
  }
  std::vector<std::string> from = column["from"].AsStrings();
  const std::vector<std::string> indirect = column["indirect"].AsStrings();
  if (!indirect.empty()) from.push_back("rows decided by " + Join(indirect, ", "));
  const Json& label = column["label"];
  return "<tr><th scope=\"row\"><code>" + policies::HtmlText(column["name"].AsString()) +
         "</code></th>" + Cell(Join(from, ", ")) + Cell(Join(label["origins"].AsStrings(), ", ")) +
         Cell(Join(label["categories"].AsStrings(), ", ")) +
         Cell(label["identifiability"].AsString()) + Cell(bases) +
         Cell(Join(label["purposes"].AsStrings(), ", ")) + Cell(rules) + Cell(LimitsOf(label)) +
         "</tr>";
}

std::string Dataset(const Json& dataset) {
  std::string text = "<h2>" + policies::HtmlText(dataset["dataset"].AsString()) + " (" +
                     policies::HtmlText(dataset["kind"].AsString()) + ")</h2><p>";
  if (!dataset["purpose"].AsString().empty()) {
    text += "Made by step " + policies::HtmlText(dataset["step"].AsString()) + " for " +
            policies::HtmlText(dataset["purpose"].AsString()) + ". ";
  }
  if (dataset.Has("retention")) {
    text += "Kept " +
            policies::HtmlText(pipelines::DurationText(dataset["retention"]["seconds"].AsInt())) +
            " (" + policies::HtmlText(dataset["retention"]["rule"].AsString()) + ").";
  }
  text += "</p><table>" + Head({"column",
                                "made from",
                                "stems from",
                                "categories",
                                "identifiability",
                                "basis here",
                                "purposes allowed",
                                "treatment and rule",
                                "limits"});
  for (const Json& column : dataset["columns"].items()) text += ColumnRow(column);
  return text + "</table>";
}

}  // namespace

std::string PlanPage(const pipelines::Plan& plan, const policies::Policy& policy) {
  std::string page(kHead);
  page += "<h1>Plan of " + policies::HtmlText(plan.pipeline) + "</h1><p>As of " +
          DateText(plan.as_of) +
          ". Every statement below was derived from the pipeline that runs and from the policies, "
          "before it ran; its digest is in the audit log before the first task starts. Plan "
          "digest <code>" +
          plan.Digest() + "</code>, policy digest <code>" + policies::HtmlText(plan.policy_digest) +
          "</code>.</p>";
  page += Publications(plan, policy) + Purposes(plan, policy) + Steps(plan);
  for (const Json& dataset : plan.derivation.items()) page += Dataset(dataset);
  return page + "</html>\n";
}

}  // namespace signet::coordinator
