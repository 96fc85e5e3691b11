#include "coordinator/cli/run_report.h"

#include <stdlib.h>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/plan_binder.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/file.h"
#include "policies/compile/compile.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = "tests/golden/cli/" + name + ".txt";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread
  if (::getenv("SIGNET_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(MakeFolders("tests/golden/cli", 0755).ok());
    ASSERT_TRUE(WriteFileAtomically(path, AsBytes(text), 0644).ok());
    return;
  }
  const Result<Bytes> golden = ReadFile(path);
  ASSERT_TRUE(golden.ok()) << path << " is missing: run with SIGNET_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, AsText(*golden)) << path;
}

Json SomeReport() {
  return Json::Of(
      {{"run", "r-1"},
       {"pipeline", "loyalty"},
       {"status", "succeeded"},
       {"seconds", 12.34},
       {"steps", Json(Json::Array())},
       {"figures",
        Json::Of({{"churn",
                   Json::List({Json::Of({{"auc", 0.8123456},
                                         {"rows", 1200},
                                         {"note", "calibrated"},
                                         {"nested", Json::Of({{"brier", 0.1}})},
                                         {"curve", Json::List({1, 2})}})})},
                  {"groups.learnt", Json::List({Json::Of({{"candidates", Json::List({1})}})})},
                  {"gate.crm", Json::List({Json::Of({{"rows", 5}})})},
                  {"scores", Json::List({Json::Of({{"rows", 1}}), Json::Of({{"rows", 2}})})}})},
       {"snapshots",
        Json::List({Json::Of(
            {{"name", "loyalty"},
             {"recipient", "email_platform"},
             {"version", "20260101T000000Z-r-1"},
             {"content_digest", "abc"},
             {"members", 12345},
             {"audit_index", 17},
             {"segments", Json::List({Json::Of({{"name", "at_risk"}, {"members", 12345}})})},
             {"withheld",
              Json::List({Json::Of(
                  {{"name", "tiny"}, {"reason", "below the minimum group of 50"}})})}})})}});
}

TEST(RunReportText, SaysWhatPeopleWantToKnow) {
  ExpectGolden("run_report", RunReportText(SomeReport()));
}

TEST(RunReportText, OfARunWithoutFiguresIsOneLine) {
  EXPECT_EQ(RunReportText(Json::Of({{"run", "r"}, {"status", "failed"}, {"seconds", 0.5}})),
            "run r failed in 0.5 s\n");
}

/// What `signet run --format json` promises (DESIGN section 10).
TEST(RunReport, HasAStableShape) {
  const testing_support::ScratchFolder scratch;
  ManualClock clock(Timestamp{1'790'000'000'000'000});
  SystemEntropy entropy;
  const auto state = StateFolder::Open(scratch.path() / "state", clock, entropy).value();
  LedgerBook ledger(*state);
  const pipelines::Plan plan;
  const policies::Policy policy =
      policies::CompilePolicies(policies::FindPolicies({"gdpr"}, ".", "policies/bundles").value())
          .value();
  const PlanBinder binder(*state, ledger, plan, policy, RunId("r"));
  RunView view;
  view.run = RunId("r");
  view.pipeline = "loyalty";
  view.state = RunState::kFailed;
  view.submitted = Timestamp{1'000'000};
  view.finished = Timestamp{3'500'000};
  StepView step;
  step.id = StepId("churn");
  step.state = RunState::kFailed;
  step.total = 1;
  step.attempts = 3;
  step.rows = 7;
  step.message = "invalid: too few rows";
  view.steps = {step};
  ExpectGolden("run_report_json", RunReport(view, binder).Pretty() + "\n");
}

}  // namespace
}  // namespace signet::coordinator
