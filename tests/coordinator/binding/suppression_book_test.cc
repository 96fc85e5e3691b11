#include "coordinator/binding/suppression_book.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using SuppressionBookTest = StateWorld;

TEST_F(SuppressionBookTest, NobodyIsOnItUntilSomebodyWasErased) {
  EXPECT_FALSE(SuppressionBook(*state_).Stored()->has_value());
  EXPECT_TRUE(SuppressionBook(*state_).Load()->empty());
  const Uuid erased = entropy_.RandomUuid();
  crypto::WriteBatch batch;
  SuppressionBook::Put(pipelines::SuppressionList(std::vector<Uuid>{erased}), batch);
  Write(batch);
  Reopen();
  EXPECT_TRUE(SuppressionBook(*state_).Load()->Contains(erased));
}

TEST_F(SuppressionBookTest, ADamagedListIsRefusedAndNotTakenForEmpty) {
  crypto::WriteBatch batch;
  batch.Put("suppression", "nonsense");
  Write(batch);
  EXPECT_EQ(SuppressionBook(*state_).Load().status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::coordinator
