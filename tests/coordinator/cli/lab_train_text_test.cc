#include "coordinator/cli/lab_train_text.h"

#include <string>

#include "tests/coordinator/cli/lab_study_world.h"

namespace signet::coordinator {
namespace {

class LabTrainTextTest : public LabStudyWorld {};

TEST_F(LabTrainTextTest, TellsFiguresBesideTheBaselineAndRulesInWords) {
  const std::string path = Customers("in.csv", 500, 1, 0);
  ASSERT_EQ(Run({"train",
                 "--in",
                 path,
                 "--id",
                 "who",
                 "--target",
                 "left",
                 "--drop",
                 "score",
                 "--search",
                 "0",
                 "--rounds",
                 "40"}),
            0)
      << error_;
  for (const char* text : {"AUC", "logistic_regression", "as one small tree", "days", "Limits"}) {
    EXPECT_NE(out_.find(text), std::string::npos) << text;
  }
}

TEST(LabDriftTextTest, NamesItsNormalisation) {
  const Json report = *Json::Parse(
      R"({"verdict": "stable", "columns": [{"column": "x", "psi": 0.01, "verdict": "stable"}],
          "retrain": {"needed": false, "reasons": []}, "normalisation": "PSI = ...",
          "rows": {"reference": 5, "current": 6}, "notes": ["a note"]})");
  const std::string text = LabDriftText(report);
  EXPECT_NE(text.find("PSI = ..."), std::string::npos);
  EXPECT_NE(text.find("Retrain: no"), std::string::npos);
  EXPECT_NE(text.find("a note"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
