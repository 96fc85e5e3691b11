#include "coordinator/cli/run_report_page.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

Json SomeReport() {
  return Json::Parse(R"({
    "run": "r-1", "pipeline": "loyalty <1>", "status": "succeeded", "seconds": 3.5,
    "steps": [{"id": "tokenise.crm", "state": "succeeded", "tasks": 1, "rows": 2987, "seconds": 1},
              {"id": "gate.crm", "state": "succeeded", "tasks": 1, "rows": 2951, "seconds": 1},
              {"id": "tiny", "state": "failed", "tasks": 8, "rows": 12, "seconds": 1,
               "message": "something about Ada"}],
    "figures": {"at_risk": [{"considered": 500, "members": 90}, {"considered": 500, "members": 60}],
                "tiny": [{"considered": 500, "members": 12}],
                "nearly_all": [{"considered": 1000, "members": 990}],
                "churn": [{"calibration": [
                  {"rows": 90, "predicted": 0.1, "observed": {"value": 0.1}},
                  {"rows": 90, "predicted": 0.3, "observed": {"value": 0.2}}]}]},
    "snapshots": [{"name": "loyalty", "recipient": "email_platform",
                   "segments": [{"name": "at_risk", "members": 150}],
                   "withheld": [{"name": "tiny", "reason": "below the minimum group"}]}]})")
      .value();
}

std::string Page() {
  policies::PublicationRule rule;
  rule.min_group = 50;
  rule.rule = "gdpr.yaml:250";
  return RunReportPage(SomeReport(), rule);
}

bool Has(const std::string& part) {
  return Page().find(part) != std::string::npos;
}

TEST(RunReportPage, IsOneFileThatCallsNobody) {
  EXPECT_EQ(Page().rfind("<!doctype html><html lang=\"en\">", 0), 0U);
  for (const char* part : {"<script", "src=", "href=", "@import", "url(http"}) {
    EXPECT_FALSE(Has(part)) << part;
  }
  EXPECT_TRUE(Has("@media print"));
  EXPECT_TRUE(Has("loyalty &lt;1&gt;"));
}

TEST(RunReportPage, TellsPathSegmentsAnalysesAndSnapshots) {
  EXPECT_TRUE(Has("<h2>Path of the records</h2>"));
  EXPECT_TRUE(Has("<th scope=\"row\">at_risk</th><td>150</td><td>1,000</td>"));
  EXPECT_TRUE(Has("Calibration"));
  EXPECT_TRUE(Has("email_platform"));
  EXPECT_TRUE(Has("withheld"));
}

TEST(RunReportPage, TellsNoSmallCountAndNoMessage) {
  EXPECT_FALSE(Has(">12<"));
  EXPECT_TRUE(Has("fewer than 50"));
  EXPECT_FALSE(Has("Ada"));
  // Counts of the path are rounded: 2987 and 2951 would tell of 36 people.
  EXPECT_FALSE(Has("2,987"));
  EXPECT_TRUE(Has("2,950"));
  // 990 of 1000 tells of ten people.
  EXPECT_TRUE(Has("<td>990</td><td>not shown</td>"));
}

TEST(RunReportPage, OfARunThatDidNothingIsStillAPage) {
  const std::string page = RunReportPage(Json::Of({{"run", "r"}, {"status", "failed"}}), {});
  EXPECT_NE(page.find("r: failed"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
