#include "crypto/keys/enrolment.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

constexpr Timestamp kNoon{1795348800000000};  // 2026-11-22T12:00:00Z
constexpr int64_t kHour = 3600;
const std::string& KeyA() {
  static const std::string kKeyA(40, 'A');
  return kKeyA;
}

const std::string& KeyB() {
  static const std::string kKeyB(40, 'B');
  return kKeyB;
}

const std::string& KeyC() {
  static const std::string kKeyC(40, 'C');
  return kKeyC;
}

class EnrolmentBookTest : public ::testing::Test {
 protected:
  std::string Invite(const std::string& name, const Labels& labels = {}) {
    WriteBatch batch;
    auto token = book_.Invite(MemberKind::kWorker, name, labels, kHour, batch);
    EXPECT_TRUE(token.ok()) << token.status().ToString();
    EXPECT_TRUE(store_->Write(batch, Durability::kSync).ok());
    return token.ok() ? std::string(AsText(token->ExposeSecret())) : "";
  }
  Result<Member> Redeem(const std::string& token, const std::string& key) {
    WriteBatch batch;
    auto member = book_.Redeem(token, key, batch);
    EXPECT_TRUE(store_->Write(batch, Durability::kSync).ok());
    return member;
  }
  Status Revoke(const std::string& name) {
    WriteBatch batch;
    Status status = book_.Revoke(MemberKind::kWorker, name, batch).status();
    EXPECT_TRUE(store_->Write(batch, Durability::kSync).ok());
    return status;
  }

  std::unique_ptr<KvStore> store_ = NewMemoryStore();
  SystemEntropy entropy_;
  ManualClock clock_{kNoon};
  EnrolmentBook book_{*store_, entropy_, clock_};
};

TEST_F(EnrolmentBookTest, AnInvitationPinsOneKeyWithItsLabelsOnce) {
  const std::string token = Invite("w1", {{"region", "eu"}});
  EXPECT_EQ(token.size(), 52U);
  const auto member = Redeem(token, KeyA());
  ASSERT_TRUE(member.ok()) << member.status().ToString();
  EXPECT_EQ(member->labels.at("region"), "eu");
  EXPECT_EQ(*book_.Keys(MemberKind::kWorker), std::vector<std::string>{KeyA()});
  EXPECT_EQ((*book_.Holder(MemberKind::kWorker, KeyA()))->name, "w1");
  EXPECT_FALSE(book_.Holder(MemberKind::kClient, KeyA())->has_value()) << "of another kind";
  EXPECT_EQ(Redeem(token, KeyB()).status().code(), StatusCode::kDenied) << "used";
}

TEST_F(EnrolmentBookTest, AWrongOrExpiredTokenIsDeniedInTheSameWords) {
  const std::string token = Invite("w1");
  std::string wrong = token;
  wrong[10] = wrong[10] == 'a' ? 'b' : 'a';
  const Status unknown = Redeem(wrong, KeyA()).status();
  EXPECT_EQ(unknown.code(), StatusCode::kDenied);
  clock_.Advance(kHour * 1'000'000);
  const Status expired = Redeem(token, KeyA()).status();
  EXPECT_EQ(expired.code(), StatusCode::kDenied);
  EXPECT_EQ(expired.message(), unknown.message());
}

TEST_F(EnrolmentBookTest, TheStoreHoldsNoTokenThatAThiefCouldUse) {
  const std::string token = Invite("w1");
  EXPECT_TRUE(store_
                  ->Scan("",
                         [&](std::string_view key, ByteView value) {
                           EXPECT_EQ(key.find(token), std::string_view::npos);
                           EXPECT_EQ(AsText(value).find(token), std::string_view::npos);
                           return OkStatus();
                         })
                  .ok());
}

TEST_F(EnrolmentBookTest, RotationHasTwoValidKeysUntilTheOldOneIsRetired) {
  ASSERT_TRUE(Redeem(Invite("w1", {{"region", "eu"}}), KeyA()).ok());
  const auto both = Redeem(Invite("w1", {{"region", "us"}}), KeyB());
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(both->keys.size(), 2U);
  EXPECT_EQ(both->labels.at("region"), "eu") << "a rotation changes no label";
  WriteBatch third;
  EXPECT_EQ(book_.Invite(MemberKind::kWorker, "w1", {}, kHour, third).status().code(),
            StatusCode::kConflict);
  WriteBatch batch;
  ASSERT_TRUE(book_.Retire(MemberKind::kWorker, "w1", KeyA(), batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  EXPECT_EQ(*book_.Keys(MemberKind::kWorker), std::vector<std::string>{KeyB()});
  WriteBatch last;
  EXPECT_EQ(book_.Retire(MemberKind::kWorker, "w1", KeyB(), last).status().code(),
            StatusCode::kConflict);
}

TEST_F(EnrolmentBookTest, TheRevokedAreOutForGoodWithTheirInvitations) {
  ASSERT_TRUE(Redeem(Invite("w1"), KeyA()).ok());
  const std::string second = Invite("w1");
  ASSERT_TRUE(Revoke("w1").ok());
  EXPECT_TRUE(book_.Keys(MemberKind::kWorker)->empty());
  EXPECT_FALSE(book_.Holder(MemberKind::kWorker, KeyA())->has_value());
  EXPECT_EQ(Redeem(second, KeyB()).status().code(), StatusCode::kDenied);
  WriteBatch batch;
  EXPECT_EQ(book_.Invite(MemberKind::kWorker, "w1", {}, kHour, batch).status().code(),
            StatusCode::kConflict);
  EXPECT_TRUE(Revoke("w1").ok()) << "again is ok";
  EXPECT_EQ(Revoke("nobody").code(), StatusCode::kNotFound);
  EXPECT_EQ(Redeem(Invite("w2"), KeyA()).status().code(), StatusCode::kConflict)
      << "a revoked key comes back under no name";
}

TEST_F(EnrolmentBookTest, OneKeyIsOneMember) {
  ASSERT_TRUE(Redeem(Invite("w1"), KeyA()).ok());
  const std::string token = Invite("w2");
  EXPECT_EQ(Redeem(token, KeyA()).status().code(), StatusCode::kConflict);
  EXPECT_TRUE(Redeem(token, KeyC()).ok()) << "a refused key does not use the invitation up";
}

TEST_F(EnrolmentBookTest, RefusesNamesLabelsAndKeysThatAreNone) {
  WriteBatch batch;
  for (const char* name : {"", "a b", "../w", "a\nb", "w/1"}) {
    EXPECT_EQ(book_.Invite(MemberKind::kWorker, name, {}, kHour, batch).status().code(),
              StatusCode::kInvalid);
  }
  EXPECT_EQ(book_.Invite(MemberKind::kWorker, "w", {{"a", "b c"}}, kHour, batch).status().code(),
            StatusCode::kInvalid);
  for (const int64_t seconds : {int64_t{0}, int64_t{-1}, int64_t{31} * 86400}) {
    EXPECT_FALSE(book_.Invite(MemberKind::kWorker, "w", {}, seconds, batch).ok());
  }
  const std::string token = Invite("w1");
  for (const std::string& key : {std::string(), std::string(39, 'A'), std::string(40, ' ')}) {
    EXPECT_EQ(Redeem(token, key).status().code(), StatusCode::kInvalid);
  }
}

}  // namespace
}  // namespace signet::crypto
