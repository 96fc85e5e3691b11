#include "coordinator/cli/report_sections.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

policies::PublicationRule GroupOf(int64_t count) {
  policies::PublicationRule rule;
  rule.min_group = count;
  return rule;
}

Json Parsed(const std::string& text) {
  return Json::Parse(text).value();
}

bool Has(const std::string& html, const std::string& part) {
  return html.find(part) != std::string::npos;
}

TEST(FigureSections, RecogniseWhatStagesTellWhereverItLies) {
  struct Case {
    const char* figures;
    const char* title;
  };
  for (const Case& c : {
           Case{R"({"x": {"deciles": [{"rows": 90, "predicted": 1, "observed": 2},
                    {"rows": 90, "predicted": 1, "observed": 2}]}})",
                "Deciles and gains"},
           Case{R"({"calibration": [{"rows": 90, "predicted": 0.1, "observed": {"value": 0.1}},
                    {"rows": 90, "predicted": 0.3, "observed": {"value": 0.2}}]})",
                "Calibration"},
           Case{R"({"curve": [{"share": 0.5, "qini": 0.1}, {"share": 1, "qini": 0.2}]})",
                "Uplift (Qini)"},
           Case{R"({"grid": {"title": "churn by tenure", "rows": ["a"], "columns": ["b"],
                    "cells": [{"row": 0, "column": 0, "count": 90, "value": 1}]}})",
                "churn by tenure"},
           Case{R"({"columns": ["a"], "clusters": [{"cluster": 1, "size": 90, "words": "frequent",
                    "mean": {"a": 1}, "effect": {"a": 0.5}}]})",
                "Cluster profiles"},
           Case{R"({"hexbins": {"radius": 1, "bins": [{"x": 0, "y": 0, "count": 90}]}})",
                "People on a plane"},
           Case{R"({"components": [{"component": 1, "explained_variance_ratio": 1,
                    "loadings": {"a": 1}}]})",
                "Principal components"},
           Case{R"({"metrics": [{"metric": "m", "arm": "t", "units": 90, "control_units": 90,
                    "difference": {"value": 1}, "relative": {"value": 1, "low": 0, "high": 2}}]})",
                "Experiment"},
           Case{R"({"x": {"deciles": [
                    {"rows": 90, "predicted": 1, "observed": 2, "lift": 1.3, "gains": 0.66},
                    {"rows": 90, "predicted": 1, "observed": 1, "lift": 0.7, "gains": 1}]}})",
                "Lift"},
           Case{
               R"({"judged": {}, "people": 90, "verdict": "challenger", "paired": [{"metric": "auc",
                    "a": 0.8, "b": 0.9, "difference": {"value": 0.1, "low": 0.05, "high": 0.15},
                    "verdict": "b is better"}]})",
               "Champion and challenger"},
           Case{R"({"columns": [{"column": "a", "psi": 0.3, "verdict": "major"}]})", "Drift"},
       }) {
    SCOPED_TRACE(c.title);
    const std::string html = FigureSections("step", Parsed(c.figures), GroupOf(50));
    EXPECT_TRUE(Has(html, c.title)) << html;
    EXPECT_TRUE(Has(html, "<table>"));
    EXPECT_TRUE(Has(html, "<svg"));
  }
}

TEST(FigureSections, LeaveOutGroupsBelowThePolicysMinimum) {
  const policies::PublicationRule rule = GroupOf(50);
  const std::string hexagons = FigureSections("s",
                                              Parsed(R"({"hexbins": {"radius": 1, "bins": [
                                                {"x": 0, "y": 0, "count": 90},
                                                {"x": 7.77, "y": 0, "count": 49}]}})"),
                                              rule);
  EXPECT_FALSE(Has(hexagons, "7.77"));
  EXPECT_EQ(FigureSections("s",
                           Parsed(R"({"columns": ["a"], "clusters": [{"cluster": 1, "size": 12,
                                "words": "rich"}]})"),
                           rule),
            "");
  const std::string grid = FigureSections(
      "s",
      Parsed(R"({"grid": {"title": "t", "rows": ["a"], "columns": ["b", "c"], "cells": [
                {"row": 0, "column": 0, "count": 90, "value": 1},
                {"row": 0, "column": 1, "count": 3, "value": 0.123}]}})"),
      rule);
  EXPECT_FALSE(Has(grid, "0.123"));
  EXPECT_TRUE(Has(grid, "not shown"));
  EXPECT_EQ(FigureSections(
                "s", Parsed(R"({"deciles": [{"rows": 9, "predicted": 1, "observed": 2}]})"), rule),
            "");
}

TEST(FigureSections, SayNothingOfWhatTheyDoNotKnowAndEscapeTheRest) {
  EXPECT_EQ(FigureSections("s", Parsed(R"({"rows": 5, "deep": {"auc": 0.8}})"), GroupOf(50)), "");
  EXPECT_EQ(FigureSections("s", Json(), GroupOf(50)), "");
  const std::string html =
      FigureSections("<s>", Parsed(R"({"columns": [{"column": "<b>", "psi": 0.3}]})"), GroupOf(50));
  EXPECT_FALSE(Has(html, "<b>"));
  EXPECT_FALSE(Has(html, "<s>"));
}

TEST(GatedCount, TellsNoSmallCount) {
  EXPECT_EQ(GatedCount(1200, GroupOf(50)), "1,200");
  EXPECT_EQ(GatedCount(49, GroupOf(50)), "fewer than 50");
}

TEST(ReportTable, NamesItsRowsAndColumnsForReaders) {
  const ReportTable table{"Steps", {"step", "rows"}, {{"gate", "5"}}};
  EXPECT_TRUE(Has(table.Html(), "<th scope=\"row\">gate</th><td>5</td>"));
  EXPECT_TRUE(Has(table.Html(), "<caption>Steps</caption>"));
  EXPECT_EQ(ReportTable{}.Html(), "");
}

}  // namespace
}  // namespace signet::coordinator
