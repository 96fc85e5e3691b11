#include "pipelines/experiments/assignment.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/experiments/read_out.h"

namespace signet::pipelines {
namespace {

AssignmentDesign Design() {
  AssignmentDesign design;
  design.experiment = "spring";
  design.salt = "pepper";
  design.arms = {{"control", 0.5}, {"offer", 0.3}, {"gift", 0.2}};
  return design;
}

std::vector<std::string> Units(size_t n) {
  std::vector<std::string> units;
  units.reserve(n);
  for (size_t i = 0; i < n; ++i) units.push_back("u" + std::to_string(i));
  return units;
}

TEST(Assignment, IsAPureFunctionAndKeepsTheShares) {
  const AssignmentDesign design = Design();
  std::vector<double> counts(3, 0);
  for (const std::string& unit : Units(30'000)) {
    const Placement p = Place(design, unit);
    ASSERT_EQ(p.why, Placement::Why::kAssigned);
    EXPECT_EQ(Place(design, unit).arm, p.arm);
    ++counts[p.arm];
  }
  EXPECT_GT(CheckSampleRatio(counts, {0.5, 0.3, 0.2})->p_value, 0.001);
}

TEST(Assignment, AnotherExperimentMixesTheSameUnitsAnew) {
  AssignmentDesign other = Design();
  other.experiment = "summer";
  std::vector<std::vector<double>> table(3, std::vector<double>(3, 0));
  for (const std::string& unit : Units(20'000)) {
    ++table[Place(Design(), unit).arm][Place(other, unit).arm];
  }
  EXPECT_GT(CheckIndependence(table).p_value, 0.001);
}

TEST(Assignment, ExperimentsOfOneLayerShareNoUnit) {
  AssignmentDesign first = Design();
  first.to = 0.4;
  AssignmentDesign second = Design();
  second.experiment = "other";
  second.from = 0.4;
  int both = 0;
  int one = 0;
  for (const std::string& unit : Units(5000)) {
    const bool a = Place(first, unit).why == Placement::Why::kAssigned;
    const bool b = Place(second, unit).why == Placement::Why::kAssigned;
    both += a && b ? 1 : 0;
    one += a != b ? 1 : 0;
  }
  EXPECT_EQ(both, 0);
  EXPECT_EQ(one, 5000);
  EXPECT_TRUE(CheckExclusion({first, second}).ok());
  second.from = 0.39;
  EXPECT_EQ(CheckExclusion({first, second}).code(), StatusCode::kConflict);
  second.layer = "another";
  EXPECT_TRUE(CheckExclusion({first, second}).ok());
}

TEST(Assignment, TheHoldoutIsTheSameForEveryExperiment) {
  AssignmentDesign first = Design();
  first.holdout_share = 0.1;
  AssignmentDesign second = first;
  second.experiment = "summer";
  second.layer = "another";
  int held = 0;
  for (const std::string& unit : Units(10'000)) {
    const bool a = Place(first, unit).why == Placement::Why::kHoldout;
    EXPECT_EQ(a, Place(second, unit).why == Placement::Why::kHoldout);
    held += a ? 1 : 0;
  }
  EXPECT_NEAR(held, 1000, 120);
}

TEST(Assignment, StrataGetTheirExactShares) {
  const std::vector<std::string> units = Units(1000);
  std::vector<std::string> strata;
  strata.reserve(units.size());
  for (size_t i = 0; i < units.size(); ++i) strata.emplace_back(i % 10 == 0 ? "gold" : "basic");
  const auto placements = PlaceStratified(Design(), units, strata);
  ASSERT_TRUE(placements.ok());
  std::map<std::string, std::vector<int>> counts;
  for (size_t i = 0; i < units.size(); ++i) {
    counts[strata[i]].resize(3);
    ++counts[strata[i]][(*placements)[i].arm];
  }
  EXPECT_EQ(counts["gold"], (std::vector<int>{50, 30, 20}));
  EXPECT_EQ(counts["basic"], (std::vector<int>{450, 270, 180}));
}

TEST(Assignment, StrataDoNotDependOnTheOrderOfUnits) {
  std::vector<std::string> units = Units(200);
  const std::vector<std::string> strata(units.size(), "all");
  const auto first = PlaceStratified(Design(), units, strata);
  std::map<std::string, size_t> arms;
  for (size_t i = 0; i < units.size(); ++i) arms[units[i]] = (*first)[i].arm;
  std::reverse(units.begin(), units.end());
  const auto second = PlaceStratified(Design(), units, strata);
  for (size_t i = 0; i < units.size(); ++i) EXPECT_EQ(arms[units[i]], (*second)[i].arm);
  units.push_back(units[0]);
  EXPECT_FALSE(PlaceStratified(Design(), units, std::vector<std::string>(201, "all")).ok());
}

TEST(Assignment, RefusesDesignsThatAreNone) {
  AssignmentDesign design = Design();
  EXPECT_TRUE(design.Check().ok());
  design.salt.clear();
  EXPECT_FALSE(design.Check().ok());
  design = Design();
  design.arms[1].name = "control";
  EXPECT_FALSE(design.Check().ok());
  design = Design();
  design.from = 0.5;
  design.to = 0.5;
  EXPECT_FALSE(design.Check().ok());
}

}  // namespace
}  // namespace signet::pipelines
