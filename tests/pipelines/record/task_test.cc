#include "pipelines/record/task.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

Stream SomeStream(const std::string& dek) {
  Stream stream;
  stream.columns = {"subject", "amount"};
  stream.header_digest = std::string(64, 'a');
  stream.blob_digest = std::string(64, 'b');
  stream.bytes = 1234;
  stream.dek = DekId(dek);
  return stream;
}

Piece SomePiece() {
  Piece piece;
  piece.dataset = "orders";
  piece.kind = DatasetKind::kGoverned;
  piece.partition = 3;
  piece.producer = "run/gate.orders/1";
  piece.rows = 99;
  piece.streams = {SomeStream("dek-1")};
  return piece;
}

TaskAssignment SomeTask() {
  TaskAssignment task;
  task.spec.run = "r1";
  task.spec.step = "history";
  task.spec.index = 3;
  task.spec.attempt = 2;
  task.spec.op = "features";
  task.spec.options = Json::Of({{"cutoff", "as_of"}});
  task.spec.purpose = "analytics.churn";
  task.spec.as_of = Timestamp{1'767'225'600'000'000};
  task.spec.seed = 0xFFFF'FFFF'FFFF'FFF0U;  // beyond int64
  task.spec.partition = 3;
  task.spec.partitions = 8;
  task.spec.plan_digest = std::string(64, 'c');
  task.spec.operator_digest = std::string(64, 'd');
  task.spec.blobs = "file:/somewhere/blobs";
  TaskInput input;
  input.name = "orders";
  input.schema.columns = {{"subject", ColumnType::kUuid, {}}, {"at", ColumnType::kTimestamp, {}}};
  input.pieces = {SomePiece()};
  input.subjects_filtered = true;
  input.allowed = {{3, SomeStream("dek-2")}};
  input.before_column = "at";
  input.before = Timestamp{42};
  task.spec.inputs = {input};
  TaskOutput output;
  output.name = "out";
  output.dataset = "history";
  output.kind = DatasetKind::kFeatures;
  output.schema.columns = {{"subject", ColumnType::kUuid, {}}};
  output.partitioned = true;
  output.deks = {{OutputKey(3, policies::LabelClass::kOrdinary), DekId("dek-3")}};
  task.spec.outputs = {output};
  task.spec.suppression = SomeStream("dek-4");
  task.lease.deks.emplace(DekId("dek-1"), SecretBytes::CopyOf(ToBytes("one")));
  task.lease.deks.emplace(DekId("dek-3"), SecretBytes::CopyOf(ToBytes("three")));
  task.lease.keys.emplace("digest", SecretBytes::CopyOf(ToBytes("digest")));
  return task;
}

TaskResult SomeResult() {
  TaskResult result;
  result.outputs["out"] = {SomePiece(), SomePiece()};
  result.facts = {{2, 17, SomeStream("dek-5")}};
  result.figures = Json::Of({{"auc", 0.75}});
  result.rows = 198;
  result.extra = Json::Of({{"snapshot", "loyalty"}});
  return result;
}

bool IsRefusal(const Status& status) {
  return status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kInvalid;
}

TEST(TaskAssignment, SurvivesTheWire) {
  const Bytes bytes = SomeTask().Encode();
  const Result<TaskAssignment> decoded = TaskAssignment::Decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_EQ(decoded->Encode(), bytes);
  EXPECT_EQ(decoded->spec.seed, 0xFFFF'FFFF'FFFF'FFF0U);
  EXPECT_EQ(decoded->spec.as_of.micros, 1'767'225'600'000'000);
  ASSERT_EQ(decoded->spec.inputs.size(), 1U);
  const TaskInput& input = decoded->spec.inputs[0];
  EXPECT_TRUE(input.subjects_filtered);
  EXPECT_EQ(input.allowed.at(0).partition, 3);
  EXPECT_EQ(input.before, Timestamp{42});
  EXPECT_EQ(input.pieces.at(0).streams.at(0).dek.text(), "dek-1");
  ASSERT_TRUE(decoded->spec.suppression.has_value());
  EXPECT_EQ(decoded->spec.suppression->dek.text(), "dek-4");
  ASSERT_TRUE(decoded->lease.Dek(DekId("dek-3")).ok());
  EXPECT_EQ(AsText((*decoded->lease.Dek(DekId("dek-3")))->ExposeSecret()), "three");
}

TEST(TaskAssignment, OptionalPartsStayAbsent) {
  TaskAssignment task = SomeTask();
  task.spec.suppression.reset();
  task.spec.inputs[0].before.reset();
  const Result<TaskAssignment> decoded = TaskAssignment::Decode(task.Encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_FALSE(decoded->spec.suppression.has_value());
  EXPECT_FALSE(decoded->spec.inputs[0].before.has_value());
}

TEST(TaskAssignment, KeysNeverEnterTheSpecificationsText) {
  TaskAssignment task = SomeTask();
  const Bytes with = task.Encode();
  task.lease = TaskLease();
  const Bytes without = task.Encode();
  EXPECT_EQ(AsText(without).find("three"), std::string_view::npos);
  EXPECT_NE(AsText(with).find("three"), std::string_view::npos);
}

TEST(TaskAssignment, EveryTruncationIsRefused) {
  const Bytes bytes = SomeTask().Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Result<TaskAssignment> decoded = TaskAssignment::Decode(ByteView(bytes).first(size));
    ASSERT_FALSE(decoded.ok()) << "the first " << size << " bytes";
    ASSERT_TRUE(IsRefusal(decoded.status())) << decoded.status().ToString();
  }
}

TEST(TaskAssignment, TrailingBytesAreRefused) {
  Bytes bytes = SomeTask().Encode();
  bytes.push_back(0);
  EXPECT_EQ(TaskAssignment::Decode(bytes).status().code(), StatusCode::kCorrupt);
}

TEST(TaskAssignment, AnAbsurdNumberOfKeysIsRefusedBeforeAnyIsRead) {
  Bytes bytes;
  AppendField(bytes, "{}");
  AppendU32(bytes, 0xFFFF'FFFF);
  EXPECT_TRUE(IsRefusal(TaskAssignment::Decode(bytes).status()));
}

TEST(TaskAssignment, ASpecificationThatIsNoObjectIsRefused) {
  for (const char* text : {"null", "[]", "7", "\"x\"", "{}", "{\"run\":7}"}) {
    Bytes bytes;
    AppendField(bytes, text);
    AppendU32(bytes, 0);
    AppendU32(bytes, 0);
    const Result<TaskAssignment> decoded = TaskAssignment::Decode(bytes);
    ASSERT_FALSE(decoded.ok()) << text;
    EXPECT_TRUE(IsRefusal(decoded.status())) << decoded.status().ToString();
  }
}

/// Decodes 20,000 damaged messages; each is refused, or reads as a message that encodes again.
template <typename Message>
void DamageAndDecode(const Bytes& whole, uint64_t seed) {
  SeededEntropy dice(seed);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = whole;
    const uint64_t changes = 1 + dice.Next() % 4;
    for (uint64_t i = 0; i < changes; ++i) {
      const size_t at = dice.Next() % bytes.size();
      switch (dice.Next() % 3) {
        case 0:
          bytes[at] = static_cast<uint8_t>(dice.Next());
          break;
        case 1:
          bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        default:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                       static_cast<uint8_t>(dice.Next()));
      }
    }
    const Result<Message> decoded = Message::Decode(bytes);
    if (decoded.ok()) {
      ASSERT_TRUE(Message::Decode(decoded->Encode()).ok()) << "round " << round;
    } else {
      ASSERT_TRUE(IsRefusal(decoded.status())) << decoded.status().ToString();
    }
  }
}

TEST(TaskAssignment, DamageIsRefusedOrHarmless) {
  DamageAndDecode<TaskAssignment>(SomeTask().Encode(), 1);
}

TEST(TaskResult, DamageIsRefusedOrHarmless) {
  DamageAndDecode<TaskResult>(SomeResult().Encode(), 2);
}

TEST(TaskResult, SurvivesTheWire) {
  const Bytes bytes = SomeResult().Encode();
  const Result<TaskResult> decoded = TaskResult::Decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_EQ(decoded->Encode(), bytes);
  EXPECT_EQ(decoded->outputs.at("out").size(), 2U);
  EXPECT_EQ(decoded->facts.at(0).facts, 17U);
  EXPECT_EQ(decoded->rows, 198U);
  EXPECT_EQ(decoded->figures["auc"].AsDouble(), 0.75);
}

TEST(TaskResult, EveryTruncationIsRefused) {
  const Bytes bytes = SomeResult().Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Result<TaskResult> decoded = TaskResult::Decode(ByteView(bytes).first(size));
    ASSERT_FALSE(decoded.ok()) << "the first " << size << " bytes";
    ASSERT_TRUE(IsRefusal(decoded.status())) << decoded.status().ToString();
  }
}

TEST(TaskResult, WhatIsNoResultIsRefused) {
  for (const char* text : {"null", "[]", "7", "{}", "{\"outputs\":[]}"}) {
    const Result<TaskResult> decoded = TaskResult::Decode(ToBytes(text));
    ASSERT_FALSE(decoded.ok()) << text;
    EXPECT_TRUE(IsRefusal(decoded.status())) << decoded.status().ToString();
  }
}

TEST(TaskLease, AKeyThatWasNotLeasedIsDeniedByName) {
  const TaskAssignment task = SomeTask();
  const Status dek = task.lease.Dek(DekId("dek-9")).status();
  EXPECT_EQ(dek.code(), StatusCode::kDenied);
  EXPECT_NE(dek.message().find("dek-9"), std::string::npos);
  const Status key = task.lease.Key("link").status();
  EXPECT_EQ(key.code(), StatusCode::kDenied);
  EXPECT_NE(key.message().find("link"), std::string::npos);
}

TEST(TaskSpec, NamesItsProducerAndItsContext) {
  const TaskSpec spec = SomeTask().spec;
  EXPECT_EQ(spec.Producer(), "r1/history/3");
  EXPECT_EQ(spec.Context().as_of, spec.as_of);
  EXPECT_EQ(spec.Context().partition, 3);
  EXPECT_EQ(spec.Context().partitions, 8);
  EXPECT_EQ(spec.Context().seed, spec.seed);
}

}  // namespace
}  // namespace signet::pipelines
