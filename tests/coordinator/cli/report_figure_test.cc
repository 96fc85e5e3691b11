#include "coordinator/cli/report_figure.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(ReportFigure, HasAboutFourDigitsAndSeparators) {
  EXPECT_EQ(ReportFigure(Json(1'234'567)), "1,234,567");
  EXPECT_EQ(ReportFigure(Json(0.123456)), "0.1235");
  EXPECT_EQ(ReportFigure(Json(-12.3456)), "-12.35");
  EXPECT_EQ(ReportFigure(Json(123.456)), "123.5");
  EXPECT_EQ(ReportFigure(Json(98'765.4)), "98,765");
  EXPECT_EQ(ReportFigure(Json(1e300)), Json(1e300).Dump());
  EXPECT_EQ(ReportFigure(Json("no drop-out")), "no drop-out");
  EXPECT_EQ(ReportFigure(Json()), "");
}

TEST(ReportFigure, AnEstimateShowsItsIntervalWhereItHasOne) {
  EXPECT_EQ(ReportInterval(Json::Of({{"value", 0.5}, {"low", 0.25}, {"high", 0.75}})),
            "0.5000 (0.2500 to 0.7500)");
  EXPECT_EQ(ReportInterval(Json::Of({{"value", 7}})), "7");
  EXPECT_EQ(ReportInterval(Json(2.5)), "2.50");
}

}  // namespace
}  // namespace signet::coordinator
