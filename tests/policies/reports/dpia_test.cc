#include "policies/reports/dpia.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/policies/reports/reports_world.h"

namespace signet::policies {
namespace {

TEST(Dpia, IsFilledInFromLineageAndMarksWhatIsOpen) {
  const Policy policy = ShippedPolicy();
  const std::vector<ColumnLineage> columns = {EmailColumn()};
  const ReportDocument dpia =
      MakeDpia(policy, ShopActivities(), columns, AssessmentView::kGdpr, "2026-11-22");
  std::vector<std::string> articles;
  for (const ReportSection& section : dpia.sections) articles.push_back(section.article);
  EXPECT_EQ(
      articles,
      (std::vector<std::string>{
          "GDPR Art. 35(7)(a)", "GDPR Art. 35(7)(b)", "GDPR Art. 35(7)(c)", "GDPR Art. 35(7)(d)"}));
  const std::string html = dpia.ToHtml();
  EXPECT_NE(html.find("crm.email"), std::string::npos);
  EXPECT_NE(html.find("LIA-2026-01"), std::string::npos);
  EXPECT_GT(dpia.facts["open_questions"].AsInt(), 4);
}

TEST(Dpia, ReadsTheIndicatorsOfRiskOffWhatRan) {
  const Policy policy = ShippedPolicy();
  const ReportDocument dpia =
      MakeDpia(policy, ShopActivities(), {}, AssessmentView::kGdpr, "2026-11-22");
  const ReportTable& risks = dpia.sections.at(2).tables.at(0);
  const auto found = [&risks](const std::string& indicator) {
    for (const std::vector<std::string>& row : risks.rows) {
      if (row[0] == indicator) return row[1];
    }
    return std::string("missing");
  };
  EXPECT_EQ(found("evaluation or scoring"), "yes");
  EXPECT_EQ(found("large scale"), "yes");
  EXPECT_EQ(found("matching of datasets"), "yes");
  EXPECT_EQ(found("sensitive or special data"), "no");
  EXPECT_EQ(found("sale or sharing"), "no");
}

TEST(Dpia, TheCalifornianViewFollowsItsOwnRegulation) {
  const Policy policy = ShippedPolicy();
  const ReportDocument view =
      MakeDpia(policy, ShopActivities(), {}, AssessmentView::kCpra, "2026-11-22");
  EXPECT_EQ(view.sections.front().article, "11 CCR § 7152(a)(1)");
  EXPECT_EQ(view.sections.size(), 7U);
  EXPECT_EQ(view.facts["view"].AsString(), "cpra");
}

}  // namespace
}  // namespace signet::policies
