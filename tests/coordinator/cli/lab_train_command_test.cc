#include <string>

#include "tests/coordinator/cli/lab_study_world.h"

namespace signet::coordinator {
namespace {

class LabTrain : public LabStudyWorld {};

TEST_F(LabTrain, PrintsEveryFigureAsJson) {
  const std::string path = Customers("in.csv", 600, 1, 0);
  ASSERT_EQ(
      Run({"train",   "--in",     path,     "--id",     "who",  "--target", "left",
           "--model", "churn",    "--drop", "score",    "--cv", "3",        "--group-fairness",
           "plan",    "--search", "0",      "--rounds", "60",   "--format", "json"}),
      0)
      << error_;
  const Json report = Printed();
  EXPECT_GT(report["auc"]["value"].AsDouble(), 0.7);
  for (const char* field : {"pr_auc",
                            "log_loss",
                            "brier",
                            "ece",
                            "deciles",
                            "calibration",
                            "baselines",
                            "importances",
                            "surrogate",
                            "fairness",
                            "card"}) {
    EXPECT_TRUE(report.Has(field)) << field;
  }
  EXPECT_EQ(report["importances"].items()[0]["feature"].AsString(), "days");
}

TEST_F(LabTrain, LearnsNothingFromColumnsThatTheTargetSpeaksOf) {
  const std::string path = Customers("in.csv", 400, 2, 0);
  ASSERT_EQ(Run({"train",
                 "--in",
                 path,
                 "--id",
                 "who",
                 "--target",
                 "\"left\" = 'yes'",
                 "--drop",
                 "score",
                 "--search",
                 "0",
                 "--rounds",
                 "40",
                 "--format",
                 "json"}),
            0)
      << error_;
  const Json printed = Printed();
  for (const Json& column : printed["columns"].items()) {
    EXPECT_NE(column["column"].AsString(), "left");
  }
}

TEST_F(LabTrain, SaysWhatIsWrong) {
  const std::string path = Customers("in.csv", 100, 3, 0);
  EXPECT_EQ(Run({"train", "--in", path, "--id", "whom", "--target", "left"}), 1);
  EXPECT_NE(error_.find("did you mean 'who'"), std::string::npos) << error_;
  EXPECT_EQ(Run({"train", "--in", path, "--id", "who", "--target", "lft"}), 1);
  EXPECT_NE(error_.find("did you mean 'left'"), std::string::npos) << error_;
  EXPECT_EQ(Run({"train", "--in", path, "--id", "who", "--target", "town"}), 1);
  EXPECT_NE(error_.find("more than two values"), std::string::npos) << error_;
}

}  // namespace
}  // namespace signet::coordinator
