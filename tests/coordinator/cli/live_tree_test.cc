#include "coordinator/cli/live_tree.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

StepView Step(const std::string& id, RunState state) {
  StepView step;
  step.id = StepId(id);
  step.state = state;
  step.total = 8;
  return step;
}

StepView Finished(const std::string& id) {
  StepView step = Step(id, RunState::kSucceeded);
  step.done = 8;
  step.rows = 4'812'003;
  step.started = Timestamp{1'000'000};
  step.finished = Timestamp{2'230'000};
  return step;
}

TEST(LiveTree, ALineTellsStateTasksTimeAndRows) {
  EXPECT_EQ(LiveTree::StepLine(Finished("gate.orders"), 11),
            "✔ gate.orders  8/8      1.2 s     4,812,003 rows");
}

TEST(LiveTree, ARunningStepTellsItsProgress) {
  StepView step = Step("churn", RunState::kRunning);
  step.progress = 0.42;
  const std::string line = LiveTree::StepLine(step, 5);
  EXPECT_EQ(line.rfind("● churn  0/8", 0), 0U) << line;
  EXPECT_NE(line.find("42 %"), std::string::npos) << line;
}

TEST(LiveTree, AFailureTellsWhy) {
  StepView step = Step("churn", RunState::kFailed);
  step.message = "unavailable: disk full";
  const std::string line = LiveTree::StepLine(step, 5);
  EXPECT_EQ(line.rfind("✖ churn", 0), 0U);
  EXPECT_NE(line.find("  unavailable: disk full"), std::string::npos);
}

TEST(LiveTree, AWaitingStepKeepsItsReasonsToItself) {
  StepView step = Step("churn", RunState::kWaiting);
  step.message = "waits for history";
  const std::string line = LiveTree::StepLine(step, 5);
  EXPECT_EQ(line.rfind("○ churn", 0), 0U);
  EXPECT_EQ(line.find("waits"), std::string::npos);
}

TEST(LiveTree, WithoutATerminalEachStepIsToldOnceWhenItEnds) {
  LiveTree tree(/*terminal=*/false);
  RunView view;
  view.steps = {Step("a", RunState::kRunning), Step("long", RunState::kWaiting)};
  EXPECT_EQ(tree.Draw(view), "");
  view.steps[0] = Finished("a");
  EXPECT_EQ(tree.Draw(view), LiveTree::StepLine(view.steps[0], 4) + "\n");
  EXPECT_EQ(tree.Draw(view), "");
  view.steps[1] = Step("long", RunState::kSkipped);
  EXPECT_EQ(tree.Draw(view), LiveTree::StepLine(view.steps[1], 4) + "\n");
}

TEST(LiveTree, WithoutATerminalThereIsNoEscape) {
  LiveTree tree(/*terminal=*/false);
  RunView view;
  view.steps = {Finished("a"), Step("b", RunState::kFailed)};
  EXPECT_EQ(tree.Draw(view).find('\x1b'), std::string::npos);
}

TEST(LiveTree, OnATerminalTheLinesAreDrawnOverThoseBefore) {
  LiveTree tree(/*terminal=*/true);
  RunView view;
  view.steps = {Finished("a"), Step("b", RunState::kRunning)};
  const std::string first = tree.Draw(view);
  EXPECT_EQ(first.find("\x1b[2A"), std::string::npos);
  EXPECT_NE(first.find("\x1b[32m✔ a"), std::string::npos) << first;
  EXPECT_NE(first.find("\x1b[36m● b"), std::string::npos) << first;
  const std::string second = tree.Draw(view);
  EXPECT_EQ(second.rfind("\x1b[2A\x1b[2K", 0), 0U);
}

}  // namespace
}  // namespace signet::coordinator
