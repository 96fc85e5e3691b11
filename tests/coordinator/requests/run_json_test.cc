#include "coordinator/requests/run_json.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

RunView SomeView() {
  RunView view;
  view.run = RunId("r1");
  view.pipeline = "shop";
  view.owner = "anna";
  view.state = RunState::kRunning;
  view.submitted = Timestamp{1'790'000'000'000'000};
  StepView done;
  done.id = StepId("gate.crm");
  done.state = RunState::kSucceeded;
  done.done = done.total = 4;
  done.attempts = 5;
  done.rows = 1'000;
  done.progress = 1;
  done.started = Timestamp{1'790'000'000'000'000};
  done.finished = Timestamp{1'790'000'002'500'000};
  StepView waiting;
  waiting.id = StepId("scores");
  waiting.total = 4;
  view.steps = {done, waiting};
  return view;
}

TEST(RunJson, HoldsWhatPeopleAndScriptsAskFor) {
  const Json kept = *Json::Parse(
      R"({"figures":{"churn":[{"auc":0.8}]},"snapshots":[{"name":"s","recipient":"r","members":7,)"
      R"("segments":[{"name":"a","members":7,"definition":{}}],"withheld":[],"secret":1}]})");
  const Json json = RunJson(SomeView(), kept);
  EXPECT_EQ(json["run"].AsString(), "r1");
  EXPECT_EQ(json["status"].AsString(), "running");
  EXPECT_EQ(json["done"].AsInt(), 4);
  EXPECT_EQ(json["tasks"].AsInt(), 8);
  EXPECT_EQ(json["steps"].items()[0]["seconds"].AsDouble(), 2.5);
  EXPECT_EQ(json["snapshots"].items()[0]["segments"].items()[0]["members"].AsInt(), 7);
  EXPECT_FALSE(json["snapshots"].items()[0].Has("secret"));
  EXPECT_EQ(json["figures"]["churn"].items()[0]["auc"].AsDouble(), 0.8);
}

TEST(RunJson, AViewComesBackAsFarAsATreeNeedsIt) {
  const RunView back = ViewOfJson(RunJson(SomeView(), {}));
  ASSERT_EQ(back.steps.size(), 2U);
  EXPECT_EQ(back.state, RunState::kRunning);
  EXPECT_EQ(back.steps[0].state, RunState::kSucceeded);
  EXPECT_EQ(back.steps[0].attempts, 5);
  EXPECT_EQ(back.steps[0].finished.micros - back.steps[0].started.micros, 2'500'000);
  EXPECT_EQ(back.steps[1].state, RunState::kWaiting);
}

}  // namespace
}  // namespace signet::coordinator
