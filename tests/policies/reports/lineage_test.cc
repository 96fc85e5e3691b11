#include "policies/reports/lineage.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/policies/reports/reports_world.h"

namespace signet::policies {
namespace {

TEST(Lineage, HasATablePerDatasetAndARowPerColumn) {
  ColumnLineage other = EmailColumn();
  other.column = "country";
  ColumnLineage derived = EmailColumn();
  derived.dataset = "profile";
  const std::vector<ColumnLineage> columns = {EmailColumn(), other, derived};
  const ReportDocument lineage = MakeLineage({"shop", "r1", "ab12"}, columns, "2026-11-22");
  const std::vector<ReportTable>& tables = lineage.sections.at(0).tables;
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].rows.size(), 2U);
  EXPECT_EQ(tables[1].rows.size(), 1U);
  EXPECT_NE(lineage.sections[0].paragraphs.at(0).find("ab12"), std::string::npos);
  EXPECT_EQ(lineage.facts["columns"].AsInt(), 3);
}

}  // namespace
}  // namespace signet::policies
