#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabExperiment : public LabWorld {
 protected:
  /// 600 users in two arms; "offer" converts a third, "plain" a fifth.
  static std::string Rows() {
    std::string csv = "user,arm,bought,word,paid,visits,before,place\n";
    for (int i = 0; i < 600; ++i) {
      const bool offer = i % 2 == 1;
      const bool bought = i % 30 < (offer ? 12 : 6);
      csv += std::to_string(i) + (offer ? ",offer," : ",plain,") + (bought ? "1,yes," : "0,no,") +
             std::to_string(bought ? i % 17 : 0) + "," + std::to_string(1 + i % 4) + "," +
             std::to_string((i * 37) % 101) + (i % 3 == 0 ? ",north\n" : ",south\n");
    }
    return csv;
  }
  Json Evaluate(const std::string& csv, std::vector<std::string> more) {
    std::vector<std::string> all = {"experiment",
                                    "evaluate",
                                    "--in",
                                    File("t.csv", csv),
                                    "--unit",
                                    "user",
                                    "--arm",
                                    "arm",
                                    "--control",
                                    "plain",
                                    "--format",
                                    "json"};
    all.insert(all.end(), more.begin(), more.end());
    const Result<Json> json = Json::Parse(Run(AddLabExperiment, all));
    return json.ok() ? *json : Json();
  }
};

// Reference, run on this file: chisquare and ttest_ind(equal_var=False) of scipy 1.17.1,
// proportions_ztest of statsmodels 0.15.0.
TEST_F(LabExperiment, AgreesWithScipyAndStatsmodelsOnCookieCats) {
  const auto path = testing_support::SharedPath("data/cookie_cats/cookie_cats.csv");
  if (!path) GTEST_SKIP() << "../shared/data/cookie_cats is not here";
  const Json json = Json::Parse(Run(AddLabExperiment,
                                    {"experiment",
                                     "evaluate",
                                     "--in",
                                     path->string(),
                                     "--unit",
                                     "userid",
                                     "--arm",
                                     "version",
                                     "--control",
                                     "gate_30",
                                     "--metric",
                                     "proportion:retention_7",
                                     "--metric",
                                     "mean:sum_gamerounds",
                                     "--format",
                                     "json"}))
                        .value();
  EXPECT_EQ(exit_code_, 0);
  EXPECT_NEAR(json["sample_ratio"]["chi_square"].AsDouble(), 6.90240494961, 1e-10);
  EXPECT_NEAR(json["metrics"].items()[0]["statistic"].AsDouble(), -3.16435891, 1e-7);
  EXPECT_NEAR(json["metrics"].items()[0]["p_value"].AsDouble(), 0.00155425, 1e-8);
  EXPECT_NEAR(json["metrics"].items()[1]["statistic"].AsDouble(), -0.885437, 1e-6);
}

TEST_F(LabExperiment, TakesEveryKindOfMetricAndEveryOption) {
  const Json json = Evaluate(Rows(), {"--metric",       "proportion:bought",
                                      "--metric",       "mean:paid",
                                      "--metric",       "ratio:paid/visits",
                                      "--metric",       "median:paid",
                                      "--metric",       "quantile:paid@0.9",
                                      "--guardrail",    "mean:visits",
                                      "--cuped",        "before",
                                      "--by",           "place",
                                      "--sequential",   "--bayes",
                                      "--correction",   "holm",
                                      "--winsorise",    "0.99",
                                      "--margin-share", "0.1"});
  EXPECT_EQ(exit_code_, 0) << errors_;
  ASSERT_EQ(json["metrics"].size(), 6U);
  EXPECT_EQ(json["metrics"].items()[1]["kind"].AsString(), "mean");
  EXPECT_EQ(json["correction"].AsString(), "holm");
  EXPECT_GT(json["segments"].size(), 4U);
  EXPECT_TRUE(json["metrics"].items()[0]["sequential"].is_object());
}

TEST_F(LabExperiment, TextAndBooleanOutcomesAreTheSameMetric) {
  const Json numbers = Evaluate(Rows(), {"--metric", "proportion:bought"});
  const Json words = Evaluate(Rows(), {"--metric", "proportion:word"});
  const Json condition = Evaluate(Rows(), {"--metric", "proportion:bought > 0"});
  for (const Json* other : {&words, &condition}) {
    EXPECT_EQ(other->operator[]("metrics").items()[0]["statistic"].Dump(),
              numbers["metrics"].items()[0]["statistic"].Dump());
  }
}

TEST_F(LabExperiment, DuplicatesAndUnitsInTwoArmsAreCountedAndHarmless) {
  const Json before = Evaluate(Rows(), {"--metric", "mean:paid"});
  const std::string rows = Rows();
  const Json twice = Evaluate(rows + rows.substr(rows.find('\n') + 1), {"--metric", "mean:paid"});
  EXPECT_EQ(twice["metrics"].Dump(), before["metrics"].Dump());
  EXPECT_EQ(twice["reading"]["units_with_several_rows"].AsInt(), 600);
  const Json both = Evaluate(Rows() + "0,offer,1,yes,4,1,3,north\n", {"--metric", "mean:paid"});
  EXPECT_EQ(both["in_several_arms"].AsInt(), 1);
  EXPECT_EQ(both["arms"]["plain"]["analysed"].AsDouble(), 299);
}

TEST_F(LabExperiment, AMismatchStopsUnlessTheSharesWerePlanned) {
  const std::string where = "arm = 'plain' OR CAST(\"user\" AS INT) % 5 = 0";
  const Json stopped = Evaluate(Rows(), {"--metric", "mean:paid", "--where", where});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_EQ(stopped["decision"].AsString(), "stopped");
  EXPECT_EQ(stopped["metrics"].size(), 0U);
  EXPECT_NE(errors_.find("--ratio"), std::string::npos);
  const Json planned =
      Evaluate(Rows(), {"--metric", "mean:paid", "--where", where, "--ratio", "plain=5,offer=1"});
  EXPECT_EQ(exit_code_, 0) << errors_;
  EXPECT_EQ(planned["metrics"].size(), 1U);
}

TEST_F(LabExperiment, MistakesAreNamedWithARemedy) {
  struct Case {
    const char* name;
    std::vector<std::string> more;
    const char* words;
  };
  for (const Case& c :
       {Case{"column", {"--metric", "mean:payd"}, "paid"},
        Case{"kind", {"--metric", "sum:paid"}, "proportion:C"},
        Case{"share", {"--metric", "proportion:paid"}, "besides 0 and 1"},
        Case{"text", {"--metric", "mean:place"}, "neither"},
        Case{"twice", {"--metric", "mean:paid", "mean:paid"}, "twice"},
        Case{"ratio", {"--metric", "ratio:paid"}, "A/B"},
        Case{"shares", {"--metric", "mean:paid", "--ratio", "plain"}, "share"},
        Case{
            "looks", {"--metric", "mean:paid", "--group-sequential", "pocock"}, "--information"}}) {
    SCOPED_TRACE(c.name);
    Evaluate(Rows(), c.more);
    EXPECT_EQ(exit_code_, 1);
    EXPECT_NE(errors_.find(c.words), std::string::npos) << errors_;
  }
}

}  // namespace
}  // namespace signet::coordinator
