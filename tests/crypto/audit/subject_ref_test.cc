#include "crypto/audit/subject_ref.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(SubjectRef, NamesItsSubjectOnlyToTheHolderOfTheKey) {
  SystemEntropy entropy;
  const SecretBytes anna = entropy.RandomSecret(32);
  const SecretBytes bert = entropy.RandomSecret(32);
  const std::string ref = SubjectRef(anna, NewEventNonce(entropy));
  EXPECT_EQ(ref.size(), 97U);
  EXPECT_TRUE(IsRefOf(anna, ref));
  EXPECT_FALSE(IsRefOf(bert, ref));
  EXPECT_FALSE(IsRefOf(anna, ref.substr(0, 96)));
  EXPECT_FALSE(IsRefOf(anna, ""));
  EXPECT_FALSE(IsRefOf(anna, std::string(97, '.')));
}

TEST(SubjectRef, TwoEventsOfOnePersonCannotBeLinkedWithoutTheKey) {
  SystemEntropy entropy;
  const SecretBytes anna = entropy.RandomSecret(32);
  const std::string one = SubjectRef(anna, NewEventNonce(entropy));
  const std::string two = SubjectRef(anna, NewEventNonce(entropy));
  EXPECT_NE(one.substr(0, 32), two.substr(0, 32));
  EXPECT_NE(one.substr(33), two.substr(33));
}

TEST(SubjectRef, IsTheSameForEqualKeyAndNonce) {
  const SecretBytes key = SecretBytes::CopyOf(Bytes(32, 1));
  const EventNonce nonce = *EventNonceFromHex("000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(SubjectRef(key, nonce), SubjectRef(key, nonce));
  EXPECT_FALSE(EventNonceFromHex("00").ok());
  EXPECT_FALSE(EventNonceFromHex("zz0102030405060708090a0b0c0d0e0f").ok());
}

}  // namespace
}  // namespace signet::crypto
