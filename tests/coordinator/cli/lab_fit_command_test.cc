#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabFit : public LabWorld {
 protected:
  std::vector<std::string> With(const std::string& model, std::vector<std::string> more) {
    std::vector<std::string> all = {
        "fit", model, "--in", Purchases(), "--customer", "who", "--time", "day"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(LabFit, PrintsEveryFigureAsJson) {
  for (const char* model : {"nbd", "bgnbd", "mbgnbd", "paretonbd", "cnbd", "gamma-gamma"}) {
    SCOPED_TRACE(model);
    const std::string out = Run(AddLabFit,
                                With(model,
                                     {"--amount",
                                      "paid",
                                      "--until",
                                      "2026-01-20",
                                      "--holdout",
                                      "2026-01-31",
                                      "--unit",
                                      "week",
                                      "--format",
                                      "json"}));
    EXPECT_EQ(exit_code_, 0) << errors_;
    const Result<Json> json = Json::Parse(out);
    ASSERT_TRUE(json.ok()) << out;
    EXPECT_EQ((*json)["model"].AsString(), model);
    EXPECT_TRUE((*json)["log_likelihood"].is_number());
    EXPECT_GE((*json)["parameters"].size(), 2U);
    EXPECT_NEAR((*json)["holdout"]["horizon"].AsDouble(), 11.0 / 7, 1e-9);
  }
}

TEST_F(LabFit, FindsThePublishedFiguresOfCdnow) {
  const auto path = testing_support::SharedPath("data/cdnow/CDNOW_sample.txt");
  if (!path) GTEST_SKIP() << "../shared/data/cdnow is not here";
  const std::vector<std::string> rest = {"--in",
                                         path->string(),
                                         "--customer",
                                         "column1",
                                         "--time",
                                         "column2",
                                         "--amount",
                                         "column4",
                                         "--until",
                                         "1997-09-30",
                                         "--holdout",
                                         "1998-06-30",
                                         "--unit",
                                         "week",
                                         "--format",
                                         "json"};
  std::vector<std::string> arguments = {"fit", "bgnbd"};
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  const Json json = Json::Parse(Run(AddLabFit, arguments)).value();
  EXPECT_NEAR(json["parameters"]["r"]["value"].AsDouble(), 0.2426, 0.0001);
  EXPECT_NEAR(json["parameters"]["alpha"]["standard_error"].AsDouble(), 0.3782, 0.001);
  EXPECT_NEAR(json["log_likelihood"].AsDouble(), -9582.43, 0.01);
  // lifetimes 0.11.3 on the same rows: 1653.41 expected, 1882 came, MAE .78545, RMSE 1.60798.
  EXPECT_NEAR(json["holdout"]["purchases"]["expected"].AsDouble(), 1653.41, 0.05);
  EXPECT_EQ(json["holdout"]["purchases"]["actual"].AsDouble(), 1882);
  EXPECT_NEAR(json["holdout"]["purchases"]["mae"].AsDouble(), 0.78545, 1e-4);
  EXPECT_NEAR(json["holdout"]["purchases"]["rmse"].AsDouble(), 1.60798, 1e-4);
  EXPECT_NEAR(json["value"]["parameters"]["q"]["value"].AsDouble(), 3.744, 0.001);
}

TEST_F(LabFit, JudgesAtTwoCutOffsAndMeasuresTheSeason) {
  // Two and a half years of 200 people who buy twice as often from October to December.
  std::string csv = "who;when;paid\n";
  for (int person = 0; person < 200; ++person) {
    for (int day = 0; day < 910; ++day) {
      const int month = day % 365 / 31;
      const int often = (8 + person % 20) * (month >= 9 ? 2 : 1);
      if ((person * 7919 + day * 104729) % 997 >= often) continue;
      const Timestamp at{*TimestampFromText("2024-01-01")};
      csv += "p" + std::to_string(person) + ";" +
             TimestampText({at.micros + day * int64_t{86'400'000'000}}).substr(0, 10) + ";9,50\n";
    }
  }
  const Json json = *Json::Parse(Run(AddLabFit,
                                     {"fit",
                                      "mbgnbd",
                                      "--in",
                                      File("s.csv", csv),
                                      "--customer",
                                      "who",
                                      "--time",
                                      "when",
                                      "--amount",
                                      "paid",
                                      "--until",
                                      "2025-12-31",
                                      "--holdout",
                                      "2026-03-31",
                                      "--seasonal",
                                      "--format",
                                      "json"}));
  ASSERT_EQ(exit_code_, 0) << errors_;
  ASSERT_EQ(json["backtests"].size(), 2U);
  EXPECT_LT(json["backtests"].items()[0]["cutoff"].AsString(),
            json["backtests"].items()[1]["cutoff"].AsString());
  EXPECT_EQ(json["backtests"].items()[1]["holdout"]["purchases"].Dump(),
            json["holdout"]["purchases"].Dump());
  // The autumn before is in the model: what came in the first quarter of a year ago was less.
  EXPECT_LT(json["season"]["index"].AsDouble(), 1);
  const Json& judged = json["backtests"].items()[1];
  EXPECT_LT(std::abs(judged["season"]["aggregate_error_with_index"].AsDouble()),
            std::abs(judged["holdout"]["purchases"]["aggregate_error"].AsDouble()));
  Run(AddLabFit, With("bgnbd", {"--seasonal"}));
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("--seasonal without --holdout"), std::string::npos);
}

TEST_F(LabFit, PrintsALineForEachCustomer) {
  const std::string out = Run(AddLabFit, With("bgnbd", {"--amount", "paid", "--format", "csv"}));
  EXPECT_EQ(out.find("customer,repeats,recency,observed,p_alive,expected_purchases"), 0U);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 61);
  EXPECT_NE(Run(AddLabFit, With("mbgnbd", {})).find("log-likelihood"), std::string::npos);
}

TEST_F(LabFit, SaysWhatIsWrong) {
  Run(AddLabFit, With("gamma-gamma", {}));
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("gamma-gamma needs --amount"), std::string::npos);
  Run(AddLabFit, With("bgnbd", {"--where", "who = 'c3'"}));
  EXPECT_EQ(exit_code_, 1);
  EXPECT_NE(errors_.find("at least 10 customers"), std::string::npos);
  Run(AddLabFit, With("bgnbd", {"--until", "2020-01-01"}));
  EXPECT_NE(errors_.find("nobody bought by 2020-01-01"), std::string::npos);
  Run(AddLabFit, With("bgnbd", {"--amount", "NULL"}));
  EXPECT_NE(errors_.find("no row has an amount"), std::string::npos);
  Run(AddLabFit, With("bgmbd", {}));
  EXPECT_EQ(exit_code_, 2);
}

}  // namespace
}  // namespace signet::coordinator
