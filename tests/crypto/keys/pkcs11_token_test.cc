#include "crypto/keys/pkcs11_token.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/crypto/keys/soft_token.h"

namespace signet::crypto {
namespace {

using token_testing::SoftToken;

class Pkcs11TokenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!SoftToken::Available()) GTEST_SKIP() << "softhsm2 is not installed";
    soft_.emplace();
    token_ = soft_->Open();
    ASSERT_NE(token_, nullptr);
  }

  std::optional<SoftToken> soft_;
  std::shared_ptr<Pkcs11Token> token_;
};

TEST_F(Pkcs11TokenTest, AKeyMadeInsideMacsAndNeverLeaves) {
  ASSERT_TRUE(token_->MakeKey("s/root").ok());
  EXPECT_EQ(token_->MakeKey("s/root").code(), StatusCode::kConflict);
  EXPECT_TRUE(*token_->HasKey("s/root"));
  EXPECT_TRUE(token_->CheckNeverLeaves("s/root").ok());
  const SecretBytes mac = token_->Mac("s/root", AsBytes("message")).value();
  EXPECT_EQ(mac.size(), 32U);
  EXPECT_TRUE(ConstantTimeEqual(token_->Mac("s/root", AsBytes("message"))->ExposeSecret(),
                                mac.ExposeSecret()));
  EXPECT_FALSE(ConstantTimeEqual(token_->Mac("s/root", AsBytes("Message"))->ExposeSecret(),
                                 mac.ExposeSecret()));
  EXPECT_EQ(token_->Mac("s/other", AsBytes("message")).status().code(), StatusCode::kNotFound);
}

TEST_F(Pkcs11TokenTest, KeysAndNotesLastFromSessionToSessionUntilTheyAreDestroyed) {
  ASSERT_TRUE(token_->MakeKey("s/kek/1").ok());
  ASSERT_TRUE(token_->MakeKey("s/kek/2").ok());
  ASSERT_TRUE(token_->MakeKey("other/kek/1").ok());
  ASSERT_TRUE(token_->PutNote("s/current/1", "1").ok());
  token_.reset();
  token_ = soft_->Open();
  EXPECT_EQ(token_->Keys("s/kek/")->size(), 2U);
  EXPECT_EQ(token_->Notes("s/current/")->at("s/current/1"), "1");
  ASSERT_TRUE(token_->DestroyKey("s/kek/1").ok());
  EXPECT_TRUE(token_->DestroyKey("s/kek/1").ok()) << "again is ok";
  EXPECT_FALSE(*token_->HasKey("s/kek/1"));
  EXPECT_TRUE(*token_->HasKey("other/kek/1"));
  ASSERT_TRUE(token_->DropNote("s/current/1").ok());
  EXPECT_TRUE(token_->Notes("")->empty());
}

TEST_F(Pkcs11TokenTest, AWrongPinAndAMissingTokenOrModuleAreSaid) {
  token_.reset();
  const SecretBytes pin = SecretBytes::CopyOf(AsBytes("999999"));
  const auto wrong = Pkcs11Token::Open(SoftToken::Module(), token_testing::kTokenLabel, pin);
  EXPECT_EQ(wrong.status().code(), StatusCode::kInvalid);
  EXPECT_EQ(wrong.status().ToString().find("999999"), std::string::npos);
  EXPECT_EQ(Pkcs11Token::Open(SoftToken::Module(), "nobody", pin).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Pkcs11Token::Open(soft_->folder() / "none.so", "nobody", pin).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::crypto
