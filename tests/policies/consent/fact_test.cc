#include "policies/consent/fact.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

SubjectId Subject(uint8_t n) {
  SubjectId id;
  id.value[0] = n;
  return id;
}

std::vector<Fact> SomeFacts() {
  return {{Subject(1), Fact::kSeen, "", "", 0, "", ""},
          {Subject(1), Fact::kConsent, "marketing.email", "given", 1000, "crm.ok", "v3"},
          {Subject(2), Fact::kJurisdiction, "", "eu", 0, "crm.country", ""},
          {Subject(2), Fact::kGpc, "", "true", 2000, "web.gpc", ""},
          {Subject(3), Fact::kTombstone, "", "true", 3000, "api", ""}};
}

TEST(Facts, ComeBackFromTheirBytes) {
  const std::vector<Fact> facts = SomeFacts();
  const Result<std::vector<Fact>> again = DecodeFacts(EncodeFacts(facts));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(*again, facts);
  EXPECT_TRUE(DecodeFacts(EncodeFacts({}))->empty());
}

TEST(Facts, AreRefusedAtEveryTruncation) {
  const Bytes bytes = EncodeFacts(SomeFacts());
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Result<std::vector<Fact>> cut = DecodeFacts(ByteView(bytes).first(n));
    ASSERT_FALSE(cut.ok()) << n;
    EXPECT_EQ(cut.status().code(), StatusCode::kCorrupt);
  }
  Bytes more = bytes;
  more.push_back(0);
  EXPECT_FALSE(DecodeFacts(more).ok());
}

TEST(Facts, SurviveAnyChangedByteWithoutHarm) {
  const Bytes bytes = EncodeFacts(SomeFacts());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[i] = static_cast<uint8_t>(changed[i] ^ flip);
      if (const auto facts = DecodeFacts(changed); facts.ok()) {
        for (const Fact& fact : *facts) EXPECT_TRUE(ValidateFact(fact).ok());
      }
    }
  }
}

TEST(Facts, MustFitTheirKind) {
  EXPECT_FALSE(ValidateFact({Subject(1), Fact::kConsent, "", "given", 0, "crm", ""}).ok());
  EXPECT_FALSE(ValidateFact({Subject(1), Fact::kConsent, "a.b", "yes", 0, "crm", ""}).ok());
  EXPECT_FALSE(ValidateFact({Subject(1), Fact::kMinor, "", "no", 0, "crm", ""}).ok());
  EXPECT_FALSE(ValidateFact({Subject(1), Fact::kTombstone, "", "false", 0, "crm", ""}).ok());
  EXPECT_FALSE(ValidateFact({Subject(1), Fact::kGpc, "", "true", -1, "crm", ""}).ok());
  EXPECT_FALSE(
      ValidateFact({Subject(1), Fact::kConsent, std::string(201, 'x'), "given", 0, "", ""}).ok());
}

}  // namespace
}  // namespace signet::policies
