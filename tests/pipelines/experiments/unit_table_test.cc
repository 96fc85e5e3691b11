#include "pipelines/experiments/unit_table.h"

#include <string>

#include "tests/pipelines/experiments/rows_world.h"

namespace signet::pipelines {
namespace {

using UnitTable = RowsWorld;

TEST_F(UnitTable, AddsUpWhatDiffersWithinAUnitAndTakesTheRestOnce) {
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "spend"));
  spec.metrics.push_back(Metric(MetricKind::kProportion, "bought"));
  Json reading{Json::Object()};
  const Status grouped = GroupUnits(
      *connection_,
      spec,
      "SELECT * FROM (VALUES (1, 'a', 2.0, 0), (1, 'a', 3.0, 1), (2, 'b', 7.0, 0)) t(u, a, y0, y1)",
      reading);
  ASSERT_TRUE(grouped.ok()) << grouped.ToString();
  const auto first = connection_->QueryText(
      "SELECT y0::INT || ' ' || y1 || ' ' || n || ' ' || arms FROM signet_units WHERE u = 1");
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(*first, "5 1 2 1");
  EXPECT_EQ(reading["units_with_several_rows"].AsInt(), 1);
  ASSERT_EQ(reading["added_up_per_unit"].size(), 1U);
  EXPECT_EQ(reading["added_up_per_unit"].items()[0].AsString(), spec.metrics[0].design.name);
}

TEST_F(UnitTable, CapsBelowOnlyWhereThereAreNegativeValues) {
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "spend"));
  spec.metrics[0].winsorise = 0.9;
  for (const bool negative : {false, true}) {
    SCOPED_TRACE(negative);
    const std::string shift = negative ? "50" : "0";
    Json reading{Json::Object()};
    const auto capped = CappedUnits(
        *connection_,
        spec,
        "SELECT i AS u, 'a' AS a, (i - " + shift + ")::DOUBLE AS y0 FROM range(101) t(i)",
        reading);
    ASSERT_TRUE(capped.ok()) << capped.status().ToString();
    const auto bounds =
        connection_->QueryText("SELECT min(y0)::INT || ' ' || max(y0)::INT FROM (" + *capped + ")");
    ASSERT_TRUE(bounds.ok()) << bounds.status().ToString();
    EXPECT_EQ(*bounds, negative ? "-40 40" : "0 90");
    const Json& caps = reading["winsorised"][spec.metrics[0].design.name];
    EXPECT_EQ(caps.Has("low"), negative);
  }
}

}  // namespace
}  // namespace signet::pipelines
