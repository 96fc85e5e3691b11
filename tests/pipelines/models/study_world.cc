#include "tests/pipelines/models/study_world.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/entropy.h"
#include "pipelines/models/folds.h"

namespace signet::pipelines::testing_world {
namespace {

TableColumn Numbers(const char* name) {
  TableColumn column;
  column.name = name;
  return column;
}

}  // namespace

StudyWorld MakeStudyWorld(size_t rows, uint64_t seed) {
  SeededEntropy entropy(seed);
  const auto uniform = [&] { return (static_cast<double>(entropy.Next() >> 11U) + 0.5) * 0x1p-53; };
  StudyWorld world;
  std::vector<TableColumn> numbers = {Numbers("tenure"),
                                      Numbers("spend"),
                                      Numbers("noise"),
                                      Numbers("constant"),
                                      Numbers("value"),
                                      Numbers("time"),
                                      Numbers("event")};
  std::vector<std::string> city;
  std::vector<std::string> plan;
  std::vector<std::string> flag;
  std::vector<std::string> churn;
  for (size_t i = 0; i < rows; ++i) {
    const double tenure = 72 * uniform();
    const double spend = 20 + 100 * uniform();
    const auto town = static_cast<int>(30 * uniform() * uniform());
    const bool monthly = uniform() < 0.5;
    const double p =
        1 / (1 + std::exp(1.5 + 0.05 * tenure - 0.03 * spend - (monthly ? 1 : 0) - town % 4 * 0.6));
    const bool churned = uniform() < p;
    const double time = std::exp(1 + 0.02 * tenure + 0.4 * std::log(1 / uniform() - 1));
    const double censored = 30 * uniform();
    city.push_back("city" + std::to_string(town));
    plan.emplace_back(monthly ? "monthly" : uniform() < 0.5 ? "yearly" : "");
    flag.emplace_back(uniform() < 0.3 ? "Yes" : "No");
    churn.emplace_back(churned ? "Yes" : "No");
    const double cells[] = {uniform() < 0.03 ? std::numeric_limits<double>::quiet_NaN() : tenure,
                            spend,
                            uniform(),
                            5,
                            churned ? 0 : std::exp(0.02 * spend + 0.02 * tenure + uniform()),
                            std::min(time, censored),
                            time <= censored ? 1.0 : 0.0};
    for (size_t c = 0; c < numbers.size(); ++c) numbers[c].numbers.push_back(cells[c]);
    world.keys.push_back(TextKey("customer " + std::to_string(i)));
    world.truth.push_back(p);
  }
  world.table.columns = std::move(numbers);
  world.table.columns.push_back(CategoryColumn("city", city));
  world.table.columns.push_back(CategoryColumn("plan", plan));
  world.table.columns.push_back(ColumnOfTexts("flag", flag));
  world.table.columns.push_back(ColumnOfTexts("churn", churn));
  return world;
}

StudyWorld Shuffled(const StudyWorld& world, uint64_t seed) {
  std::vector<size_t> order(world.keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  SeededEntropy entropy(seed);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[entropy.Next() % i]);
  StudyWorld other = world;
  for (size_t i = 0; i < order.size(); ++i) {
    other.keys[i] = world.keys[order[i]];
    other.truth[i] = world.truth[order[i]];
    for (size_t c = 0; c < world.table.columns.size(); ++c) {
      const TableColumn& from = world.table.columns[c];
      TableColumn& to = other.table.columns[c];
      if (from.kind == TableKind::kCategory) {
        to.codes[i] = from.codes[order[i]];
      } else {
        to.numbers[i] = from.numbers[order[i]];
      }
    }
  }
  return other;
}

}  // namespace signet::pipelines::testing_world
