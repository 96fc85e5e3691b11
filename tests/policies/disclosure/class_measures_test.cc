#include "policies/disclosure/class_measures.h"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(MeasureClasses, CountsClassesOfEqualRows) {
  const std::vector<Codes> quasi = {{0, 0, 0, 1, 1, 2}, {5, 5, 5, 5, 6, 6}};
  Codes class_of;
  const ClassMeasures measures = MeasureClasses(quasi, 2, &class_of);
  EXPECT_EQ(measures.classes, 4U);
  EXPECT_EQ(measures.smallest, 1);
  EXPECT_EQ(measures.largest, 3);
  EXPECT_EQ(measures.rows_below_k, 3U);
  EXPECT_EQ(class_of, (Codes{0, 0, 0, 1, 2, 3}));
}

TEST(MeasureClasses, WithoutQuasiIdentifiersAllRowsAreOneClass) {
  Codes class_of(7, 9);
  const ClassMeasures measures = MeasureClasses({}, 5, &class_of);
  EXPECT_EQ(measures.classes, 1U);
  EXPECT_EQ(measures.smallest, 7);
  EXPECT_EQ(MeasureClasses(std::vector<Codes>{Codes{}}, 5).classes, 0U);
}

// Table 3 of Li, Li, Venkatasubramanian (ICDE 2007): salaries 3k to 11k over three classes.
TEST(MeasureSensitive, GivesTheDistancesOfThePaper) {
  const auto distance_of = [](const Codes& three) {
    // One class of the three values, the others as they are in the table.
    Codes class_of(9, 1);
    Codes salary = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    for (const uint32_t value : three) class_of[value] = 0;
    return MeasureSensitive(class_of, 2, salary);
  };
  // D[{3k,4k,5k}, Q] = 0.375 and D[{6k,8k,11k}, Q] = 0.167: the paper's example in section 5.1. The
  // rest of the rows is the other class, whose distance is half as large.
  EXPECT_NEAR(distance_of({0, 1, 2}).t_ordered, 0.375, 1e-9);
  EXPECT_NEAR(distance_of({3, 5, 8}).t_ordered, 1.0 / 6.0, 1e-9);
  EXPECT_NEAR(distance_of({0, 1, 2}).t_equal, 2.0 / 3.0, 1e-9);
}

TEST(MeasureSensitive, FindsTheClassThatTellsMost) {
  // A class in which all have the same value tells it.
  const SensitiveMeasures told = MeasureSensitive({0, 0, 0, 1, 1, 1}, 2, {4, 4, 4, 1, 2, 3});
  EXPECT_EQ(told.distinct_l, 1);
  EXPECT_NEAR(told.entropy_l, 1.0, 1e-12);
  const SensitiveMeasures even = MeasureSensitive({0, 0, 1, 1}, 2, {0, 1, 0, 1});
  EXPECT_EQ(even.distinct_l, 2);
  EXPECT_NEAR(even.entropy_l, 2.0, 1e-12);
  EXPECT_NEAR(even.t_equal, 0.0, 1e-12);
  EXPECT_NEAR(even.t_ordered, 0.0, 1e-12);
  EXPECT_EQ(MeasureSensitive({}, 0, {}).distinct_l, 0);
}

}  // namespace
}  // namespace signet::policies
