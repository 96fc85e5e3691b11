#include "pipelines/snapshots/shown_members.h"

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

Uuid Person(int n) {
  Uuid uuid{};
  uuid[14] = static_cast<uint8_t>(n / 256);
  uuid[15] = static_cast<uint8_t>(n % 256);
  return uuid;
}

TEST(ShownMembers, AreReadAsTheyWereWritten) {
  const std::unique_ptr<query::Database> database = query::Database::Open({}).value();
  const std::unique_ptr<query::Connection> sql = database->Connect();
  ShownMembers members;
  // More than one chunk, so that the writer starts anew.
  for (int n = 0; n < 5'000; ++n) members["gold"].shown.push_back(Person(n));
  members["gold"].held = {{Person(6'000), 5}, {Person(6'001), 7}};
  members["tiny"].held = {{Person(1), 9}};
  ASSERT_TRUE(WriteShown(*sql, "shown", members).ok());
  const Result<ShownMembers> read = ReadShown(*sql, "shown");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, members);
}

TEST(ShownMembers, NobodyIsATableWithoutRows) {
  const std::unique_ptr<query::Database> database = query::Database::Open({}).value();
  const std::unique_ptr<query::Connection> sql = database->Connect();
  ASSERT_TRUE(WriteShown(*sql, "shown", {}).ok());
  EXPECT_TRUE(ReadShown(*sql, "shown").value().empty());
}

TEST(ShownMembers, CarryTheLabelOfWhoIsInTheSegments) {
  policies::Label label;
  label.categories = {"user.behavior"};
  label.purposes = {"marketing.segmentation"};
  const Schema schema = ShownSchema(label);
  EXPECT_EQ(schema.Names(), (std::vector<std::string>{"subject", "segment", "held_since"}));
  EXPECT_EQ(schema.columns[0].label.identifiability, policies::Identifiability::kPseudonymous);
  for (const Column& column : schema.columns) {
    EXPECT_TRUE(column.label.Allows("marketing.segmentation"));
    EXPECT_FALSE(column.label.Allows("analytics.churn"));
  }
}

}  // namespace
}  // namespace signet::pipelines
