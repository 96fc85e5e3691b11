#include "pipelines/erasure/subject_locator.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

/// A uuid whose last byte is `n`: in tests of one hand the order is plain.
Uuid U(uint8_t n) {
  Uuid uuid{};
  uuid[15] = n;
  return uuid;
}

class SubjectLocatorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = query::Database::Open({});
    ASSERT_TRUE(database.ok());
    database_ = std::move(database).value();
    sql_ = database_->Connect();
    Execute(
        "CREATE TABLE identity (link UUID, type VARCHAR, subject UUID, alias_of UUID, blocked "
        "BOOLEAN, seen BIGINT)");
    Add(1, 100, 0);
    Add(2, 100, 0);
    Add(3, 101, 100);  // an alias of 100
    Add(4, 102, 0);
    Execute("INSERT INTO identity VALUES ('" + UuidText(U(9)) + "', 'card', '" + UuidText(U(0)) +
            "', NULL, true, 0)");
  }
  void Execute(const std::string& statement) {
    const Status status = sql_->Execute(statement);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  void Add(uint8_t link, uint8_t subject, uint8_t alias_of) {
    Execute("INSERT INTO identity VALUES ('" + UuidText(U(link)) + "', 'id', '" +
            UuidText(U(subject)) + "', " +
            (alias_of == 0 ? std::string("NULL") : "'" + UuidText(U(alias_of)) + "'") +
            ", false, 1)");
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> sql_;
};

TEST_F(SubjectLocatorTest, AnyIdentifierFindsTheWholePersonWithAliases) {
  for (const uint8_t link : std::vector<uint8_t>{1, 2, 3}) {
    const std::vector<Uuid> links = {U(link), U(77)};  // one of them unknown
    const auto footprint = LocateSubject(*sql_, "identity", links);
    ASSERT_TRUE(footprint.ok()) << footprint.status().ToString();
    EXPECT_EQ(footprint->subject.value, U(100));
    EXPECT_EQ(footprint->subjects, (std::vector<SubjectId>{{U(100)}, {U(101)}}));
    EXPECT_EQ(footprint->links, (std::vector<Uuid>{U(1), U(2), U(3)}));
  }
  EXPECT_EQ(FootprintOf(*sql_, "identity", {U(101)})->subject.value, U(100));
}

TEST_F(SubjectLocatorTest, TellsUnknownBlockedAndMixedIdentifiersApart) {
  const std::vector<Uuid> unknown = {U(77)}, blocked = {U(9)}, mixed = {U(1), U(4)}, none;
  EXPECT_EQ(LocateSubject(*sql_, "identity", unknown).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LocateSubject(*sql_, "identity", blocked).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LocateSubject(*sql_, "identity", mixed).status().code(), StatusCode::kConflict);
  EXPECT_EQ(LocateSubject(*sql_, "identity", none).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(FootprintOf(*sql_, "identity", {U(55)}).status().code(), StatusCode::kNotFound);
}

TEST_F(SubjectLocatorTest, EveryLinkValueOfThePersonIsSuppressed) {
  const SecretBytes key(32);
  const crypto::SuppressionHasher hasher(key);
  const auto footprint = FootprintOf(*sql_, "identity", {U(100)});
  std::vector<Uuid> want = {hasher.Of(U(1)), hasher.Of(U(2)), hasher.Of(U(3))};
  std::ranges::sort(want);
  EXPECT_EQ(SuppressionEntries(*footprint, hasher), want);
}

TEST_F(SubjectLocatorTest, ManyAreFoundAtOnceEachAsAlone) {
  const std::vector<std::vector<Uuid>> people = {
      {U(3), U(77)}, {U(4)}, {U(77)}, {U(1), U(4)}, {U(9)}, {}};
  const auto found = LocateSubjects(*sql_, "identity", people, {});
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  ASSERT_EQ(found->size(), people.size());
  EXPECT_EQ((*found)[0].subject.value, U(100));
  EXPECT_EQ((*found)[0].subjects, (std::vector<SubjectId>{{U(100)}, {U(101)}}));
  EXPECT_EQ((*found)[0].links, (std::vector<Uuid>{U(1), U(2), U(3)}));
  EXPECT_EQ((*found)[1].subject.value, U(102));
  for (const size_t nobody : {2U, 3U, 4U, 5U}) {
    EXPECT_TRUE((*found)[nobody].subjects.empty()) << nobody;
  }
  const auto brief = LocateSubjects(*sql_, "identity", people, {false});
  EXPECT_EQ((*brief)[0].subject.value, U(100));
  EXPECT_TRUE((*brief)[0].links.empty());
}

}  // namespace
}  // namespace signet::pipelines
