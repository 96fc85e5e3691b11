#include "pipelines/models/outcome.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TableColumn Numbers(std::vector<double> values) {
  TableColumn column;
  column.name = "y";
  column.numbers = std::move(values);
  return column;
}

TEST(Outcome, FindsTheClassThatIsMeant) {
  EXPECT_EQ(ClassOutcome(CategoryColumn("y", {"True.", "False.", "True."}), "")->positive, "True.");
  EXPECT_EQ(ClassOutcome(CategoryColumn("y", {"stay", "gone", "stay"}), "")->positive, "gone");
  EXPECT_EQ(ClassOutcome(CategoryColumn("y", {"stay", "gone", "stay"}), "stay")->positive, "stay");
  EXPECT_EQ(ClassOutcome(Numbers({2, 10, 2}), "")->positive, "10");
  const Outcome outcome = ClassOutcome(Numbers({1, 0, std::nan(""), 1}), "").value();
  EXPECT_EQ(outcome.values, (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(outcome.known, (std::vector<uint8_t>{1, 1, 0, 1}));
  EXPECT_FALSE(ClassOutcome(CategoryColumn("y", {"stay", "gone"}), "left").ok());
}

TEST(Outcome, FewNegativeValuesCountAsZeroAndInfiniteOnesAreLeftOut) {
  std::vector<double> values(200, 3.0);
  values[0] = -1;
  values[1] = std::numeric_limits<double>::infinity();
  const Outcome few = ValueOutcome(Numbers(values)).value();
  EXPECT_EQ(few.values[0], 0);
  EXPECT_EQ(few.known[1], 0);
  EXPECT_EQ(few.notes.size(), 2U);
  EXPECT_EQ(ValueOutcome(Numbers({-1, -2, 3}))->values[1], -2);
  EXPECT_FALSE(ValueOutcome(Numbers({4, 4, 4})).ok());
}

TEST(Outcome, TimesNeedEventsAndAreAboveZero) {
  const TableColumn event = ColumnOfTexts("e", {"yes", "no", "yes"});
  const Outcome outcome = TimeOutcome(Numbers({0, 4, 2}), &event).value();
  EXPECT_EQ(outcome.values, (std::vector<float>{1, 4, 2}));
  EXPECT_EQ(outcome.happened, (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_FALSE(TimeOutcome(Numbers({-1, 4, 2}), nullptr).ok());
  const TableColumn never = ColumnOfTexts("e", {"no", "no", "no"});
  EXPECT_FALSE(TimeOutcome(Numbers({1, 4, 2}), &never).ok());
}

}  // namespace
}  // namespace signet::pipelines
