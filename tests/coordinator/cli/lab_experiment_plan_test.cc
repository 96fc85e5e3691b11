#include <algorithm>
#include <string>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

using LabExperimentPlan = LabWorld;

TEST_F(LabExperimentPlan, TellsUnitsEffectAndDays) {
  const Json json = Json::Parse(Run(AddLabExperiment,
                                    {"experiment",
                                     "plan",
                                     "--baseline",
                                     "0.19",
                                     "--effect",
                                     "0.01",
                                     "--units-per-day",
                                     "1000",
                                     "--format",
                                     "json"}))
                        .value();
  EXPECT_EQ(json["units_per_treatment"].AsDouble(), 24641);
  EXPECT_EQ(json["days"].AsInt(), 56);
  const Json back =
      Json::Parse(
          Run(AddLabExperiment,
              {"experiment", "plan", "--baseline", "0.19", "--units", "24641", "--format", "json"}))
          .value();
  EXPECT_NEAR(back["effect"].AsDouble(), 0.01, 1e-6);
  Run(AddLabExperiment, {"experiment", "plan", "--baseline", "0.19"});
  EXPECT_EQ(exit_code_, 1);
}

TEST_F(LabExperimentPlan, ReadsTheBaselineFromAFile) {
  std::string csv = "id,paid,before\n";
  for (int i = 0; i < 200; ++i) {
    csv +=
        std::to_string(i) + "," + std::to_string(i % 10) + "," + std::to_string(i % 10 * 2) + "\n";
  }
  const std::string file = File("past.csv", csv);
  const Json json = Json::Parse(Run(AddLabExperiment,
                                    {"experiment",
                                     "plan",
                                     "--in",
                                     file,
                                     "--metric",
                                     "mean:paid",
                                     "--effect",
                                     "0.1",
                                     "--relative",
                                     "--format",
                                     "json"}))
                        .value();
  EXPECT_DOUBLE_EQ(json["baseline"].AsDouble(), 4.5);
  EXPECT_NEAR(json["sd"].AsDouble(), 2.8795, 1e-4);
}

TEST_F(LabExperimentPlan, AssignsEachUnitForGood) {
  std::string csv = "id,tier\n";
  for (int i = 0; i < 300; ++i) csv += std::to_string(i) + (i % 3 == 0 ? ",gold\n" : ",basic\n");
  const std::string file = File("units.csv", csv);
  const std::vector<std::string> base = {"experiment",
                                         "assign",
                                         "--in",
                                         file,
                                         "--unit",
                                         "id",
                                         "--experiment",
                                         "spring",
                                         "--salt",
                                         "s",
                                         "--arms",
                                         "a=0.5,b=0.5"};
  const std::string once = Run(AddLabExperiment, base);
  EXPECT_EQ(exit_code_, 0) << errors_;
  EXPECT_EQ(std::count(once.begin(), once.end(), '\n'), 301);
  EXPECT_EQ(Run(AddLabExperiment, base), once);
  std::vector<std::string> stratified = base;
  stratified.insert(stratified.end(), {"--strata", "tier", "--format", "json"});
  const Json counts = Json::Parse(Run(AddLabExperiment, stratified)).value();
  EXPECT_EQ(counts["units"]["a"].AsInt(), 150);
}

}  // namespace
}  // namespace signet::coordinator
