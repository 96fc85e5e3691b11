#include "pipelines/models/table_encoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/models/folds.h"

namespace signet::pipelines {
namespace {

struct World {
  Table table;
  std::vector<size_t> rows;
  std::vector<double> outcome;
  std::vector<uint64_t> keys;
};

World Draw(size_t count, int cities) {
  SeededEntropy entropy(4);
  World world;
  std::vector<std::string> city;
  std::vector<std::string> id;
  std::vector<std::string> plan;
  TableColumn x;
  x.name = "x";
  for (size_t i = 0; i < count; ++i) {
    city.push_back("c" + std::to_string(entropy.Next() % static_cast<uint64_t>(cities)));
    id.push_back("id" + std::to_string(i));
    plan.emplace_back(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "");
    x.numbers.push_back(static_cast<double>(i));
    world.rows.push_back(i);
    world.outcome.push_back(static_cast<double>(entropy.Next() % 2));
    world.keys.push_back(entropy.Next());
  }
  world.table.columns = {
      CategoryColumn("city", city), CategoryColumn("id", id), CategoryColumn("plan", plan), x};
  return world;
}

double Correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

TEST(TableEncoder, MeansOfManyValuesDoNotSeeTheirOwnOutcome) {
  const World world = Draw(1000, 300);  // about three rows a city, and coins for outcomes
  const TableEncoder encoder =
      TableEncoder::Learn(world.table, world.rows, world.outcome, world.keys).value();
  const std::vector<std::string> names = encoder.Names();
  const auto at = static_cast<size_t>(std::find(names.begin(), names.end(), "city (mean outcome)") -
                                      names.begin());
  ASSERT_LT(at, names.size());
  const auto correlation = [&](const std::vector<float>& cells) {
    std::vector<double> x;
    std::vector<double> y;
    for (size_t i = 0; i < world.rows.size(); ++i) {
      const float cell = cells[i * encoder.size() + at];
      if (std::isnan(cell)) continue;
      x.push_back(static_cast<double>(cell));
      y.push_back(world.outcome[i]);
    }
    return Correlation(x, y);
  };
  EXPECT_GT(correlation(encoder.Encode(world.table, world.rows)), 0.3);  // leaks: not for learning
  EXPECT_LT(std::fabs(correlation(encoder.EncodeLearnt(world.table))), 0.12);
}

TEST(TableEncoder, UnseenValuesAreMissingAndIdentifiersAreLeftOut) {
  World world = Draw(400, 40);
  std::vector<size_t> first(200);
  std::iota(first.begin(), first.end(), size_t{0});
  const std::vector<double> outcome(world.outcome.begin(), world.outcome.begin() + 200);
  const std::vector<uint64_t> keys(world.keys.begin(), world.keys.begin() + 200);
  TableColumn& city = world.table.columns[0];
  city.values.emplace_back("nowhere");
  city.codes[300] = static_cast<int32_t>(city.values.size()) - 1;
  const TableEncoder encoder = TableEncoder::Learn(world.table, first, outcome, keys).value();
  EXPECT_EQ(encoder.Names(),
            (std::vector<std::string>{"city (mean outcome)", "plan = a", "plan = b", "x"}));
  ASSERT_EQ(encoder.notes().size(), 1U);
  EXPECT_NE(encoder.notes()[0].find("'id'"), std::string::npos);
  const std::vector<size_t> rows = {300};
  const std::vector<float> cells = encoder.Encode(world.table, rows);
  EXPECT_TRUE(std::isnan(cells[0]));
  EXPECT_EQ(cells[1], 1);
  EXPECT_EQ(cells[3], 300);
}

}  // namespace
}  // namespace signet::pipelines
