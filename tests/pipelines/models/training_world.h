/// Customers whose purchases follow a known law, as tables of features and events.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/query/database.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/task.h"

namespace signet::pipelines::testing_world {

struct Customer {
  SubjectId subject;
  double rate = 0;        ///< purchases a day, the truth
  double mean_value = 0;  ///< the truth
  bool churned = false;   ///< bought nothing in the window
  double value = 0;       ///< spent in the window
};

/// `customers` people; features at 2026-04-01, purchases of the 90 days after it.
class World {
 public:
  World(size_t customers, uint64_t seed);

  [[nodiscard]] const std::vector<Customer>& customers() const { return customers_; }
  /// Makes tables `features` and `events`, rows in the order of a shuffle by `order`.
  void Load(query::Connection& connection, uint64_t order) const;
  /// Of both tables.
  static std::map<std::string, Schema> Inputs();
  /// as_of 2026-07-15.
  static StageContext Context();

 private:
  struct FeatureRow {
    int64_t count = 0;
    double recency = 0, tenure = 0, spend = 0, noise = 0;
    std::string tier;
  };
  struct Event {
    size_t customer = 0;
    int64_t micros = 0;
    int64_t amount = 0;  ///< 1/10000
  };
  void AddPast(const Customer& customer, class Draw& draw);

  std::vector<Customer> customers_;
  std::vector<FeatureRow> rows_;
  std::vector<Event> events_;
};

std::unique_ptr<query::Database> OpenDatabase();

}  // namespace signet::pipelines::testing_world
