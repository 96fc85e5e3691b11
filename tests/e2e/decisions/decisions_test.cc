// The shipped `decisions` pipeline through the real programs: plan, workers, binding, publication.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

constexpr int kCustomers = 3'000;

/// What each step tells, without how long it took.
class Decisions : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Workplace();
    place->SetUp(kCustomers, /*partitions=*/2);
    if (HasFatalFailure()) return;
    report = RunWith(3, "three");
  }
  static void TearDownTestSuite() {
    delete place;
    place = nullptr;
  }
  /// The pipeline over so many partitions, in a state of its own.
  static Json RunWith(int partitions, const std::string& name) {
    WriteText(place->root() / (name + ".yaml"),
              Replaced(ReadText("pipelines/definitions/decisions.yaml"),
                       "partitions: 8",
                       "partitions: " + std::to_string(partitions)));
    const auto state = place->root() / name;
    Workplace::MakeTestState(state);
    const auto run = place->Signet({"run",
                                    (place->root() / (name + ".yaml")).string(),
                                    "-p",
                                    "data=" + place->data().string(),
                                    "--state",
                                    state.string(),
                                    "--format",
                                    "json"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.exit_code == 0 ? ReportOf(run) : Json();
  }
  static const Json& Figure(const std::string& step) {
    const Json& tasks = report["figures"][step];
    static const Json kNone;
    EXPECT_EQ(tasks.size(), 1U) << step;
    return tasks.size() == 1 ? tasks.items().front() : kNone;
  }

  // Of one run for all tests.  NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
  static inline Workplace* place = nullptr;
  static inline Json report;
  // NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
};

TEST_F(Decisions, OffersKeepTheBudgetAndGoToThoseWhomTheyChange) {
  const Json& offers = Figure("best_offer");
  EXPECT_GT(offers["subjects"].AsInt(), 100);
  EXPECT_LE(offers["cost"].AsDouble(), 5'000);
  EXPECT_GT(offers["value"].AsDouble(), 0);
  EXPECT_GE(offers["bound"].AsDouble() * (1 + 1e-9), offers["value"].AsDouble());
  const double share = offers["explored"].AsDouble() / offers["subjects"].AsDouble();
  EXPECT_NEAR(share, 0.05, 0.03);
  EXPECT_EQ(report["snapshots"].size(), 1U);
  EXPECT_GT(report["snapshots"].items().front()["members"].AsInt(), 30);
}

TEST_F(Decisions, TheBanditLearnsFromTheTestAndIsJudgedOnItFirst) {
  const Json& bandit = Figure("next_action");
  EXPECT_GT(bandit["learnt_from"].AsInt(), 500);
  EXPECT_GT(bandit["subjects"].AsInt(), 500);
  const Json& judged = bandit["off_policy"];
  ASSERT_TRUE(judged.is_object()) << bandit.Dump();
  EXPECT_TRUE(judged["doubly_robust"].is_object() || judged.size() > 1) << judged.Dump();
  int64_t chosen = 0;
  for (const Json& action : bandit["actions"].items()) {
    EXPECT_GT(action["subjects"].AsInt(), 0) << "exploration never ends: " << action.Dump();
    EXPECT_GT(action["logged"].AsInt(), 100);
    chosen += action["subjects"].AsInt();
  }
  EXPECT_EQ(chosen, bandit["subjects"].AsInt());
}

TEST_F(Decisions, ChurnIsJudgedAtRollingOriginsAndAgainstAForestOnTheSamePeople) {
  const Json& origins = Figure("churn")["origins"];
  ASSERT_EQ(origins.size(), 1U);
  EXPECT_GT(origins.items().front()["quality"]["auc"]["value"].AsDouble(), 0.75);
  EXPECT_GT(origins.items().front()["level"].AsDouble(), 0.5);
  const Json& which = Figure("which");
  EXPECT_GT(which["people"].AsInt(), 100);
  EXPECT_EQ(which["paired"].size(), 3U);
  EXPECT_EQ(which["judged"]["challenger_digest"].AsString(),
            Figure("churn")["model_digest"].AsString());
}

// `models compare` finds what the run's judge said.
TEST_F(Decisions, CompareTellsTheJudgementOfTheRun) {
  const auto state = (place->root() / "three").string();
  const auto compared = place->Signet(
      {"models", "compare", "decisions/churn_forest", "decisions/churn", "--state", state});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_NE(compared.out.find("whom neither learnt from (step which)"), std::string::npos)
      << compared.out;
}

}  // namespace
}  // namespace signet::e2e
