#include <string>
#include <vector>

#include "crypto/base/entropy.h"
#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabUplift : public LabWorld {
 protected:
  /// 3,000 customers; the mail moves the young.
  Json Learn(std::vector<std::string> more) {
    std::string csv = "id,arm,age,tier,opened,bought\n";
    SeededEntropy entropy(5);
    const auto draw = [&entropy] { return static_cast<int>(entropy.Next() % 1000); };
    for (int i = 0; i < 3000; ++i) {
      const bool mail = draw() < 500;
      const int age = 18 + draw() % 60;
      const bool bought = draw() < 200 + (mail && age < 45 ? 300 : 0);
      csv += std::to_string(i) + (mail ? ",mail," : ",none,") + std::to_string(age) +
             (i % 3 == 0 ? ",gold," : ",basic,") + (mail && i % 2 == 0 ? "1," : "0,") +
             (bought ? "yes\n" : "no\n");
    }
    std::vector<std::string> all = {"uplift",
                                    "--in",
                                    File("u.csv", csv),
                                    "--arm",
                                    "arm",
                                    "--control",
                                    "none",
                                    "--treatment",
                                    "mail",
                                    "--outcome",
                                    "bought",
                                    "--format",
                                    "json"};
    all.insert(all.end(), more.begin(), more.end());
    const Result<Json> json = Json::Parse(Run(AddLabUplift, all));
    return json.ok() ? *json : Json();
  }
};

TEST_F(LabUplift, EveryLearnerFindsTheYoung) {
  for (const char* learner : {"s", "t", "x", "class"}) {
    SCOPED_TRACE(learner);
    const Json json = Learn({"--learner", learner});
    EXPECT_EQ(exit_code_, 0) << errors_;
    EXPECT_TRUE(json["uplift_found"].AsBool()) << json["qini"].Dump();
    EXPECT_EQ(json["deciles"].size(), 10U);
    EXPECT_TRUE(json["left_out"].Has("opened"));
    EXPECT_TRUE(json["left_out"].Has("id"));
  }
}

TEST_F(LabUplift, TheTestRowsMayBeNamed) {
  EXPECT_EQ(Learn({"--test-where", "id >= 2500"})["rows"]["test"].AsInt(), 500);
  Learn({"--test-where", "id > 9000"});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("--test-where"), std::string::npos);
}

TEST_F(LabUplift, MistakesAreNamedWithARemedy) {
  Learn({"--treatment", "letter"});
  EXPECT_NE(exit_code_, 0);
  Learn({"--drop", "agee"});
  EXPECT_NE(errors_.find("age"), std::string::npos) << errors_;
}

}  // namespace
}  // namespace signet::coordinator
