#include "pipelines/models/booster_matrix.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

TEST(BoosterMatrix, TakesBlocksFromMemoryAndFromADisk) {
  const CodeMatrix codes{2, {1, 2, 3, 4, CodeMatrix::kMissing, 6}};
  CodeBlocks blocks(codes, {});
  BoosterMatrix memory;
  ASSERT_TRUE(memory.Take(blocks, 1, nullptr).ok());
  EXPECT_NE(memory.get(), nullptr);

  const testing_support::ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  CodeStore store(2, file);
  ASSERT_TRUE(store.Append(codes.codes).ok());
  ASSERT_TRUE(store.Finish().ok());
  CodeBlocks sealed(store, {});
  BoosterMatrix disk;
  const Status taken = disk.Take(sealed, 1, nullptr);
  EXPECT_TRUE(taken.ok()) << taken.ToString();
  EXPECT_NE(disk.get(), nullptr);
}

TEST(BoosterMatrix, TellsWhichCallFailedAndNoMore) {
  BoosterMatrix matrix;
  const Status status = matrix.Fill(R"({"data": "Smith"})", 1);
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(status.message(), "XGBoost could not take the rows");
  EXPECT_TRUE(CheckedCall(0, "train").ok());
}

}  // namespace
}  // namespace signet::pipelines
