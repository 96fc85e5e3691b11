#include "pipelines/snapshots/publish.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

std::string SubjectText(int n) {
  Uuid uuid{};
  uuid[0] = static_cast<uint8_t>(n * 37 % 251);
  uuid[15] = static_cast<uint8_t>(n);
  return UuidText(uuid);
}
SubjectId Subject(int n) {
  return SubjectId{UuidFromText(SubjectText(n)).value()};
}

class PublishTest : public ::testing::Test {
 protected:
  /// Table `name` with the subjects [first, last).
  void Segment(const std::string& name, int first, int last) {
    std::string sql = "CREATE TABLE " + name + " (subject UUID); INSERT INTO " + name + " VALUES ";
    for (int n = first; n < last; ++n) {
      sql += std::string(n > first ? "," : "") + "('" + SubjectText(n) + "')";
    }
    const Status status = sql_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  Result<PublishedMembers> Collect(const std::vector<std::string>& segments,
                                   const PublishGate& gate) {
    PublishOptions options;
    options.segments = segments;
    options.recipients = {"mail"};
    return CollectMembers(*sql_, options, gate, tokens_, digest_key_, {});
  }

  SeededEntropy entropy_{1};
  std::unique_ptr<query::Database> database_ = query::Database::Open({}).value();
  std::unique_ptr<query::Connection> sql_ = database_->Connect();
  crypto::RecipientTokens tokens_{entropy_.RandomSecret(32), 1};
  crypto::HmacKey digest_key_{entropy_.RandomSecret(32)};
};

PublishGate Gate(int64_t min_group) {
  PublishGate gate;
  gate.publication.min_group = min_group;
  return gate;
}

TEST_F(PublishTest, MembersCarryTheirSegmentsUnderTokens) {
  Segment("a", 0, 30);
  Segment("b", 20, 50);
  const PublishedMembers published = Collect({"a", "b"}, Gate(5)).value();
  EXPECT_EQ(published.members.size(), 50U);
  EXPECT_EQ(published.content.count(), 60U);
  EXPECT_TRUE(std::is_sorted(published.members.begin(),
                             published.members.end(),
                             [](const Member& x, const Member& y) { return x.token < y.token; }));
  for (int n = 0; n < 50; ++n) {
    const Uuid token = tokens_.Token(Subject(n));
    const auto at = std::find_if(published.members.begin(),
                                 published.members.end(),
                                 [&](const Member& m) { return m.token == token; });
    ASSERT_NE(at, published.members.end());
    EXPECT_EQ(at->segments, (n < 30 ? 1U : 0U) | (n >= 20 ? 2U : 0U));
  }
}

TEST_F(PublishTest, SmallGroupsAreWithheldWithoutTheirCount) {
  Segment("large", 0, 30);
  Segment("small", 0, 7);
  const PublishedMembers published = Collect({"small", "large"}, Gate(10)).value();
  ASSERT_EQ(published.segments.size(), 1U);
  EXPECT_EQ(published.segments[0].name, "large");
  ASSERT_EQ(published.withheld.size(), 1U);
  EXPECT_EQ(published.withheld[0].name, "small");
  EXPECT_EQ(published.withheld[0].reason.find('7'), std::string::npos);
  for (const Member& member : published.members) EXPECT_EQ(member.segments, 1U);
}

TEST_F(PublishTest, ConsentIsAskedAgainAndMayMakeAGroupTooSmall) {
  Segment("a", 0, 30);
  std::vector<SubjectId> allowed;
  for (int n = 25; n < 60; ++n) allowed.push_back(Subject(n));
  std::sort(allowed.begin(), allowed.end());
  PublishGate gate = Gate(5);
  gate.allowed = allowed;
  PublishedMembers published = Collect({"a"}, gate).value();
  EXPECT_EQ(published.members.size(), 5U);
  EXPECT_EQ(published.not_allowed, 25U);
  gate.publication.min_group = 6;
  published = Collect({"a"}, gate).value();
  EXPECT_TRUE(published.members.empty());
  EXPECT_EQ(published.withheld.size(), 1U);
}

TEST_F(PublishTest, TheContentDigestIsThatOfTheMembershipsInAnyOrder) {
  Segment("a", 0, 20);
  Segment("b", 10, 30);
  ASSERT_TRUE(sql_->Execute("CREATE TABLE shuffled AS SELECT subject FROM a ORDER BY subject DESC; "
                            "INSERT INTO shuffled SELECT subject FROM a; "
                            "DROP TABLE a; ALTER TABLE shuffled RENAME TO a")
                  .ok());
  const PublishedMembers ab = Collect({"a", "b"}, Gate(1)).value();
  const PublishedMembers ba = Collect({"b", "a"}, Gate(1)).value();
  EXPECT_EQ(ab.content, ba.content);
  MultisetDigest expected;
  for (int n = 0; n < 30; ++n) {
    const Uuid token = tokens_.Token(Subject(n));
    if (n < 20) expected.Add(MemberRowDigest(digest_key_, "a", token));
    if (n >= 10) expected.Add(MemberRowDigest(digest_key_, "b", token));
  }
  EXPECT_EQ(ab.content, expected);
}

TEST_F(PublishTest, ReleasesOneIdentifierPerMemberAndCountsTheRest) {
  Segment("a", 0, 10);
  std::string sql = "CREATE TABLE ids (subject UUID, value TEXT); INSERT INTO ids VALUES ";
  for (int n = 0; n < 8; ++n) {
    sql +=
        "('" + SubjectText(n) + "', 'C" + std::to_string(n) + "'),('" + SubjectText(n) + "', 'D'),";
  }
  ASSERT_TRUE(sql_->Execute(sql + "('" + SubjectText(99) + "', 'C99')").ok());
  PublishGate gate = Gate(1);
  gate.identifiers_view = "ids";
  const PublishedMembers published = Collect({"a"}, gate).value();
  EXPECT_EQ(published.without_identifier, 2U);
  for (int n = 0; n < 10; ++n) {
    const Uuid token = tokens_.Token(Subject(n));
    for (const Member& member : published.members) {
      if (member.token != token) continue;
      EXPECT_EQ(member.released, n < 8 ? "C" + std::to_string(n) : "");
    }
  }
}

TEST_F(PublishTest, AMissingViewIsAnError) {
  EXPECT_FALSE(Collect({"nowhere"}, Gate(1)).ok());
}

TEST(PublishOptions, AreReadStrictly) {
  const Json good = Json::Of(
      {{"segments", Json::List({"a"})}, {"recipients", Json::List({"mail"})}, {"expires", "90d"}});
  EXPECT_EQ(PublishOptions::FromJson(good).value().expires_s, 90 * 86'400);
  Json unknown = good;
  unknown.Set("segment", "a");
  EXPECT_FALSE(PublishOptions::FromJson(unknown).ok());
  EXPECT_FALSE(PublishOptions::FromJson(Json::Of({{"segments", Json::List({"a"})}})).ok());
}

}  // namespace
}  // namespace signet::pipelines
