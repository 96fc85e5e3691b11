#include "pipelines/models/table.h"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Table, TextIsTypedByWhatItHolds) {
  EXPECT_EQ(ColumnOfTexts("x", {"Yes", "no ", "", "TRUE."}).kind, TableKind::kFlag);
  EXPECT_EQ(ColumnOfTexts("x", {"a", "b", "1"}).kind, TableKind::kCategory);
  EXPECT_EQ(ColumnOfTexts("x", {"", "NA"}).kind, TableKind::kCategory);
  const TableColumn numbers = ColumnOfTexts("x", {"1.5", " 2", " ", "NA", "-3e2"});
  ASSERT_EQ(numbers.kind, TableKind::kNumber);
  EXPECT_EQ(numbers.numbers[4], -300);
  EXPECT_TRUE(std::isnan(numbers.numbers[2]));
  EXPECT_EQ(ColumnOfTexts("x", {"0", "1", "1"}).kind, TableKind::kNumber);
}

TEST(Table, CategoriesAreSortedAndTrimmed) {
  const TableColumn column = CategoryColumn("x", {"b", " a", "?", "b "});
  EXPECT_EQ(column.values, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(column.codes, (std::vector<int32_t>{1, 0, -1, 1}));
  EXPECT_EQ(column.TextOf(0), "b");
  EXPECT_TRUE(column.IsMissing(2));
  TableColumn numbers;
  numbers.numbers = {2, 10, std::nan("")};
  EXPECT_EQ(CategoryOfNumbers(numbers).values, (std::vector<std::string>{"10", "2"}));
}

}  // namespace
}  // namespace signet::pipelines
