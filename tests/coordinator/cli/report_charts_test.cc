#include "coordinator/cli/report_charts.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

ChartFrame SomeFrame() {
  return {"Gains <1>", "What \"it\" shows", "x", "y"};
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// What every picture owes a reader who cannot see it, and a page that must not call home.
void ExpectAccessible(const std::string& svg) {
  EXPECT_EQ(svg.rfind("<svg", 0), 0U);
  EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
  EXPECT_NE(svg.find("<title>"), std::string::npos);
  EXPECT_NE(svg.find("<desc>"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find("href"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(LineChart, DrawsALineForEachSeriesAndEscapesItsWords) {
  const std::string svg =
      LineChart(SomeFrame(), {{"model", {0, 1, 2}, {0, 3, 4}}, {"<chance>", {0, 2}, {0, 4}}});
  ExpectAccessible(svg);
  EXPECT_EQ(Count(svg, "<polyline"), 2U);
  EXPECT_NE(svg.find("Gains &lt;1&gt;"), std::string::npos);
  EXPECT_NE(svg.find("&lt;chance&gt;"), std::string::npos);
  EXPECT_EQ(svg.find("<chance>"), std::string::npos);
  EXPECT_TRUE(LineChart(SomeFrame(), {}).empty());
}

TEST(BarChart, DrawsABarForEachGroupAndSeries) {
  const std::string svg = BarChart(SomeFrame(), {"a", "b", "c"}, {{"one", {}, {1, 2, 3}}});
  ExpectAccessible(svg);
  EXPECT_EQ(Count(svg, "<rect"), 3U);
  ExpectAccessible(BarChart(SomeFrame(), {"a"}, {{"one", {}, {0}}}));
  ExpectAccessible(BarChart(SomeFrame(), {"a"}, {{"one", {}, {-5}}}));
}

TEST(IntervalChart, DrawsEachIntervalWithItsEstimate) {
  const std::string svg = IntervalChart(SomeFrame(), {{"spend", 1, -1, 3}, {"visits", 2, 2, 2}}, 0);
  ExpectAccessible(svg);
  EXPECT_EQ(Count(svg, "<circle"), 2U);
}

TEST(HeatChart, HatchesWhatIsNotShown) {
  const double hidden = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = HeatChart(SomeFrame(), {"r1", "r2"}, {"c1", "c2"}, {1, hidden, 3, 4});
  ExpectAccessible(svg);
  EXPECT_EQ(Count(svg, "url(#hidden)"), 1U);
  EXPECT_TRUE(HeatChart(SomeFrame(), {"r1"}, {"c1"}, {1, 2}).empty());
}

TEST(HexBinChart, DrawsAHexagonForEachBinAndNoDot) {
  const Json bins =
      Json::Of({{"radius", 1.0},
                {"group_min", 10},
                {"bins",
                 Json::List({Json::Of({{"x", 0.0}, {"y", 0.0}, {"count", 10}, {"cluster", 2}}),
                             Json::Of({{"x", 1.7}, {"y", 0.0}, {"count", 40}})})}});
  const std::string svg = HexBinChart(bins, "People");
  ExpectAccessible(svg);
  EXPECT_EQ(Count(svg, "<polygon"), 2U);
  EXPECT_EQ(Count(svg, "<circle"), 0U);
  EXPECT_NE(svg.find("at least 10 people"), std::string::npos);
  EXPECT_TRUE(HexBinChart(Json(), "People").empty());
}

}  // namespace
}  // namespace signet::coordinator
