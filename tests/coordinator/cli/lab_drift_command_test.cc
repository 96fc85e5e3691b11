#include <string>

#include "tests/coordinator/cli/lab_study_world.h"

namespace signet::coordinator {
namespace {

class LabDrift : public LabStudyWorld {};

TEST_F(LabDrift, NamesTheColumnThatMoved) {
  const std::string before = Customers("a.csv", 1500, 1, 0);
  const std::string after = Customers("b.csv", 1500, 2, 40);
  ASSERT_EQ(Run({"drift",
                 "--reference",
                 before,
                 "--current",
                 after,
                 "--drop",
                 "who",
                 "--score",
                 "score",
                 "--label",
                 "left",
                 "--format",
                 "json"}),
            0)
      << error_;
  const Json report = Printed();
  EXPECT_EQ(report["columns"].items()[0]["column"].AsString(), "days");
  EXPECT_EQ(report["columns"].items()[0]["verdict"].AsString(), "major");
  EXPECT_EQ(report["score"]["verdict"].AsString(), "stable");
  EXPECT_TRUE(report["performance"].Has("auc_change"));
  EXPECT_TRUE(report["retrain"]["needed"].AsBool());
}

TEST_F(LabDrift, SaysWhichFileIsMissing) {
  const std::string before = Customers("a.csv", 100, 1, 0);
  EXPECT_EQ(Run({"drift", "--reference", before, "--current", before + ".no"}), 1);
  EXPECT_NE(error_.find("--current"), std::string::npos) << error_;
}

}  // namespace
}  // namespace signet::coordinator
