#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabRecommend : public LabWorld {
 protected:
  std::vector<std::string> With(std::vector<std::string> more) {
    std::vector<std::string> all = {"recommend",
                                    "--in",
                                    Purchases(),
                                    "--customer",
                                    "who",
                                    "--item",
                                    "what",
                                    "--time",
                                    "day",
                                    "--cut",
                                    "2026-01-15",
                                    "--top",
                                    "3"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(LabRecommend, JudgesAllMethods) {
  const std::string out =
      Run(AddLabRecommend, With({"--horizon", "90d", "--evaluate", "--format", "json"}));
  EXPECT_EQ(exit_code_, 0) << errors_;
  const Json json = Json::Parse(out).value();
  EXPECT_EQ(json["results"]["all"].size(), 6U);
  EXPECT_TRUE(json["results"]["all"]["item_item"]["hit_rate"].Has("low"));
  EXPECT_NE(Run(AddLabRecommend, With({"--evaluate"})).find("recall over popularity"),
            std::string::npos);
}

TEST_F(LabRecommend, PrintsLists) {
  const std::string out = Run(AddLabRecommend, With({"--candidates", "new", "--method", "als"}));
  EXPECT_EQ(exit_code_, 0) << errors_;
  EXPECT_EQ(out.find("customer,rank,item,score\n"), 0U);
  EXPECT_NE(out.find("\nc11,1,"), std::string::npos);
}

TEST_F(LabRecommend, SaysWhatIsWrong) {
  Run(AddLabRecommend, With({"--horizon", "soon"}));
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("--horizon"), std::string::npos);
  Run(AddLabRecommend, With({"--method", "svd"}));
  EXPECT_NE(errors_.find("there is no method 'svd'"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
