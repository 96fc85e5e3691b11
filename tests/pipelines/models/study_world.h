/// A plain table whose truth is known, for studies.
#pragma once

#include <cstdint>
#include <vector>

#include "pipelines/models/table.h"

namespace signet::pipelines::testing_world {

struct StudyWorld {
  Table table;  ///< tenure, spend, city, plan, flag, noise, constant, churn, value, time, event
  std::vector<uint64_t> keys;
  std::vector<double> truth;  ///< the probability of churn
};

StudyWorld MakeStudyWorld(size_t rows, uint64_t seed);
/// The same rows in another order.
StudyWorld Shuffled(const StudyWorld& world, uint64_t seed);

}  // namespace signet::pipelines::testing_world
