#include <algorithm>
#include <string>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

using LabFeatures = LabWorld;

TEST_F(LabFeatures, RfmPrintsGridLinesAndJson) {
  const std::string file = Purchases();
  const auto run = [&](const std::string& format) {
    return Run(AddLabFeatures,
               {"features",
                "rfm",
                "--in",
                file,
                "--customer",
                "who",
                "--time",
                "day",
                "--amount",
                "paid",
                "--as-of",
                "2026-02-01",
                "--format",
                format});
  };
  const Json json = Json::Parse(run("json")).value();
  EXPECT_EQ(json["customers"].AsInt(), 60);
  int64_t customers = 0;
  for (const Json& cell : json["grid"].items()) customers += cell["customers"].AsInt();
  EXPECT_EQ(customers, 60);
  const std::string csv = run("csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 61);
  EXPECT_NE(run("text").find("R 5"), std::string::npos);
}

TEST_F(LabFeatures, RfmSaysWhatIsWrong) {
  Run(AddLabFeatures,
      {"features",
       "rfm",
       "--in",
       Purchases(),
       "--customer",
       "who",
       "--time",
       "day",
       "--amount",
       "payd",
       "--as-of",
       "2026-02-01"});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("did you mean 'paid'?"), std::string::npos) << errors_;
}

}  // namespace
}  // namespace signet::coordinator
