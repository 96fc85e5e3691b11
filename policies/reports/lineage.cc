#include "policies/reports/lineage.h"

#include <map>
#include <utility>

namespace signet::policies {

ReportDocument MakeLineage(const LineageOf& plan,
                           std::span<const ColumnLineage> columns,
                           const std::string& made) {
  ReportDocument document;
  document.kind = "lineage";
  document.title = "Lineage of " + plan.pipeline;
  document.made = made;
  std::map<std::string, ReportTable> by_dataset;
  for (const ColumnLineage& column : columns) {
    ReportTable& table = by_dataset[column.dataset];
    if (table.columns.empty()) {
      table.caption = column.dataset + " (" + column.kind + ", made by " + column.step + ")";
      table.columns = {"column",
                       "stems from",
                       "categories",
                       "identifiability",
                       "treatment and rule",
                       "article",
                       "purposes that may use it"};
    }
    table.rows.push_back({column.column,
                          ListText(column.origins),
                          ListText(column.categories),
                          column.identifiability,
                          ListText(column.treatments),
                          ListText(column.articles),
                          ListText(column.purposes)});
  }
  ReportSection section;
  section.heading = "Columns by dataset";
  section.article = "GDPR Art. 5(2), Art. 30";
  section.paragraphs.push_back("Run " + plan.run + ", plan " + plan.plan_digest +
                               ": the digest lies in the log before the first task of the run.");
  for (auto& entry : by_dataset) section.tables.push_back(std::move(entry.second));
  document.sections.push_back(std::move(section));
  document.facts = Json::Of({{"pipeline", plan.pipeline},
                             {"run", plan.run},
                             {"plan_digest", plan.plan_digest},
                             {"columns", columns.size()}});
  return document;
}

}  // namespace signet::policies
