#include "crypto/primitives/stream_padding.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

Bytes Padded(ByteView content) {
  Bytes padded(content.begin(), content.end());
  EXPECT_TRUE(AppendPadding(content.size(), [&padded](ByteView more) {
                Append(padded, more);
                return OkStatus();
              }).ok());
  return padded;
}

TEST(StreamPadding, SizesAreBucketsThatCostLittle) {
  std::set<uint64_t> buckets;
  for (uint64_t size = 0; size < 1'000'000; size += 37) {
    const uint64_t padded = PaddedSize(size);
    ASSERT_GT(padded, size);
    if (size > 4'096) {
      EXPECT_LE(padded, size + size / 8 + 1) << size;
    }
    EXPECT_EQ(PaddedSize(padded - 1), padded) << "the largest of its bucket stays in it";
    buckets.insert(padded);
  }
  EXPECT_LT(buckets.size(), 200U);
  EXPECT_EQ(PaddedSize(0), 4'096U);
  EXPECT_EQ(PaddedSize(4'095), 4'096U);
}

/// Removes the padding of what comes in pieces of that many bytes.
Bytes WithoutPadding(ByteView padded, size_t piece) {
  Bytes out;
  const StreamSink sink = [&out](ByteView more) {
    Append(out, more);
    return OkStatus();
  };
  PaddingRemover remover(sink);
  for (size_t at = 0; at < padded.size(); at += piece) {
    EXPECT_TRUE(remover.Take(padded.subspan(at).first(std::min(piece, padded.size() - at))).ok());
  }
  EXPECT_TRUE(remover.Finish().ok());
  return out;
}

TEST(StreamPadding, ContentComesBackHoweverItIsCutAndWhateverItEndsIn) {
  for (const std::string& end : {std::string(),
                                 std::string("\x80", 1),
                                 std::string(9, '\0'),
                                 std::string("\x80\0\0", 3),
                                 std::string("x")}) {
    for (const size_t size : {0U, 1U, 4'095U, 4'096U, 20'000U}) {
      Bytes content(size, 7);
      Append(content, AsBytes(end));
      const Bytes padded = Padded(content);
      EXPECT_EQ(padded.size(), PaddedSize(content.size()));
      EXPECT_EQ(*ContentSize(padded), content.size());
      for (const size_t piece : {1U, 3U, 4'096U, 100'000U}) {
        ASSERT_EQ(WithoutPadding(padded, piece), content);
      }
    }
  }
}

TEST(StreamPadding, WhatIsNotPaddedAsWeDoIsCorrupt) {
  EXPECT_EQ(ContentSize({}).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(ContentSize(Bytes(4'096, 0)).status().code(), StatusCode::kCorrupt);
  Bytes longer = Padded(Bytes(10, 7));
  longer.push_back(0);
  EXPECT_EQ(ContentSize(longer).status().code(), StatusCode::kCorrupt);
  const StreamSink sink = [](ByteView) { return OkStatus(); };
  PaddingRemover remover(sink);
  ASSERT_TRUE(remover.Take(longer).ok());
  EXPECT_EQ(remover.Finish().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
