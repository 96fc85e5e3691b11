#include "coordinator/cli/lab_experiment_text.h"

#include <limits>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(LabExperimentText, FiguresAreShortAndNoneIsADash) {
  EXPECT_EQ(FigureText(0.123456789), "0.123457");
  EXPECT_EQ(FigureText(44700), "44700");
  EXPECT_EQ(FigureText(Json()), "-");
}

TEST(LabExperimentText, ColumnsLineUpForLettersOfSeveralBytes) {
  EXPECT_EQ(TableText({{"a", "b"}, {"käse", "1"}, {"brot", "2"}}), "a     b\nkäse  1\nbrot  2\n");
}

TEST(LabExperimentText, TellsRatioMetricsWarningsAndDecision) {
  const Json figures = *Json::Parse(R"({"arms": {"a": {"analysed": 10, "share": 0.5,
    "expected_share": 0.5}}, "sample_ratio": {"chi_square": 1.5, "degrees": 1, "p_value": 0.2,
    "verdict": "as planned"}, "correction": "none", "reading": {}, "metrics": [{"metric": "m",
    "arm": "b", "value": 2, "control": 1, "difference": {"value": 1, "low": 0.5, "high": 1.5},
    "relative": {"value": 1}, "statistic": 3, "p_value": 0.001, "significant": true,
    "problem": "odd"}], "warnings": ["beware"], "decision": "ship", "text": "b is better"})");
  const std::string text = ExperimentText(figures);
  for (const char* words : {"chi-square 1.5",
                            "[0.5, 1.5]",
                            "100.00 %",
                            "odd",
                            "warning: beware",
                            "ship: b is better"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }
}

}  // namespace
}  // namespace signet::coordinator
