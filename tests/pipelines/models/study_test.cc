#include "pipelines/models/study.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/ranking.h"
#include "tests/pipelines/models/study_world.h"

namespace signet::pipelines {
namespace {

using testing_world::MakeStudyWorld;
using testing_world::StudyWorld;

StudyOptions Options(StudyModel model, const char* target) {
  StudyOptions options;
  options.model = model;
  options.target = target;
  options.drop = {"churn", "value", "time", "event"};
  options.search = 0;
  options.rounds = 120;
  return options;
}

Result<Json> Studied(const StudyWorld& world, const StudyOptions& options) {
  return RunStudy(world.table, world.keys, options, {});
}

std::string ErrorOf(const StudyWorld& world, const StudyOptions& options) {
  return Studied(world, options).status().message();
}

TEST(Study, ChurnComesCloseToAnOracle) {
  const StudyWorld world = MakeStudyWorld(4000, 1);
  StudyOptions options = Options(StudyModel::kChurn, "churn");
  options.folds = 3;
  options.group = "plan";
  const Result<Json> report = Studied(world, options);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  std::vector<uint8_t> labels;
  for (const double flag : world.table.Find("churn")->numbers) labels.push_back(flag > 0 ? 1 : 0);
  const double oracle = Auc(world.truth, labels, 0.95)->value;
  const Json& auc = (*report)["auc"];
  EXPECT_GT(auc["value"].AsDouble(), oracle - 0.04);
  EXPECT_LT(auc["value"].AsDouble(), oracle + 0.01);
  EXPECT_LT(auc["low"].AsDouble(), auc["value"].AsDouble());
  EXPECT_LT((*report)["ece"].AsDouble(), 0.04);
  EXPECT_TRUE((*report)["baselines"].Has("logistic_regression"));
  EXPECT_EQ((*report)["alarms"].size(), 0U);
  EXPECT_EQ((*report)["folds"].size(), 3U);
  EXPECT_EQ((*report)["deciles"].size(), 10U);
  EXPECT_EQ((*report)["fairness"]["groups"].size(), 3U);  // one of them: missing
  EXPECT_NE((*report)["importances"].items()[0]["feature"].AsString(), "noise");
  EXPECT_GT((*report)["card"]["limits"].size(), 2U);
}

TEST(Study, DependsNeitherOnRowOrderNorOnThreads) {
  const StudyWorld world = MakeStudyWorld(900, 2);
  for (const auto& [model, target] : {std::pair{StudyModel::kChurn, "churn"},
                                      std::pair{StudyModel::kClv, "value"},
                                      std::pair{StudyModel::kForest, "churn"}}) {
    SCOPED_TRACE(target);
    StudyOptions options = Options(model, target);
    options.rounds = 40;
    const std::string first = Studied(world, options)->Dump();
    options.threads = 3;
    EXPECT_EQ(Studied(testing_world::Shuffled(world, 9), options)->Dump(), first);
  }
}

TEST(Study, DoesNotCareAboutUnitsNamesOrConstantColumns) {
  const StudyWorld world = MakeStudyWorld(900, 3);
  const StudyOptions options = Options(StudyModel::kChurn, "churn");
  const Json first = *Studied(world, options);
  StudyWorld other = world;
  for (double& spend : other.table.columns[1].numbers) spend *= 1024;
  other.table.columns[1].name = "spend_in_small_coins";
  other.table.columns.push_back(other.table.columns[3]);
  other.table.columns.back().name = "another_constant";
  const Json second = *Studied(other, options);
  EXPECT_EQ(second["auc"], first["auc"]);
  EXPECT_EQ(second["log_loss"], first["log_loss"]);
}

TEST(Study, ValueBeatsTheMeanAndShowsItsVariants) {
  const StudyWorld world = MakeStudyWorld(3000, 4);
  const Result<Json> report = Studied(world, Options(StudyModel::kClv, "value"));
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  const double rmse = (*report)["rmse"]["value"].AsDouble();
  EXPECT_LT(rmse, (*report)["baselines"]["mean"]["rmse"]["value"].AsDouble() * 0.97);
  EXPECT_TRUE((*report)["baselines"].Has("two_part"));
  EXPECT_GT((*report)["spearman"]["value"].AsDouble(), 0.3);
  EXPECT_GT((*report)["normalised_gini"]["low"].AsDouble(), 0.2);
}

TEST(Study, SurvivalOrdersTimesDespiteCensoring) {
  const StudyWorld world = MakeStudyWorld(3000, 5);
  StudyOptions options = Options(StudyModel::kSurvival, "time");
  options.event = "event";
  options.drop = {"churn", "value"};
  const Result<Json> report = Studied(world, options);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_GT((*report)["concordance"]["low"].AsDouble(), 0.6);
  EXPECT_EQ((*report)["deciles"].size(), 10U);
}

TEST(Study, RaisesAnAlarmWhenAColumnKnowsTheOutcome) {
  StudyWorld world = MakeStudyWorld(800, 6);
  StudyOptions options = Options(StudyModel::kChurn, "churn");
  options.drop = {"time", "event"};  // value is 0 for everyone who churned
  const Result<Json> report = Studied(world, options);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  ASSERT_EQ((*report)["alarms"].size(), 1U);
  EXPECT_EQ((*report)["alarms"].items()[0]["feature"].AsString(), "value");
}

TEST(Study, BalancedClassesStayCalibrated) {
  const StudyWorld world = MakeStudyWorld(4000, 7);
  StudyOptions options = Options(StudyModel::kChurn, "churn");
  options.balance = true;
  const Json report = *Studied(world, options);
  EXPECT_LT(report["ece"].AsDouble(), 0.05);
  EXPECT_NE(report["trees"]["calibration"].AsString(), "none");
}

TEST(Study, HoldsOutTheLatestRowsByTime) {
  StudyWorld world = MakeStudyWorld(1000, 8);
  StudyOptions options = Options(StudyModel::kChurn, "churn");
  options.time = "noise";
  const Json report = *Studied(world, options);
  EXPECT_EQ(report["evaluation"]["split_by"].AsString(), "noise");
  EXPECT_EQ(report["evaluation"]["judged_rows"].AsInt(), 200);
  options.folds = 3;
  EXPECT_NE(ErrorOf(world, options).find("--cv and --time"), std::string::npos);
}

TEST(Study, SaysWhatIsWrongWithTheTable) {
  const StudyWorld world = MakeStudyWorld(300, 9);
  StudyOptions options = Options(StudyModel::kChurn, "chrun");
  EXPECT_EQ(ErrorOf(world, options), "--target: there is no column 'chrun'");
  options = Options(StudyModel::kChurn, "constant");
  EXPECT_NE(ErrorOf(world, options).find("one value alone"), std::string::npos);
  options = Options(StudyModel::kChurn, "city");
  EXPECT_NE(ErrorOf(world, options).find("more than two values"), std::string::npos);
  options = Options(StudyModel::kClv, "city");
  EXPECT_NE(ErrorOf(world, options).find("holds text"), std::string::npos);
  EXPECT_NE(ErrorOf(MakeStudyWorld(1, 1), Options(StudyModel::kClv, "spend")).find("one value"),
            std::string::npos);
  EXPECT_NE(ErrorOf(MakeStudyWorld(12, 1), Options(StudyModel::kClv, "spend")).find("12 rows"),
            std::string::npos);
  options = Options(StudyModel::kChurn, "churn");
  for (const TableColumn& column : world.table.columns) {
    if (column.name != "churn" && column.name != "constant") options.drop.push_back(column.name);
  }
  EXPECT_EQ(ErrorOf(world, options), "no column is left to learn from");
  StudyWorld one = world;
  std::fill(one.keys.begin(), one.keys.end(), 7);
  EXPECT_NE(ErrorOf(one, Options(StudyModel::kChurn, "churn")).find("one side"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
