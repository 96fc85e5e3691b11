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

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

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
                                   const PublishGate& gate,
                                   int day = 0) {
    PublishOptions options;
    options.segments = segments;
    options.recipients = {"mail"};
    StageContext context;
    context.as_of.micros = day * kDay;
    return CollectMembers(*sql_, options, gate, tokens_, digest_key_, context);
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

TEST_F(PublishTest, SmallAdditionsWaitAndRemovalsDoNot) {
  Segment("a", 0, 30);
  PublishGate gate = Gate(5);
  const PublishedMembers first = Collect({"a"}, gate, 1).value();
  EXPECT_EQ(first.members.size(), 30U);
  EXPECT_TRUE(first.held.empty());
  // Three come, one leaves.
  ASSERT_TRUE(sql_->Execute("DELETE FROM a WHERE subject = '" + SubjectText(0) + "'").ok());
  Segment("b", 30, 33);
  ASSERT_TRUE(sql_->Execute("INSERT INTO a SELECT subject FROM b").ok());
  gate.shown_before = &first.shown;
  const PublishedMembers second = Collect({"a"}, gate, 2).value();
  EXPECT_EQ(second.members.size(), 29U);
  EXPECT_EQ(second.segments.at(0).members, 29U);
  ASSERT_EQ(second.held.size(), 1U);
  EXPECT_EQ(second.held[0].segment, "a");
  EXPECT_EQ(second.held[0].until.micros, 9 * kDay) << "seven days after they came";
  for (int n : {0, 30, 31, 32}) {
    const Uuid token = tokens_.Token(Subject(n));
    for (const Member& member : second.members) EXPECT_NE(member.token, token) << n;
  }
  // Two more make a group: all five are shown.
  Segment("c", 33, 35);
  ASSERT_TRUE(sql_->Execute("INSERT INTO a SELECT subject FROM c").ok());
  gate.shown_before = &second.shown;
  const PublishedMembers third = Collect({"a"}, gate, 3).value();
  EXPECT_EQ(third.members.size(), 34U);
  EXPECT_TRUE(third.held.empty());
}

TEST_F(PublishTest, HeldAdditionsGoThroughByTheirAge) {
  Segment("a", 0, 30);
  PublishGate gate = Gate(5);
  const PublishedMembers first = Collect({"a"}, gate, 1).value();
  Segment("b", 30, 31);
  ASSERT_TRUE(sql_->Execute("INSERT INTO a SELECT subject FROM b").ok());
  gate.shown_before = &first.shown;
  const PublishedMembers held = Collect({"a"}, gate, 2).value();
  gate.shown_before = &held.shown;
  EXPECT_EQ(Collect({"a"}, gate, 8)->members.size(), 30U);
  const PublishedMembers aged = Collect({"a"}, gate, 9).value();
  EXPECT_EQ(aged.members.size(), 31U);
  EXPECT_EQ(aged.let_by_age, std::vector<std::string>{"a"});
}

TEST_F(PublishTest, ASegmentWhoseShownPartIsNoGroupWaitsForItsAdditions) {
  Segment("a", 0, 12);
  PublishGate gate = Gate(10);
  const PublishedMembers first = Collect({"a"}, gate, 1).value();
  ASSERT_TRUE(sql_->Execute("DELETE FROM a").ok());
  Segment("b", 8, 18);
  ASSERT_TRUE(sql_->Execute("INSERT INTO a SELECT subject FROM b").ok());
  gate.shown_before = &first.shown;
  const PublishedMembers second = Collect({"a"}, gate, 2).value();
  EXPECT_TRUE(second.members.empty()) << "four were shown before, six wait";
  ASSERT_EQ(second.withheld.size(), 1U);
  EXPECT_NE(second.withheld[0].reason.find("1970-01-10"), std::string::npos)
      << second.withheld[0].reason;
  EXPECT_EQ(second.shown.at("a").shown.size(), 4U);
  EXPECT_EQ(second.shown.at("a").held.size(), 6U);
}

TEST_F(PublishTest, SegmentsThatDifferByFewPeopleAreNamed) {
  Segment("a", 0, 30);
  Segment("b", 0, 28);
  Segment("c", 40, 60);
  const PublishedMembers published = Collect({"a", "b", "c"}, Gate(5)).value();
  ASSERT_EQ(published.close.size(), 1U);
  EXPECT_EQ(published.close[0], std::make_pair(std::string("a"), std::string("b")));
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
