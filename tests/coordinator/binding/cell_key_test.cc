#include "coordinator/binding/cell_key.h"

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using CellKeyTest = StateWorld;

TEST_F(CellKeyTest, TheNextTakesThePlaceOfTheOneBefore) {
  EXPECT_FALSE(CellKeyOf(*state_)->has_value());
  crypto::WriteBatch batch;
  const DekId first = NewCellKey(*state_, batch).value();
  Write(batch);
  Reopen();
  EXPECT_EQ(CellKeyOf(*state_).value(), first);
  crypto::WriteBatch next;
  const DekId second = NewCellKey(*state_, next).value();
  Write(next);
  EXPECT_EQ(CellKeyOf(*state_).value(), second);
  EXPECT_FALSE(Opens(first));
  EXPECT_TRUE(Opens(second));
}

}  // namespace
}  // namespace signet::coordinator
