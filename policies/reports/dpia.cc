#include "policies/reports/dpia.h"

#include <map>
#include <utility>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

constexpr uint64_t kLargeScale = 10'000;

std::string YesNo(bool yes) {
  return yes ? "yes" : "no";
}

ReportTable ActivityTable(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportTable table{
      "Operations", {"pipeline", "purpose", "steps", "categories", "sources", "lawful basis"}, {}};
  for (const ProcessingActivity& activity : activities) {
    table.rows.push_back({activity.pipeline,
                          activity.purpose,
                          Join(activity.steps, ", "),
                          ListText(activity.categories),
                          ListText(activity.sources),
                          BasisText(policy, activity.purpose)});
  }
  return table;
}

/// What of the lineage minimises: which treatment each source column got.
ReportTable TreatmentTable(std::span<const ColumnLineage> columns) {
  std::map<std::string, std::pair<std::set<std::string>, std::set<std::string>>> by_origin;
  for (const ColumnLineage& column : columns) {
    if (column.kind != "governed") continue;
    for (const std::string& origin : column.origins) {
      by_origin[origin].first.insert(column.treatments.begin(), column.treatments.end());
      by_origin[origin].second.insert(column.identifiability);
    }
  }
  ReportTable table{"Treatment of the columns that are kept (all others are dropped)",
                    {"source column", "treatment and rule", "identifiability after it"},
                    {}};
  for (const auto& entry : by_origin) {
    table.rows.push_back(
        {entry.first, ListText(entry.second.first), ListText(entry.second.second)});
  }
  return table;
}

/// The nine criteria of WP248 rev. 01, as far as they can be read off.
ReportTable RiskTable(const Policy& policy, std::span<const ProcessingActivity> activities) {
  ReportTable table{"Indicators of high risk (WP248 rev. 01)", {"indicator", "found", "where"}, {}};
  const auto add = [&](const char* name, auto holds) {
    std::set<std::string> where;
    for (const ProcessingActivity& activity : activities) {
      if (holds(activity)) where.insert(activity.pipeline + ": " + activity.purpose);
    }
    table.rows.push_back({name, YesNo(!where.empty()), ListText(where)});
  };
  add("evaluation or scoring", [](const ProcessingActivity& a) { return a.profiles; });
  add("sensitive or special data", [](const ProcessingActivity& a) { return !a.special.empty(); });
  add("large scale", [](const ProcessingActivity& a) { return a.rows >= kLargeScale; });
  add("matching of datasets", [](const ProcessingActivity& a) { return a.sources.size() > 1; });
  add("a model is trained", [](const ProcessingActivity& a) { return a.trains; });
  add("transfer or disclosure to others",
      [](const ProcessingActivity& a) { return !a.recipients.empty(); });
  add("sale or sharing", [&policy](const ProcessingActivity& a) {
    for (const std::string& name : a.recipients) {
      const Recipient* recipient = policy.FindRecipient(name);
      if (recipient != nullptr && IsSaleOrShare(recipient->relation)) return true;
    }
    return false;
  });
  return table;
}

ReportTable MeasureTable(const Policy& policy) {
  return {"Measures in force",
          {"risk", "measure"},
          {{"identification", "tokens per recipient; identifiers leave only by a release rule"},
           {"singling out",
            "no segment below " + std::to_string(policy.publication().min_group) +
                " persons is published"},
           {"use beyond the purpose",
            "columns and persons not allowed are absent when data are "
            "opened"},
           {"unheard objections", "consent is asked again when a segment is published"},
           {"loss of confidentiality", "sealed at rest; keys in custody, leased per task"},
           {"data kept too long", "retention by destruction of keys"},
           {"unlawful change of records", "tamper-evident log"}}};
}

ReportDocument GdprView(const Policy& policy,
                        std::span<const ProcessingActivity> activities,
                        std::span<const ColumnLineage> columns) {
  ReportDocument document;
  document.title = "Data protection impact assessment";
  document.sections = {
      {"Description of the processing",
       "GDPR Art. 35(7)(a)",
       {},
       {ActivityTable(policy, activities)},
       {"Why is the processing wanted: which interest does the controller pursue?",
        "How do the persons expect it to happen, and what were they told?"}},
      {"Necessity and proportionality",
       "GDPR Art. 35(7)(b)",
       {"Columns without a rule are refused; columns that nobody uses are an error before a run."},
       {TreatmentTable(columns)},
       {"Could the purpose be reached with less data, or without persons at all?"}},
      {"Risks to the rights and freedoms of the persons",
       "GDPR Art. 35(7)(c)",
       {},
       {RiskTable(policy, activities)},
       {"How likely and how severe is each risk for the persons, after the measures?",
        "May the result lead to unfavourable treatment of a group of persons?"}},
      {"Measures",
       "GDPR Art. 35(7)(d)",
       {},
       {MeasureTable(policy)},
       {"What did the data protection officer advise (Art. 35(2))?",
        "What do the persons or their representatives think (Art. 35(9))?",
        "Must the authority be consulted before (Art. 36)?"}}};
  return document;
}

ReportDocument CpraView(const Policy& policy,
                        std::span<const ProcessingActivity> activities,
                        std::span<const ColumnLineage> columns) {
  ReportDocument document;
  document.title = "Risk assessment (California)";
  document.sections = {
      {"Purpose of the processing",
       "11 CCR § 7152(a)(1)",
       {},
       {ActivityTable(policy, activities)},
       {"State the purpose more specifically than 'to improve our services'."}},
      {"Categories of personal and sensitive personal information",
       "11 CCR § 7152(a)(2)",
       {},
       {TreatmentTable(columns)},
       {"What is the minimum of information that the purpose needs?"}},
      {"Operational elements",
       "11 CCR § 7152(a)(3)",
       {"Method of collection: the sources named. Retention: see the record of processing. "
        "Consumers concerned: those in the sources."},
       {},
       {"How many consumers are concerned?",
        "What were consumers told, and how?",
        "Which service providers, contractors and third parties take part?"}},
      {"Benefits", "11 CCR § 7152(a)(4)", {}, {}, {"Which benefits, for whom, how likely?"}},
      {"Negative impacts on consumers' privacy",
       "11 CCR § 7152(a)(5)",
       {},
       {RiskTable(policy, activities)},
       {"Which impacts follow, from which source, and how likely are they?"}},
      {"Safeguards",
       "11 CCR § 7152(a)(6)",
       {},
       {MeasureTable(policy)},
       {"Which further safeguards are planned?"}},
      {"Decision and approval",
       "11 CCR § 7152(a)(7)-(9)",
       {},
       {},
       {"Will the processing go on?",
        "Who contributed?",
        "Who reviewed and approved it, and when?"}}};
  return document;
}

}  // namespace

ReportDocument MakeDpia(const Policy& policy,
                        std::span<const ProcessingActivity> activities,
                        std::span<const ColumnLineage> columns,
                        AssessmentView view,
                        const std::string& made) {
  ReportDocument document = view == AssessmentView::kGdpr ? GdprView(policy, activities, columns)
                                                          : CpraView(policy, activities, columns);
  document.kind = "dpia";
  document.made = made;
  size_t open = 0;
  for (const ReportSection& section : document.sections) open += section.open_questions.size();
  document.facts = Json::Of({{"open_questions", open},
                             {"view", view == AssessmentView::kGdpr ? "gdpr" : "cpra"},
                             {"policy_digest", policy.digest()}});
  return document;
}

}  // namespace signet::policies
