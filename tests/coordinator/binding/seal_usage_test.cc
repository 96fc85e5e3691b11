#include "coordinator/binding/seal_usage.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

constexpr uint64_t kChunkBytes = 16'400;

pipelines::TaskResult Sealed(const DekId& dek, uint64_t chunks) {
  pipelines::Stream stream;
  stream.dek = dek;
  stream.bytes = 56 + (chunks - 1) * kChunkBytes + 16;
  pipelines::Piece piece;
  piece.streams = {stream};
  pipelines::TaskResult result;
  result.outputs["out"] = {piece};
  return result;
}

TEST(SealUsage, CountsTheCallsOfTheCipher) {
  pipelines::TaskResult result;
  pipelines::Piece piece;
  piece.streams.resize(3);
  piece.streams[0].bytes = 56 + 16;                    // one empty chunk
  piece.streams[1].bytes = 56 + 16400 + 16;            // one full, one empty
  piece.streams[2].bytes = 56 + 3 * 16400 + 100 + 16;  // three full, one of 100 bytes
  result.outputs["out"] = {piece};
  EXPECT_EQ(SealCalls(result), 1U + 2U + 4U);
}

TEST(SealUsage, CountsEachKeyForItself) {
  SealUsage usage;
  usage.Add(Sealed(DekId("dek-1"), 3));
  usage.Add(Sealed(DekId("dek-1"), 4));
  usage.Add(Sealed(DekId("dek-2"), 1));
  EXPECT_EQ(usage.Of(DekId("dek-1")), 7U);
  EXPECT_EQ(usage.Of(DekId("dek-2")), 1U);
  EXPECT_EQ(usage.Of(DekId("dek-3")), 0U);
}

TEST(SealUsage, AKeyThatHasSealedEnoughIsLeasedNoMore) {
  SealUsage usage;
  usage.Add(Sealed(DekId("dek-1"), SealUsage::kCallsMax - 1));
  EXPECT_TRUE(usage.Check(DekId("dek-1")).ok());
  usage.Add(Sealed(DekId("dek-1"), 1));
  EXPECT_EQ(usage.Check(DekId("dek-1")).code(), StatusCode::kExhausted);
  EXPECT_TRUE(usage.Check(DekId("dek-2")).ok());
  static_assert(SealUsage::kCallsMax < (uint64_t{1} << 32));
}

}  // namespace
}  // namespace signet::coordinator
