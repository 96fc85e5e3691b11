#include "pipelines/catalog/reveal_operator.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(RevealOperator, IsInTheCatalogAndInNoDocument) {
  const Operator* const op = FindOperator("reveal");
  ASSERT_NE(op, nullptr);
  EXPECT_FALSE(op->signature().in_documents) << "no pipeline may ask for it";
}

}  // namespace
}  // namespace signet::pipelines
