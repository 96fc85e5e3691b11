#include "pipelines/models/code_blocks.h"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"

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

TEST(CodeBlocks, AreTheRowsChosenInTheirOrder) {
  const CodeMatrix matrix = Wide();
  std::vector<size_t> positions(15'000);
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = i * 7919 % 20'000;
  CodeBlocks blocks(matrix, positions);
  size_t count = 0;
  EXPECT_TRUE(Gathered(blocks, count) == matrix.Rows(positions).codes);
  EXPECT_EQ(count, 8U);
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
