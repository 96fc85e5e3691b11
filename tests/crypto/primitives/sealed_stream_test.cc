#include "crypto/primitives/sealed_stream.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;

constexpr size_t kChunk = kStreamChunkBytes;
const ByteView kContext = AsBytes("manifest digest");  // NOLINT(cert-err58-cpp)

Bytes Random(SeededEntropy& entropy, size_t size) {
  Bytes bytes(size);
  entropy.Fill(bytes);
  return bytes;
}

/// Every length near the first three chunk boundaries, and some beyond.
std::vector<size_t> LengthsAroundBoundaries() {
  std::vector<size_t> lengths;
  for (size_t chunks = 0; chunks <= 3; ++chunks) {
    for (size_t at = chunks * kChunk; at <= chunks * kChunk + 18; ++at) lengths.push_back(at);
    for (size_t back = 1; back <= 18 && chunks > 0; ++back) {
      lengths.push_back(chunks * kChunk - back);
    }
  }
  lengths.push_back(10 * kChunk + 77);
  return lengths;
}

/// A fixed salt, to reproduce what another implementation sealed.
class FixedEntropy final : public Entropy {
 public:
  explicit FixedEntropy(Bytes bytes) : bytes_(std::move(bytes)) {}
  void Fill(ByteSpan out) override {
    CHECK(out.size() == bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  Bytes bytes_;
};

// Vectors 1, 2, 3 and 6 of C2SP/wycheproof c2sp_chunked_encryption_aes_256_gcm_test.json
// (Apache-2.0), made with filippo.io/cobblestone. Their full chunks are those whose ciphertext is
// all zeros, so that they can be written down here.
TEST(SealedStream, OpensAndMakesWhatTheC2spImplementationMade) {
  struct Case {
    int id;
    std::string head;
    size_t zeros;
    std::string tail;
    size_t plain;
  };
  const std::vector<Case> cases = {
      {1,
       "43a2e39431cbae0389d3fc86adf46f7c3a24de88d9311617e53f3164cc1d5dc738a66b97f0bf786565c31799c2f"
       "4"
       "63d50a7e10046011dc6fc3c939e3a5db7affb6191551669554fb",
       0,
       "",
       0},
      {2,
       "a1a1b56f6db58cd1ede0c5c9db62aef20d3f96a6c594bb9252bb38122de91236502b42a1d7fcab820ffa292940d"
       "2"
       "f86add212cfa42c38df19d3cc9139ee61a5990d3db57433514229beea49a8a72bd",
       0,
       "",
       7},
      {3,
       "b9eca7d48b49c76acc0a10833699035db2160b30af69f8844cc09e21ccb4f537032c8fbf2392e57a192821e903f"
       "c"
       "d16e8508884f64f8c4b2",
       kChunk,
       "0d3065f8fbdbb7864988647a1f996f74002d3c1b8479b72d9039922affeee6e704",
       kChunk + 1},
      {6,
       "aa61a95ab04aa5eac4ecd9e83ef47f88dd07fdc07e38b6c9d77ec3c07801fc40bec0e07020a0d36d3e6e6354833"
       "c"
       "21301d52a32cffe087df",
       kChunk,
       "31454358e7e1032d5bb622de82a8bf9b3dca8e38cc0b8942d7eb1f5ef9a56d7b",
       kChunk}};
  const SecretBytes input_key =
      SecretBytes::CopyOf(Hex("59454c4c4f57205355424d4152494e452059454c4c4f57205355424d4152494e"));
  for (const Case& c : cases) {
    SCOPED_TRACE(c.id);
    Bytes sealed = Hex(c.head);
    sealed.resize(sealed.size() + c.zeros);
    Append(sealed, Hex(c.tail));
    const auto plain = OpenStream(input_key, {}, sealed);
    ASSERT_TRUE(plain.ok()) << plain.status().message();
    EXPECT_EQ(plain->size(), c.plain);
    FixedEntropy salt(Bytes(sealed.begin(), sealed.begin() + 24));
    EXPECT_EQ(*SealStream(input_key, salt, {}, *plain), sealed);
  }
}

TEST(SealedStream, EveryLengthAroundTheBoundariesRoundTrips) {
  SeededEntropy entropy(20);
  const SecretBytes key = entropy.RandomSecret(32);
  for (const size_t size : LengthsAroundBoundaries()) {
    const Bytes plain = Random(entropy, size);
    const Bytes sealed = *SealStream(key, entropy, kContext, plain);
    ASSERT_EQ(sealed.size(), SealedStreamSize(size));
    ASSERT_EQ(*PlainStreamSize(sealed.size()), size);
    ASSERT_EQ(*OpenStream(key, kContext, sealed), plain) << size;
  }
}

TEST(SealedStream, TruncationAtEveryByteOfAShortStreamIsCorrupt) {
  SeededEntropy entropy(21);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes sealed = *SealStream(key, entropy, kContext, Random(entropy, 300));
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_EQ(OpenStream(key, kContext, ByteView(sealed).first(size)).status().code(),
              StatusCode::kCorrupt)
        << size;
  }
}

TEST(SealedStream, TruncationAroundEveryChunkBoundaryIsCorrupt) {
  SeededEntropy entropy(22);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes sealed = *SealStream(key, entropy, kContext, Random(entropy, 3 * kChunk + 5));
  for (size_t k = 0; k <= 3; ++k) {
    const size_t boundary = kStreamHeaderBytes + k * kSealedChunkBytes;
    for (size_t size = boundary - 20; size <= boundary + 20 && size < sealed.size(); ++size) {
      ASSERT_EQ(OpenStream(key, kContext, ByteView(sealed).first(size)).status().code(),
                StatusCode::kCorrupt)
          << size;
    }
  }
}

TEST(SealedStream, SwappedRepeatedDroppedAndAppendedChunksAreCorrupt) {
  SeededEntropy entropy(23);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes sealed = *SealStream(key, entropy, kContext, Random(entropy, 3 * kChunk + 5));
  const auto chunk = [&sealed](size_t k) {
    return sealed.begin() + static_cast<std::ptrdiff_t>(kStreamHeaderBytes + k * kSealedChunkBytes);
  };
  Bytes swapped = sealed;
  std::swap_ranges(swapped.begin() + (chunk(0) - sealed.begin()),
                   swapped.begin() + (chunk(1) - sealed.begin()),
                   swapped.begin() + (chunk(1) - sealed.begin()));
  Bytes repeated(sealed.begin(), chunk(1));
  repeated.insert(repeated.end(), chunk(0), sealed.end());
  Bytes dropped(sealed.begin(), chunk(1));
  dropped.insert(dropped.end(), chunk(2), sealed.end());
  Bytes longer = sealed;
  longer.insert(longer.end(), chunk(3), sealed.end());
  Bytes one_more = sealed;
  one_more.push_back(0);
  for (const Bytes& changed : {swapped, repeated, dropped, longer, one_more}) {
    EXPECT_EQ(OpenStream(key, kContext, changed).status().code(), StatusCode::kCorrupt);
  }
}

TEST(SealedStream, AChunkOfAnotherStreamUnderTheSameKeyIsCorrupt) {
  SeededEntropy entropy(24);
  const SecretBytes key = entropy.RandomSecret(32);
  Bytes one = *SealStream(key, entropy, kContext, Random(entropy, kChunk + 5));
  const Bytes two = *SealStream(key, entropy, kContext, Random(entropy, kChunk + 5));
  std::copy(two.begin() + kStreamHeaderBytes,
            two.begin() + kStreamHeaderBytes + kSealedChunkBytes,
            one.begin() + kStreamHeaderBytes);
  EXPECT_EQ(OpenStream(key, kContext, one).status().code(), StatusCode::kCorrupt);
}

TEST(SealedStream, AnyChangedByteIsCorrupt) {
  SeededEntropy entropy(25);
  const SecretBytes key = entropy.RandomSecret(32);
  Bytes sealed = *SealStream(key, entropy, kContext, Random(entropy, 100));
  for (size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] = static_cast<uint8_t>(sealed[i] ^ 0x80);
    ASSERT_EQ(OpenStream(key, kContext, sealed).status().code(), StatusCode::kCorrupt) << i;
    sealed[i] = static_cast<uint8_t>(sealed[i] ^ 0x80);
  }
}

TEST(SealedStream, WrongContextOrKeyIsRefusedByTheCommitmentBeforeAnyChunk) {
  SeededEntropy entropy(26);
  const SecretBytes key = entropy.RandomSecret(32);
  Bytes sealed = *SealStream(key, entropy, kContext, Random(entropy, 100));
  const auto is_commitment = [](const Status& status) {
    return status.code() == StatusCode::kCorrupt &&
           status.message().find("another key or context") != std::string::npos;
  };
  EXPECT_TRUE(is_commitment(OpenStream(key, AsBytes("manifest digesT"), sealed).status()));
  EXPECT_TRUE(is_commitment(OpenStream(key, {}, sealed).status()));
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(is_commitment(OpenStream(entropy.RandomSecret(32), kContext, sealed).status()));
  }
  sealed[30] = static_cast<uint8_t>(sealed[30] ^ 1);
  EXPECT_TRUE(is_commitment(OpenStream(key, kContext, sealed).status()));
}

TEST(SealedStream, ASecondKeyNeverOpensEvenWithItsOwnCommitmentPastedIn) {
  SeededEntropy entropy(27);
  const SecretBytes one = entropy.RandomSecret(32);
  const SecretBytes two = entropy.RandomSecret(32);
  const Bytes sealed = *SealStream(one, entropy, kContext, AsBytes("text"));
  // The adversary knows key two and writes its header (same salt) before one's chunks.
  FixedEntropy salt(Bytes(sealed.begin(), sealed.begin() + 24));
  Bytes forged = *SealStream(two, salt, kContext, AsBytes("text"));
  std::copy(sealed.begin() + kStreamHeaderBytes, sealed.end(), forged.begin() + kStreamHeaderBytes);
  EXPECT_FALSE(OpenStream(one, kContext, forged).ok());
  EXPECT_FALSE(OpenStream(two, kContext, forged).ok());
}

TEST(SealedStream, TwoSealingsOfTheSameTextShareNothing) {
  SeededEntropy entropy(28);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes plain(200, 7);
  const Bytes one = *SealStream(key, entropy, kContext, plain);
  const Bytes two = *SealStream(key, entropy, kContext, plain);
  EXPECT_FALSE(std::equal(one.begin(), one.begin() + 24, two.begin()));
  EXPECT_FALSE(std::equal(one.begin() + 56, one.begin() + 88, two.begin() + 56));
}

TEST(StreamSealer, AppendingInPiecesOfAnySizeGivesTheSameBytes) {
  SeededEntropy entropy(29);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes salt = Random(entropy, 24);
  for (const size_t size : {0U, 5U, 16384U, 40000U, 49152U}) {
    const Bytes plain = Random(entropy, size);
    FixedEntropy fixed(salt);
    const Bytes whole = *SealStream(key, fixed, kContext, plain);
    for (const size_t piece : {1U, 1000U, 16383U, 16384U, 16385U, 100000U}) {
      Bytes out;
      StreamSealer sealer(key, fixed, kContext, [&out](ByteView bytes) {
        Append(out, bytes);
        return OkStatus();
      });
      for (size_t at = 0; at < plain.size(); at += piece) {
        ASSERT_TRUE(
            sealer.Append(ByteView(plain).subspan(at, std::min(piece, plain.size() - at))).ok());
      }
      ASSERT_TRUE(sealer.Finish().ok());
      ASSERT_EQ(out, whole) << size << " in pieces of " << piece;
    }
  }
}

TEST(StreamSealer, PassesOnWhatItsSinkSays) {
  SeededEntropy entropy(30);
  StreamSealer sealer(
      entropy.RandomSecret(32), entropy, {}, [](ByteView) { return Unavailable("disk full"); });
  EXPECT_TRUE(sealer.Append(AsBytes("short")).ok());
  EXPECT_EQ(sealer.Finish().code(), StatusCode::kUnavailable);
}

TEST(StreamOpener, OpensAnyChunkAloneAndKnowsTheLast) {
  SeededEntropy entropy(31);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes plain = Random(entropy, 2 * kChunk + 9);
  const Bytes sealed = *SealStream(key, entropy, kContext, plain);
  const ByteView view(sealed);
  const auto opener = StreamOpener::Create(key, kContext, view.first(kStreamHeaderBytes));
  ASSERT_TRUE(opener.ok());
  const ByteView last = view.subspan(kStreamHeaderBytes + 2 * kSealedChunkBytes);
  const ByteView second = view.subspan(kStreamHeaderBytes + kSealedChunkBytes, kSealedChunkBytes);
  EXPECT_EQ(*opener->Chunk(2, last, true), Bytes(plain.begin() + 2 * kChunk, plain.end()));
  EXPECT_EQ(*opener->Chunk(1, second, false),
            Bytes(plain.begin() + kChunk, plain.begin() + 2 * kChunk));
  EXPECT_FALSE(opener->Chunk(1, second, true).ok()) << "the stream would be cut after a full chunk";
  EXPECT_FALSE(opener->Chunk(2, last, false).ok());
  EXPECT_FALSE(opener->Chunk(0, second, false).ok()) << "moved";
  EXPECT_FALSE(opener->Chunk(2, last.first(15), true).ok());
  EXPECT_FALSE(opener->Chunk(uint64_t{1} << 38, second, false).ok());
  EXPECT_FALSE(StreamOpener::Create(key, kContext, view.first(55)).ok());
}

TEST(OpenStreamTo, GivesTheSameAsOpenStreamAndFailsAtACutInTheEnd) {
  SeededEntropy entropy(32);
  const SecretBytes key = entropy.RandomSecret(32);
  const Bytes plain = Random(entropy, 2 * kChunk + 9);
  const Bytes sealed = *SealStream(key, entropy, kContext, plain);
  Bytes out;
  const StreamSink sink = [&out](ByteView bytes) {
    Append(out, bytes);
    return OkStatus();
  };
  EXPECT_TRUE(OpenStreamTo(key, kContext, sealed, sink).ok());
  EXPECT_EQ(out, plain);
  EXPECT_EQ(
      OpenStreamTo(key, kContext, ByteView(sealed).first(56 + 2 * kSealedChunkBytes), sink).code(),
      StatusCode::kCorrupt);
  EXPECT_EQ(OpenStreamTo(key, kContext, sealed, [](ByteView) { return Cancelled("stop"); }).code(),
            StatusCode::kCancelled);
}

TEST(SealedStream, AKeyOfAnotherSizeIsRefused) {
  SeededEntropy entropy(33);
  EXPECT_EQ(SealStream(entropy.RandomSecret(31), entropy, {}, {}).status().code(),
            StatusCode::kInvalid);
  EXPECT_EQ(OpenStream(entropy.RandomSecret(16), {}, Bytes(100)).status().code(),
            StatusCode::kInvalid);
}

TEST(SealedStream, CountsTheCallsUnderItsKeyAndStopsHardBeforeTheLimit) {
  static_assert(kSealCallsMax < (uint64_t{1} << 32));
  SeededEntropy entropy(5);
  const SecretBytes key = entropy.RandomSecret(32);
  size_t pieces = 0;
  const auto count = [&pieces](ByteView) {
    ++pieces;
    return OkStatus();
  };
  StreamSealer sealer(key, entropy, kContext, count, /*calls_max=*/3);
  const Bytes three = Random(entropy, 3 * kChunk);
  ASSERT_TRUE(sealer.Append(three).ok());
  EXPECT_EQ(sealer.calls(), 3U);
  EXPECT_EQ(pieces, 3U);
  // The fourth chunk, be it the empty last one, is never sealed.
  EXPECT_EQ(sealer.Finish().code(), StatusCode::kExhausted);
  EXPECT_EQ(sealer.calls(), 3U);
  EXPECT_EQ(pieces, 3U);

  StreamSealer fits(key, entropy, kContext, count, /*calls_max=*/3);
  ASSERT_TRUE(fits.Append(ByteView(three).first(2 * kChunk + 5)).ok());
  EXPECT_TRUE(fits.Finish().ok());
  EXPECT_EQ(fits.calls(), 3U);
}

}  // namespace
}  // namespace signet::crypto
