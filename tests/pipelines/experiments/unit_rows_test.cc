#include "pipelines/experiments/unit_rows.h"

#include <string>

#include "tests/pipelines/experiments/rows_world.h"

namespace signet::pipelines {
namespace {

using UnitRowsReading = RowsWorld;

TEST_F(UnitRowsReading, CountsEachUnitOnceWhateverWasLoggedTwice) {
  Table(
      "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, i / 10.0 AS spend "
      "FROM range(100) t(i)");
  const UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "spend"));
  const Result<UnitRows> once = Read(spec);
  ASSERT_TRUE(once.ok()) << once.status().ToString();
  ASSERT_TRUE(connection_->Execute("INSERT INTO input SELECT * FROM input WHERE id < 37").ok());
  const Result<UnitRows> twice = Read(spec);
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->sums[0].segments[0][0].Encode(), once->sums[0].segments[0][0].Encode());
  EXPECT_EQ(twice->reading["units_with_several_rows"].AsInt(), 37);
  EXPECT_EQ(twice->reading["added_up_per_unit"].size(), 0U);
}

TEST_F(UnitRowsReading, AddsUpEventsOfAUnit) {
  Table(
      "SELECT i % 50 AS id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, i AS spend, "
      "i >= 50 AS bought FROM range(100) t(i)");
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "spend"));
  spec.metrics.push_back(Metric(MetricKind::kProportion, "bought"));
  MetricColumns ratio = Metric(MetricKind::kRatio, "spend");
  ratio.per = "1";
  spec.metrics.push_back(ratio);
  const Result<UnitRows> rows = Read(spec);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  // Unit u has the rows u and u + 50: spend 2u + 50, bought, 2 rows.
  EXPECT_EQ(rows->sums[0].Whole(0).y, 98);
  EXPECT_EQ(rows->sums[1].Whole(0).y, 1);
  EXPECT_EQ(rows->sums[2].Whole(0).d, 2);
  spec.repeats = UnitRowsSpec::Repeats::kOnce;
  EXPECT_FALSE(Read(spec).ok());
}

TEST_F(UnitRowsReading, LeavesOutWhoIsInTwoArmsOrInNone) {
  Table(
      "SELECT * FROM (VALUES (1,'a',1),(1,'b',1),(2,'a',0),(3,'b',1),(NULL,'a',1),(4,NULL,1),"
      "(5,'a',NULL)) t(id, arm, y)");
  const Result<UnitRows> rows = Read(Spec(Metric(MetricKind::kProportion, "y")));
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(rows->units.in_several_arms, 1);
  EXPECT_EQ(rows->units.assigned, (std::vector<double>{2, 1}));
  EXPECT_EQ(rows->sums[0].missing, (std::vector<double>{1, 0}));
  EXPECT_EQ(rows->reading["rows_without_unit_or_arm"].AsInt(), 2);
}

// Property: neither the order of rows nor the number of threads leaves a trace.
TEST_F(UnitRowsReading, DoesNotDependOnRowOrder) {
  const std::string rows =
      "SELECT (i * 7919) % 1000 AS id, 'arm' || ((i * 7919) % 1000 % 3) AS arm, sqrt(i) AS spend, "
      "ln(1 + (i * 7919) % 1000) AS before, i % 4 AS place FROM range(3000) t(i)";
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "spend"));
  spec.metrics[0].design.adjusted = true;
  spec.metrics[0].winsorise = 0.98;
  spec.covariate = "before";
  Table(rows);
  const Result<UnitRows> first = Read(spec);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  Table("SELECT * FROM (" + rows + ") ORDER BY hash(spend)");
  const Result<UnitRows> second = Read(spec);
  for (size_t arm = 0; arm < 3; ++arm) {
    EXPECT_EQ(first->sums[0].segments[0][arm].Encode(), second->sums[0].segments[0][arm].Encode());
  }
  EXPECT_EQ(first->reading.Dump(), second->reading.Dump());
}

TEST_F(UnitRowsReading, CapsAtTheQuantileOfAllUnits) {
  Table(
      "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, "
      "CASE WHEN i = 99 THEN 1e6 ELSE i END AS y FROM range(100) t(i)");
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "y"));
  spec.metrics[0].winsorise = 0.99;
  const Result<UnitRows> rows = Read(spec);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_LE(rows->sums[0].Whole(1).y, 51);
  EXPECT_EQ(rows->reading["winsorised"]["y"]["high"].AsDouble(), 98);
}

TEST_F(UnitRowsReading, SplitsBySegmentAndKeepsTheWhole) {
  Table(
      "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, i AS y, "
      "CASE WHEN i % 10 = 0 THEN NULL ELSE i % 3 END AS place FROM range(90) t(i)");
  UnitRowsSpec spec = Spec(Metric(MetricKind::kMean, "y"));
  spec.segment = "place";
  const Result<UnitRows> rows = Read(spec);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(rows->segments, (std::vector<std::string>{"(none)", "0", "1", "2"}));
  EXPECT_EQ(rows->sums[0].Whole(0).y, 44);
}

TEST_F(UnitRowsReading, RefusesWhatWouldBecomeNan) {
  struct Case {
    const char* name;
    const char* value;
    MetricKind kind;
  };
  Table(
      "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, "
      "CASE WHEN i = 5 THEN 'Infinity'::DOUBLE ELSE 1 END AS y, i AS n, 'word' || i AS w "
      "FROM range(20) t(i)");
  for (const Case& c : {Case{"infinite", "y", MetricKind::kMean},
                        Case{"no share", "n", MetricKind::kProportion},
                        Case{"text", "w", MetricKind::kMean},
                        Case{"unknown", "nowhere", MetricKind::kMean}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Read(Spec(Metric(c.kind, c.value))).status().code(), StatusCode::kInvalid);
  }
  UnitRowsSpec many = Spec(Metric(MetricKind::kMean, "n"));
  many.arm = "w";
  EXPECT_TRUE(Read(many).ok());
  Table("SELECT i AS id, i AS arm, 1 AS n FROM range(30) t(i)");
  EXPECT_FALSE(Read(Spec(Metric(MetricKind::kMean, "n"))).ok());
}

}  // namespace
}  // namespace signet::pipelines
