#include "pipelines/models/code_blocks.h"

#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "tests/support/bit_flip.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

/// 20,000 rows of 1,000 columns do not fit one block.
CodeMatrix Wide() {
  CodeMatrix matrix{1000, {}};
  matrix.codes.resize(20'000 * matrix.columns);
  for (size_t i = 0; i < matrix.codes.size(); ++i) {
    matrix.codes[i] = static_cast<uint8_t>(i * 2654435761U >> 20U);
  }
  return matrix;
}

std::vector<uint8_t> Gathered(CodeBlocks& blocks, size_t& count) {
  std::vector<uint8_t> codes;
  for (auto block = blocks.Next(); !block.empty(); block = blocks.Next()) {
    EXPECT_LE(block.size(), size_t{1} << 21U);
    codes.insert(codes.end(), block.begin(), block.end());
    ++count;
  }
  return codes;
}

TEST(CodeBlocks, AreAllRowsEachTimeInBoundedPieces) {
  const CodeMatrix matrix = Wide();
  CodeBlocks blocks(matrix, {});
  EXPECT_EQ(blocks.size(), 20'000U);
  for (int pass = 0; pass < 2; ++pass) {
    size_t count = 0;
    EXPECT_TRUE(Gathered(blocks, count) == matrix.codes);
    EXPECT_EQ(count, 10U);
    blocks.Rewind();
  }
}

/// Every third row of the first and the last quarter.
std::vector<size_t> Some() {
  std::vector<size_t> positions;
  for (size_t i = 1; i < 20'000; i += 3) {
    if (i < 5'000 || i >= 15'000) positions.push_back(i);
  }
  return positions;
}

TEST(CodeBlocks, AreTheRowsChosenInTheirOrder) {
  const CodeMatrix matrix = Wide();
  std::vector<size_t> positions(15'000);
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = i * 7919 % 20'000;
  CodeBlocks blocks(matrix, positions);
  for (int pass = 0; pass < 2; ++pass) {
    size_t count = 0;
    EXPECT_TRUE(Gathered(blocks, count) == matrix.Rows(positions).codes);
    EXPECT_EQ(count, 8U);
    blocks.Rewind();
  }
}

TEST(CodeBlocks, OfASealedStoreAreTheSame) {
  const testing_support::ScratchFolder folder;
  const CodeMatrix matrix = Wide();
  CodeStore store(matrix.columns, ScratchFile::Create(folder.path()).value());
  ASSERT_TRUE(store.Append(matrix.codes).ok());
  ASSERT_TRUE(store.Finish().ok());
  const std::vector<size_t> positions = Some();
  CodeBlocks all(store, {});
  CodeBlocks some(store, positions);
  size_t count = 0;
  EXPECT_TRUE(Gathered(all, count) == matrix.codes);
  count = 0;
  EXPECT_TRUE(Gathered(some, count) == matrix.Rows(positions).codes);
  EXPECT_EQ(count, 6U) << "of ten blocks four hold no chosen row and are not read";
  const std::vector<size_t> head = {1, 4, 7};
  EXPECT_EQ(HeadOf(store, positions, 3).value().codes, matrix.Rows(head).codes);
  EXPECT_EQ(HeadOf(matrix, {}, 30'000).value().rows(), 20'000U);
}

TEST(CodeBlocks, EndWithTheDisksWordWhenItFails) {
  const testing_support::ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  CodeStore store(1000, file);
  ASSERT_TRUE(store.Append(Wide().codes).ok());
  ASSERT_TRUE(store.Finish().ok());
  ASSERT_TRUE(testing_support::FlipBit(file->descriptor(), 5'000'000));
  CodeBlocks blocks(store, {});
  size_t count = 0;
  EXPECT_EQ(Gathered(blocks, count).size(), 2 * 2'097'000U) << "whole blocks before the broken one";
  EXPECT_EQ(blocks.status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(HeadOf(store, {}, 20'000).status().code(), StatusCode::kCorrupt);
}

TEST(CodeBlocks, TellTheirShape) {
  const CodeMatrix matrix{2, {1, 2, 3, 4, 5, 6}};
  const std::vector<size_t> positions = {2, 0};
  CodeBlocks blocks(matrix, positions);
  const Json array = Json::Parse(blocks.NextArray()).value();
  EXPECT_EQ(array["shape"].items()[0].AsInt(), 2);
  EXPECT_EQ(array["shape"].items()[1].AsInt(), 2);
  EXPECT_EQ(array["typestr"].AsString(), "|u1");
  EXPECT_TRUE(blocks.NextArray().empty());
}

}  // namespace
}  // namespace signet::pipelines
