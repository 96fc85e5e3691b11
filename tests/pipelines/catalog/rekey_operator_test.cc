#include "pipelines/catalog/rekey_operator.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(RekeyOperator, IsInTheCatalogAndInNoDocument) {
  const Operator* const op = FindOperator("rekey");
  ASSERT_NE(op, nullptr);
  EXPECT_FALSE(op->signature().in_documents);
  EXPECT_EQ(op->signature().shape, Shape::kOnce);
}

}  // namespace
}  // namespace signet::pipelines
