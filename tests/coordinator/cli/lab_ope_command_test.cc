#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabOpe : public LabWorld {
 protected:
  Json Judge(const std::string& policy, std::vector<std::string> more) {
    std::string csv = "x,action,reward,p,chance\n";
    for (int i = 0; i < 400; ++i) {
      const bool left = i * 7 % 4 < 2;
      const bool good = (i % 2 == 0) == left;
      csv += std::to_string(i % 2) + (left ? ",left," : ",right,") +
             (i % 10 < (good ? 6 : 2) ? "1" : "0") + ",0.5,0.5\n";
    }
    std::vector<std::string> all = {"ope",
                                    "--in",
                                    File("log.csv", csv),
                                    "--action",
                                    "action",
                                    "--reward",
                                    "reward",
                                    "--propensity",
                                    "p",
                                    "--policy",
                                    policy,
                                    "--format",
                                    "json"};
    all.insert(all.end(), more.begin(), more.end());
    const Result<Json> json = Json::Parse(Run(AddLabOpe, all));
    return json.ok() ? *json : Json();
  }
};

TEST_F(LabOpe, APolicyMayBeAnActionAConditionOrAProbability) {
  const Json action = Judge("CASE WHEN x = 0 THEN 'left' ELSE 'right' END", {});
  EXPECT_EQ(exit_code_, 0) << errors_;
  EXPECT_TRUE(action["dr"]["value"].is_number());
  const Json condition = Judge("action = CASE WHEN x = 0 THEN 'left' ELSE 'right' END", {});
  EXPECT_EQ(condition["ips"].Dump(), action["ips"].Dump());
  const Json same = Judge("chance", {});
  EXPECT_EQ(same["snips"]["value"].AsDouble(), same["logged"]["value"].AsDouble());
  EXPECT_EQ(same["effective_sample_size"].AsDouble(), 400);
}

TEST_F(LabOpe, MistakesAreNamedWithARemedy) {
  Judge("'up'", {});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("same action names"), std::string::npos) << errors_;
  Judge("CASE WHEN x = 0 THEN 'left' END", {});
  EXPECT_NE(errors_.find("coalesce"), std::string::npos) << errors_;
  Judge("'left'", {"--propensity", "x"});
  EXPECT_NE(exit_code_, 0);
  Judge("'left'", {"--features", "nowhere"});
  EXPECT_EQ(exit_code_, 1);
}

}  // namespace
}  // namespace signet::coordinator
