#include "coordinator/disclosure/profile_report.h"

#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

using policies::ReportSection;
using policies::ReportTable;

std::string CountText(const Json& count) {
  return count.is_int() ? WithThousands(count.AsInt()) : "withheld";
}

/// Numbers and texts alike, and nothing for nothing.
std::string ValueText(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.AsString() : value.Dump();
}

ReportSection PeopleSection(const Json& profile) {
  ReportSection section;
  section.heading = "People";
  section.article = "GDPR recital 26";
  section.paragraphs.push_back("Dataset " + profile["dataset"].AsString() + " of " +
                               profile["pipeline"].AsString() + ".");
  ReportTable table{"How many", {"people", "how"}, {}};
  if (profile.Has("people_noisy")) {
    const Json& budget = profile["budget"];
    table.rows.push_back({"about " + WithThousands(profile["people_noisy"].AsInt()),
                          profile["noise"].AsString() + " noise, within " +
                              WithThousands(profile["within_95"].AsInt()) + " in 95 % of answers"});
    section.paragraphs.push_back("Privacy budget of " + budget["recipient"].AsString() + ": " +
                                 budget["gauge"].AsString() + ".");
  } else {
    table.rows.push_back({CountText(profile["people"]), "exact"});
    section.paragraphs.push_back("For " + profile["purpose"].AsString() + "; " +
                                 CountText(profile["rows"]) + " rows; nothing about fewer than " +
                                 std::to_string(profile["min_group"].AsInt()) + " people.");
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection ColumnsSection(const Json& profile) {
  ReportSection section;
  section.heading = "Columns";
  section.article = "GDPR Art. 5(1)(c)";
  ReportTable columns{
      "Columns",
      {"column", "type", "people", "missing", "lowest shown", "quartiles", "highest shown"},
      {}};
  ReportTable values{"Values", {"column", "value", "people"}, {}};
  for (const Json& column : profile["columns"].items()) {
    const std::string& name = column["name"].AsString();
    std::vector<std::string> quartiles;
    quartiles.reserve(column["quartiles"].size());
    for (const Json& one : column["quartiles"].items()) quartiles.push_back(ValueText(one));
    columns.rows.push_back({name,
                            column["type"].AsString(),
                            CountText(column["people"]),
                            CountText(column["missing"]),
                            ValueText(column["bottom"]),
                            Join(quartiles, " | "),
                            ValueText(column["top"])});
    for (const Json& value : column["values"].items()) {
      values.rows.push_back({name, ValueText(value["value"]), CountText(value["people"])});
    }
    if (column.Has("rest")) {
      values.rows.push_back({name, "all other values", CountText(column["rest"])});
    }
  }
  section.tables.push_back(std::move(columns));
  if (!values.rows.empty()) section.tables.push_back(std::move(values));
  return section;
}

ReportSection ClassesSection(const Json& classes) {
  ReportSection section;
  section.heading = "People alike in " + Join(classes["columns"].AsStrings(), ", ");
  section.article = "GDPR recital 26";
  section.paragraphs.push_back(classes["verdict"].AsString() + ".");
  section.paragraphs.push_back(
      "People in smaller classes: " + CountText(classes["people_below_k"]) + ".");
  if (!classes.Has("sensitive")) return section;
  ReportTable table{
      "What the classes tell about " + classes["sensitive"].AsString(), {"measure", "value"}, {}};
  for (const auto& [key, name] : {std::pair{"l", "l-diversity (distinct values)"},
                                  {"entropy_l", "l-diversity (entropy)"},
                                  {"t", "t-closeness (equal distances)"},
                                  {"t_ordered", "t-closeness (ordered distances)"}}) {
    table.rows.push_back({name, ValueText(classes[key])});
  }
  section.tables.push_back(std::move(table));
  return section;
}

ReportSection SearchSection(const Json& search) {
  ReportSection section;
  section.heading = "Least generalisation for classes of " + std::to_string(search["k"].AsInt());
  section.article = "GDPR Art. 5(1)(c)";
  section.paragraphs.push_back("At most " +
                               FixedText(100 * search["suppressed_max"].AsDouble(), 1) +
                               " % of people suppressed.");
  if (!search["found"].AsBool()) {
    section.paragraphs.emplace_back("None, not even without these columns.");
    return section;
  }
  ReportTable table{"Levels", {"column", "level", "step", "of"}, {}};
  for (const Json& one : search["levels"].items()) {
    table.rows.push_back({one["column"].AsString(),
                          one["level"].AsString(),
                          std::to_string(one["step"].AsInt()),
                          std::to_string(one["of"].AsInt())});
  }
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace

policies::ReportDocument ProfileReport(const Json& profile, const std::string& made) {
  policies::ReportDocument document;
  document.kind = "profile";
  document.title = "Statistics of " + profile["dataset"].AsString();
  document.made = made;
  document.facts = profile;
  document.sections.push_back(PeopleSection(profile));
  if (profile["columns"].size() > 0) document.sections.push_back(ColumnsSection(profile));
  if (profile["classes"].is_object()) {
    document.sections.push_back(ClassesSection(profile["classes"]));
  }
  if (profile.Has("generalisation")) {
    document.sections.push_back(SearchSection(profile["generalisation"]));
  }
  return document;
}

}  // namespace signet::coordinator
