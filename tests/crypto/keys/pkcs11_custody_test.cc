#include "crypto/keys/pkcs11_custody.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/crypto/keys/soft_token.h"

namespace signet::crypto {
namespace {

using token_testing::SoftToken;

class Pkcs11CustodyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!SoftToken::Available()) GTEST_SKIP() << "softhsm2 is not installed";
    soft_.emplace();
  }

  std::optional<SoftToken> soft_;
  SystemEntropy entropy_;
};

TEST_F(Pkcs11CustodyTest, TwoStatesShareATokenAndNoKey) {
  const auto one = Pkcs11Custody::Open(soft_->Open(), "one", /*make_root=*/true).value();
  const auto two = Pkcs11Custody::Open(soft_->Open(), "two", /*make_root=*/true).value();
  EXPECT_FALSE(ConstantTimeEqual(one->BaseKey()->ExposeSecret(), two->BaseKey()->ExposeSecret()));
  ASSERT_EQ(*one->NewKek(entropy_), 1U);
  EXPECT_EQ(*two->NewestKek(), 0U);
}

TEST_F(Pkcs11CustodyTest, ARootIsMadeOnceAndNeverBesideKeksOrForAnOldState) {
  EXPECT_EQ(Pkcs11Custody::Open(soft_->Open(), "one", false).status().code(),
            StatusCode::kNotFound);
  const auto custody = Pkcs11Custody::Open(soft_->Open(), "one", /*make_root=*/true).value();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_TRUE(soft_->Open()->DestroyKey("one/root").ok());
  EXPECT_EQ(Pkcs11Custody::Open(soft_->Open(), "one", true).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(Pkcs11Custody::Open(soft_->Open(), "a/b", true).status().code(), StatusCode::kInvalid);
}

TEST_F(Pkcs11CustodyTest, ADestructionThatACrashInterruptedIsCompletedAtOpen) {
  auto custody = Pkcs11Custody::Open(soft_->Open(), "one", /*make_root=*/true).value();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_TRUE(soft_->Open()->PutNote("one/destroyed/1", "2026-11-22T12:00:00Z").ok());
  EXPECT_EQ(custody->Kek(1).status().code(), StatusCode::kCorrupt);
  custody = Pkcs11Custody::Open(soft_->Open(), "one", /*make_root=*/true).value();
  EXPECT_FALSE(*soft_->Open()->HasKey("one/kek/1"));
}

}  // namespace
}  // namespace signet::crypto
