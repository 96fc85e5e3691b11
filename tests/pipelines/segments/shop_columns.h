/// Columns of a shop with three kinds of customers: frequent, discount-driven, lapsed.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct ShopColumns {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;
};

inline ShopColumns MakeShop(size_t customers, uint64_t seed) {
  SplitMix random(seed);
  ShopColumns shop{{"orders_count", "discount_share", "recency_days"}, {{}, {}, {}}};
  for (size_t i = 0; i < customers; ++i) {
    const size_t kind = i % 3;
    const auto around = [&random](double centre, double width) {
      return centre + width * (random.Uniform() + random.Uniform() - 1);
    };
    shop.values[0].push_back(std::round(around(kind == 0 ? 30 : 6, 4)));
    shop.values[1].push_back(around(kind == 1 ? 0.7 : 0.1, 0.08));
    shop.values[2].push_back(around(kind == 2 ? 200 : 20, 15));
  }
  return shop;
}

}  // namespace signet::pipelines
