#include "pipelines/models/importance.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Importance, AddsTheColumnsOfOneFeatureBeforeTakingSizes) {
  const std::vector<double> contributions = {1, -1, 0.5, 0, 2, -1, 0.5, 0};
  const Json list = ImportancesJson(contributions, {"city", "city", "age", "unused"}, 10);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.items()[0]["mean_effect"].AsDouble(), 0.5);
  EXPECT_EQ(list.items()[1]["mean_effect"].AsDouble(), 0.5);
  EXPECT_EQ(list.items()[0]["share"].AsDouble(), 0.5);
}

TEST(Importance, AlarmsNameOnlyFeaturesThatTellTheOutcome) {
  std::vector<float> cells;
  std::vector<uint8_t> classes;
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) {
    classes.push_back(i % 3 == 0 ? 1 : 0);
    values.push_back(i);
    // A leak, its negative, one by being missing, a good but honest feature, a rare consequence.
    cells.push_back(classes.back());
    cells.push_back(-static_cast<float>(i));
    cells.push_back(classes.back() != 0 ? std::nanf("") : static_cast<float>(i % 7));
    cells.push_back(static_cast<float>(i % 5 == 0 ? 1 - classes.back() : classes.back()));
    cells.push_back(i % 9 == 0 ? 1.0F : 0.0F);
  }
  const std::vector<std::string> names = {"same", "falling", "absent", "honest", "spent"};
  const Json alarms = ClassLeakAlarms({cells, 5}, classes, names);
  ASSERT_EQ(alarms.size(), 3U);
  EXPECT_EQ(alarms.items()[0]["feature"].AsString(), "same");
  EXPECT_EQ(alarms.items()[1]["feature"].AsString(), "absent");
  EXPECT_EQ(alarms.items()[2]["feature"].AsString(), "spent");
  EXPECT_LT(alarms.items()[2]["auc"].AsDouble(), 0.7) << "rare: its rank alone tells little";
  const Json by_value = ValueLeakAlarms({cells, 5}, values, names);
  ASSERT_EQ(by_value.size(), 1U);
  EXPECT_EQ(by_value.items()[0]["feature"].AsString(), "falling");
}

}  // namespace
}  // namespace signet::pipelines
