#include "pipelines/record/dataset.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

std::array<uint8_t, 32> Row(uint8_t first, uint8_t last) {
  std::array<uint8_t, 32> row{};
  row.front() = first;
  row.back() = last;
  return row;
}

std::string Zeros(size_t n) {
  return std::string(n, '0');
}

TEST(MultisetDigest, AddsBigEndianNumbersAndCounts) {
  MultisetDigest digest;
  digest.Add(Row(0, 1));
  digest.Add(Row(0, 255));
  EXPECT_EQ(digest.Hex(), Zeros(60).append("01000000000000000002"));
}

TEST(MultisetDigest, CarriesThroughEveryWordAndWrapsAt256Bits) {
  std::array<uint8_t, 32> all{};
  all.fill(0xff);
  MultisetDigest digest;
  digest.Add(all);
  digest.Add(Row(0, 2));
  EXPECT_EQ(digest.Hex(), Zeros(62).append("010000000000000002"));
}

TEST(MultisetDigest, DoesNotDependOnOrderOrGrouping) {
  MultisetDigest whole;
  MultisetDigest left;
  MultisetDigest right;
  for (uint8_t i = 0; i < 200; ++i) {
    whole.Add(Row(i, static_cast<uint8_t>(i * 7)));
    (i % 3 == 0 ? left : right).Add(Row(i, static_cast<uint8_t>(i * 7)));
  }
  right.Merge(left);
  EXPECT_EQ(whole, right);
}

TEST(MultisetDigest, TellsARowTwiceFromARowOnce) {
  MultisetDigest once;
  once.Add(Row(1, 1));
  MultisetDigest twice = once;
  twice.Add(Row(1, 1));
  EXPECT_NE(once.Hex(), twice.Hex());
}

TEST(MultisetDigest, ReadsWhatItWroteAndNothingElse) {
  MultisetDigest digest;
  digest.Add(Row(200, 3));
  EXPECT_EQ(MultisetDigest::FromHex(digest.Hex()).value(), digest);
  EXPECT_EQ(MultisetDigest::FromHex("").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(MultisetDigest::FromHex(std::string(80, 'g')).status().code(), StatusCode::kCorrupt);
}

TEST(Schema, SurvivesJson) {
  Schema schema;
  schema.columns = {{"subject", ColumnType::kUuid, {}}, {"amount", ColumnType::kDecimal, {}}};
  schema.columns[1].label.label_class = policies::LabelClass::kSensitive;
  EXPECT_EQ(Schema::FromJson(schema.ToJson()).value(), schema);
}

TEST(Schema, RefusesAColumnTwice) {
  Schema schema;
  schema.columns = {{"a", ColumnType::kText, {}}, {"a", ColumnType::kText, {}}};
  EXPECT_EQ(Schema::FromJson(schema.ToJson()).status().code(), StatusCode::kInvalid);
}

TEST(Schema, SelectsInTheOrderAskedFor) {
  Schema schema;
  schema.columns = {{"a", ColumnType::kText, {}}, {"b", ColumnType::kBool, {}}};
  const Schema selected = schema.Select({"b", "a"}).value();
  EXPECT_EQ(selected.Names(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(schema.Select({"c"}).status().code(), StatusCode::kNotFound);
}

TEST(Piece, SurvivesJson) {
  Piece piece;
  piece.dataset = "orders";
  piece.kind = DatasetKind::kGoverned;
  piece.partition = 3;
  piece.producer = "run/gate/3";
  piece.rows = 7;
  piece.content = MultisetDigest().Hex();
  piece.streams.push_back({policies::LabelClass::kLinks,
                           {"a"},
                           std::string(64, 'a'),
                           std::string(64, 'b'),
                           99,
                           DekId("d1")});
  EXPECT_EQ(Piece::FromJson(piece.ToJson()).value().ToJson(), piece.ToJson());
}

TEST(ColumnTypes, NamesReadBackAndANearOneIsSuggested) {
  for (const char* name :
       {"bool", "int", "double", "decimal", "date", "timestamp", "text", "uuid", "bytes"}) {
    EXPECT_EQ(ColumnTypeName(ColumnTypeFromName(name).value()), name);
  }
  EXPECT_NE(ColumnTypeFromName("timestmp").status().message().find("'timestamp'"),
            std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
