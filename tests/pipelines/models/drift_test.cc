#include "pipelines/models/drift.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

/// Columns x (shifted), city (with `fresh` new values), score and label (rank agreement `skill`).
Table Draw(size_t rows, uint64_t seed, double shift, double fresh, double skill) {
  SeededEntropy entropy(seed);
  const auto uniform = [&] { return static_cast<double>(entropy.Next() >> 11U) * 0x1p-53; };
  TableColumn x;
  x.name = "x";
  TableColumn score;
  score.name = "score";
  TableColumn label;
  label.name = "label";
  label.kind = TableKind::kFlag;
  std::vector<std::string> city;
  for (size_t i = 0; i < rows; ++i) {
    x.numbers.push_back(uniform() + shift);
    city.emplace_back(uniform() < fresh ? "new" : uniform() < 0.5 ? "a" : "b");
    score.numbers.push_back(uniform());
    label.numbers.push_back(uniform() < 0.5 + skill * (score.numbers.back() - 0.5) ? 1 : 0);
  }
  Table table;
  table.columns = {std::move(x), CategoryColumn("city", city), std::move(score), std::move(label)};
  return table;
}

DriftOptions Scored() {
  DriftOptions options;
  options.score = "score";
  options.label = "label";
  return options;
}

TEST(Drift, OfTwoSamplesOfOnePopulationIsStable) {
  int alarms = 0;
  int retrained = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    // 300 rows: PSI is often above 0.1 by chance alone.
    const Json report =
        CompareTables(Draw(300, seed, 0, 0, 0.8), Draw(300, seed + 100, 0, 0, 0.8), Scored())
            .value();
    alarms += report["verdict"].AsString() == "stable" ? 0 : 1;
    retrained += report["retrain"]["needed"].AsBool() ? 1 : 0;
  }
  EXPECT_LE(alarms, 3);
  EXPECT_LE(retrained, 2);  // 1 of 100 by chance
}

TEST(Drift, NamesTheColumnThatMovedAndTheNewValues) {
  const Json report =
      CompareTables(Draw(5000, 1, 0, 0, 0.8), Draw(5000, 2, 0.3, 0.02, 0.8), Scored()).value();
  EXPECT_EQ(report["verdict"].AsString(), "major");
  const Json& first = report["columns"].items()[0];
  EXPECT_EQ(first["column"].AsString(), "x");
  EXPECT_GT(first["psi"].AsDouble(), 0.25);
  EXPECT_NEAR(first["ks"].AsDouble(), 0.3, 0.03);
  const Json& second = report["columns"].items()[1];
  EXPECT_NEAR(second["new_values_share"].AsDouble(), 0.02, 0.01);
  EXPECT_TRUE(report["retrain"]["needed"].AsBool());
  EXPECT_EQ(report["score"]["verdict"].AsString(), "stable");
}

TEST(Drift, SeesPerformanceDecayWhenLabelsArrive) {
  const Json report =
      CompareTables(Draw(4000, 1, 0, 0, 0.9), Draw(4000, 2, 0, 0, 0.2), Scored()).value();
  EXPECT_LT(report["performance"]["auc_change"]["high"].AsDouble(), 0);
  ASSERT_EQ(report["retrain"]["reasons"].size(), 1U);
  EXPECT_NE(report["retrain"]["reasons"].items()[0].AsString().find("AUC"), std::string::npos);
}

TEST(Drift, CountsMissingValuesAsABin) {
  const Table before = Draw(2000, 1, 0, 0, 0.5);
  Table after = Draw(2000, 2, 0, 0, 0.5);
  for (size_t i = 0; i < 600; ++i) after.columns[0].numbers[i] = std::nan("");
  const Json report = CompareTables(before, after, {}).value();
  EXPECT_EQ(report["columns"].items()[0]["column"].AsString(), "x");
  EXPECT_EQ(report["columns"].items()[0]["missing_current"].AsDouble(), 0.3);
  EXPECT_EQ(report["columns"].items()[0]["verdict"].AsString(), "major");
}

TEST(Drift, RefusesWhatCannotBeCompared) {
  Table a = Draw(50, 1, 0, 0, 0.5);
  Table b = Draw(50, 2, 0, 0, 0.5);
  DriftOptions options;
  options.label = "label";
  EXPECT_FALSE(CompareTables(a, b, options).ok());  // a label without a score
  options.score = "city";
  EXPECT_FALSE(CompareTables(a, b, options).ok());
  for (TableColumn& column : b.columns) column.name += "2";
  EXPECT_FALSE(CompareTables(a, b, {}).ok());
  EXPECT_FALSE(CompareTables(a, Table{}, {}).ok());
}

}  // namespace
}  // namespace signet::pipelines
