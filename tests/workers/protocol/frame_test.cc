#include "workers/protocol/frame.h"

#include <stdlib.h>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::workers {
namespace {

std::vector<Message> OneOfEach() {
  Leases leases;
  leases.leases.push_back({7, "run/step/3", 2, 60'000, ToBytes(std::string("key\0bytes", 9))});
  Failed failed;
  failed.failures.push_back({9, Denied("no").WithDiagnostic("SIG-3003").WithRemedy("ask")});
  return {Register{"w1", 0xffff'ffff'ffff'fff0U, 4, {1, 2, 3}, "0.1.0", {}},
          Welcome{500, 2'500},
          Credits{3},
          leases,
          Started{{7}},
          Heartbeat{{{7, 0.25, 1'200}}, {8, 9}},
          Completed{{{7, ToBytes("result")}}},
          failed,
          Ack{{7, 8}},
          Revoke{{9}, "cancelled"},
          Drain{},
          Bye{"drained", true},
          LogLines{{{7, 1, "input opened", R"({"pieces":16})", 3}}}};
}

TEST(Frame, EveryMessageComesBackAsItWas) {
  const std::vector<Message> messages = OneOfEach();
  ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
  for (size_t i = 0; i < messages.size(); ++i) {
    SCOPED_TRACE(i);
    const auto bytes = EncodeFrame({42, i, messages[i]});
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ((*bytes)[4], i + 1) << "the type is the message's place";
    const auto frame = DecodeFrame(*bytes);
    ASSERT_TRUE(frame.ok()) << frame.status().message();
    EXPECT_EQ(frame->fence, 42U);
    EXPECT_EQ(frame->seq, i);
    EXPECT_EQ(frame->message.index(), i);
    // The fields came through if they encode to the same bytes again.
    EXPECT_TRUE(*EncodeFrame(*frame) == *bytes);
  }
}

TEST(Frame, TheHeaderIsAsDocumentedByteByByte) {
  const auto bytes = EncodeFrame({0x0102030405060708U, 0x1112131415161718U, Drain{}});
  EXPECT_EQ(ToHex(*bytes),
            "535700010b"
            "0102030405060708"
            "1112131415161718"
            "00");
}

/// The frames of version 1 as they were when it was released: each version after it must read them
/// (P9). SIGNET_UPDATE_GOLDEN=1 writes those of messages that are new; recorded ones never change.
TEST(Frame, TheRecordedFramesOfEachReleaseAreStillRead) {
  const std::string path = "tests/golden/workers/frames_v1.txt";
  const Result<Bytes> golden = ReadFile(path);
  std::string recorded = golden.ok() ? std::string(AsText(*golden)) : std::string();
  std::vector<std::string> lines = Split(recorded, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  const std::vector<Message> messages = OneOfEach();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  for (size_t i = lines.size(); ::getenv("SIGNET_UPDATE_GOLDEN") != nullptr && i < messages.size();
       ++i) {
    lines.push_back(ToHex(*EncodeFrame({42, i, messages[i]})));
    recorded += lines.back() + "\n";
    ASSERT_TRUE(WriteFileAtomically(path, AsBytes(recorded), 0644).ok());
  }
  ASSERT_EQ(lines.size(), messages.size()) << path << ": run with SIGNET_UPDATE_GOLDEN=1";
  for (size_t i = 0; i < lines.size(); ++i) {
    SCOPED_TRACE(i);
    const Result<Bytes> bytes = FromHex(lines[i]);
    ASSERT_TRUE(bytes.ok());
    const Result<Frame> frame = DecodeFrame(*bytes);
    ASSERT_TRUE(frame.ok()) << frame.status().message();
    EXPECT_EQ(frame->message.index(), i);
    EXPECT_EQ(ToHex(*EncodeFrame(*frame)), ToHex(*EncodeFrame({42, i, messages[i]})));
  }
}

TEST(Frame, AFieldOfTheNextVersionIsPassedOver) {
  for (const Message& message : OneOfEach()) {
    const Bytes plain = *EncodeFrame({1, 2, message});
    Bytes next = plain;
    next.pop_back();
    const Bytes field = {0x08, 0x70, 0x01, 0x00, 0x00, 0x00, 0x2a, 0x00};
    next.insert(next.end(), field.begin(), field.end());
    const Result<Frame> frame = DecodeFrame(next);
    ASSERT_TRUE(frame.ok()) << frame.status().message();
    EXPECT_EQ(ToHex(*EncodeFrame(*frame)), ToHex(plain));
  }
}

TEST(Frame, AnyCutIsCorrupt) {
  for (const Message& message : OneOfEach()) {
    const Bytes bytes = *EncodeFrame({1, 1, message});
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(DecodeFrame(ByteView(bytes).first(size)).status().code(), StatusCode::kCorrupt);
    }
  }
}

TEST(Frame, BytesBehindTheMessageAreCorrupt) {
  Bytes bytes = *EncodeFrame({1, 1, Ack{{1}}});
  bytes.push_back(0);
  EXPECT_EQ(DecodeFrame(bytes).status().code(), StatusCode::kCorrupt);
}

TEST(Frame, AnotherVersionIsInvalidAndAnotherProtocolCorrupt) {
  Bytes bytes = *EncodeFrame({1, 1, Drain{}});
  bytes[3] = 9;
  EXPECT_EQ(DecodeFrame(bytes).status().code(), StatusCode::kInvalid);
  bytes[0] = 'X';
  EXPECT_EQ(DecodeFrame(bytes).status().code(), StatusCode::kCorrupt);
}

TEST(Frame, GarbageAndFlippedBitsNeverCrashAndNeverPassAsAnotherType) {
  SeededEntropy dice(1);
  for (int i = 0; i < 30'000; ++i) {
    const std::vector<Message> messages = OneOfEach();
    const size_t which = dice.Next() % messages.size();
    Bytes bytes = *EncodeFrame({1, 1, messages[which]});
    for (uint64_t flips = 1 + dice.Next() % 4; flips > 0; --flips) {
      bytes[dice.Next() % bytes.size()] ^= static_cast<uint8_t>(1U << (dice.Next() % 8));
    }
    const auto frame = DecodeFrame(bytes);
    if (!frame.ok()) {
      const StatusCode code = frame.status().code();
      EXPECT_TRUE(code == StatusCode::kCorrupt || code == StatusCode::kInvalid);
    } else {
      EXPECT_EQ(frame->message.index() + 1, bytes[4]);
    }
    Bytes garbage(dice.Next() % 200);
    dice.Fill(garbage);
    const Bytes header = *EncodeFrame({1, 1, Drain{}});
    Bytes body(header.begin(), header.begin() + kFrameHeaderBytes);
    body[4] = static_cast<uint8_t>(1 + dice.Next() % messages.size());
    Append(body, garbage);
    static_cast<void>(DecodeFrame(body));
  }
}

TEST(Frame, AListThatClaimsToBeHugeIsRefusedWithoutTheMemory) {
  // Ack with field 1, list of i64, 2^31 - 1 elements.
  Bytes bytes = *EncodeFrame({1, 1, Ack{}});
  bytes.resize(kFrameHeaderBytes);
  Append(bytes,
         *FromHex("0f0001"
                  "0a"
                  "7fffffff"));
  EXPECT_EQ(DecodeFrame(bytes).status().code(), StatusCode::kCorrupt);
}

TEST(Frame, LimitsAreEnforcedWhereFramesAreMade) {
  Ack ack;
  ack.fences.resize(kItemsMax + 1);
  EXPECT_EQ(EncodeFrame({1, 1, ack}).status().code(), StatusCode::kExhausted);
  Completed large;
  large.completions.push_back({1, Bytes(kFrameBytesMax)});
  EXPECT_EQ(EncodeFrame({1, 1, large}).status().code(), StatusCode::kExhausted);
}

TEST(Frame, ImpossibleNumbersAreCorrupt) {
  for (const Message& message : {Message(Register{"w", 1, -1, {}, "", {}}),
                                 Message(Credits{-5}),
                                 Message(Heartbeat{{{1, 1.5, 0}}, {}}),
                                 Message(Welcome{0, 0})}) {
    EXPECT_EQ(DecodeFrame(*EncodeFrame({1, 1, message})).status().code(), StatusCode::kCorrupt);
  }
}

}  // namespace
}  // namespace signet::workers
