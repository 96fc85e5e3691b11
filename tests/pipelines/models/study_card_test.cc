// The card of a study: what an approver must see.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/models/study.h"
#include "tests/pipelines/models/study_world.h"

namespace signet::pipelines {
namespace {

TEST(StudyCard, TellsDataMetricsCalibrationFairnessAndLimits) {
  const testing_world::StudyWorld world = testing_world::MakeStudyWorld(800, 3);
  StudyOptions options;
  options.target = "churn";
  options.drop = {"value", "time", "event"};
  options.group = "flag";
  options.search = 1;
  options.rounds = 60;
  const Json report = RunStudy(world.table, world.keys, options, {}).value();
  const Json& card = report["card"];
  EXPECT_EQ(card["data"]["rows"].AsInt(), 800);
  EXPECT_EQ(card["metrics"]["auc"], report["auc"]);
  EXPECT_TRUE(card["calibration"].is_string());
  EXPECT_EQ(card["fairness"]["groups"].size(), 2U);
  EXPECT_GE(card["limits"].size(), 3U);
  EXPECT_EQ(report["trees"]["search"].size(), 2U);
  EXPECT_EQ(report["trees"]["trees_sha256"].AsString().size(), 64U);
  EXPECT_GT(report["surrogate"]["fidelity_r2"].AsDouble(), 0.3);
  std::set<std::string> notes;
  for (const std::string& note : report["notes"].AsStrings()) notes.insert(note);
  EXPECT_EQ(notes.count("column 'constant' is left out: it holds one value"), 1U);
}

}  // namespace
}  // namespace signet::pipelines
