#include "pipelines/models/code_rows.h"

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

std::vector<uint8_t> Codes(size_t cells) {
  std::vector<uint8_t> codes(cells);
  for (size_t i = 0; i < cells; ++i) codes[i] = static_cast<uint8_t>(i * 2654435761U >> 22U);
  return codes;
}

std::vector<uint8_t> ReadAll(CodeRows rows) {
  std::vector<uint8_t> all;
  Bytes buffer;
  for (size_t block = 0;; ++block) {
    const std::span<const uint8_t> codes = rows.Block(block, buffer).value();
    if (codes.empty()) return all;
    EXPECT_LE(codes.size(), rows.block_rows() * rows.columns());
    all.insert(all.end(), codes.begin(), codes.end());
  }
}

TEST(CodeRows, AreTheSameInMemoryAndOnADisk) {
  constexpr size_t kColumns = 700;
  const std::vector<uint8_t> codes = Codes(kColumns * 7001);
  const testing_support::ScratchFolder folder;
  CodeStore memory(kColumns, nullptr);
  CodeStore disk(kColumns, ScratchFile::Create(folder.path()).value());
  // Given a few rows at a time, as a query gives them.
  for (size_t row = 0; row < 7001; row += 333) {
    const size_t count = std::min<size_t>(333, 7001 - row);
    const std::span<const uint8_t> some(codes.data() + row * kColumns, count * kColumns);
    ASSERT_TRUE(memory.Append(some).ok());
    ASSERT_TRUE(disk.Append(some).ok());
  }
  ASSERT_TRUE(memory.Finish().ok());
  ASSERT_TRUE(disk.Finish().ok());
  for (const CodeRows rows : {CodeRows(memory), CodeRows(disk)}) {
    EXPECT_EQ(rows.rows(), 7001U);
    EXPECT_EQ(rows.columns(), kColumns);
    EXPECT_TRUE(ReadAll(rows) == codes);
  }
  EXPECT_EQ(CodeRows(memory).file(), nullptr);
  EXPECT_GT(CodeRows(disk).file()->size(), codes.size());
}

TEST(CodeRows, OfNoRowsHaveNoBlock) {
  const CodeMatrix none{3, {}};
  Bytes buffer;
  EXPECT_EQ(CodeRows(none).rows(), 0U);
  EXPECT_TRUE(CodeRows(none).Block(0, buffer).value().empty());
}

}  // namespace
}  // namespace signet::pipelines
