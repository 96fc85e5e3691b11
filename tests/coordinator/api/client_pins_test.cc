#include "coordinator/api/client_pins.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/primitives/ed25519.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class ClientPinsTest : public ::testing::Test {
 protected:
  static crypto::Ed25519PrivateKey Key(uint8_t fill) {
    return crypto::Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, fill)));
  }
  static crypto::VerifierKey Verifier(uint8_t fill) {
    return crypto::VerifierKey::Create("signet.test/audit", Key(fill).PublicKey()).value();
  }
  void Put(const std::string& text) {
    const crypto::SignedNote note = crypto::SignNote(text, "signet.test/audit", Key(1)).value();
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "clients.note", AsBytes(note.Text())).ok());
  }

  testing_support::ScratchFolder scratch_;
  const std::string mine_ = std::string(64, 'a');
};

TEST_F(ClientPinsTest, WithoutAListNothingIsEnforced) {
  const auto pins = ClientPins::Read(scratch_.path(), {});
  ASSERT_TRUE(pins.ok());
  EXPECT_FALSE(pins->enforced());
}

TEST_F(ClientPinsTest, TwoKeysOfARotationAreOneRecipient) {
  const std::string next(64, 'b');
  Put("signet/clients/1\n" + mine_ + " email_platform mail\n" + next + " email_platform mail\n");
  const auto pins = ClientPins::Read(scratch_.path(), {Verifier(1)});
  ASSERT_TRUE(pins.ok()) << pins.status().ToString();
  EXPECT_TRUE(pins->enforced());
  EXPECT_EQ(pins->RecipientOf(mine_), "email_platform");
  EXPECT_EQ(pins->RecipientOf(next), "email_platform");
  EXPECT_EQ(pins->RecipientOf(std::string(64, 'c')), "");
}

TEST_F(ClientPinsTest, AnEmptyListLetsNobodyIn) {
  Put("signet/clients/1\n");
  const auto pins = ClientPins::Read(scratch_.path(), {Verifier(1)});
  ASSERT_TRUE(pins.ok());
  EXPECT_TRUE(pins->enforced());
  EXPECT_EQ(pins->RecipientOf(mine_), "");
}

TEST_F(ClientPinsTest, AListThatTheLogsKeyDidNotSignIsRefused) {
  Put("signet/clients/1\n" + mine_ + " email_platform mail\n");
  EXPECT_FALSE(ClientPins::Read(scratch_.path(), {Verifier(2)}).ok());
  EXPECT_TRUE(ClientPins::Read(scratch_.path(), {Verifier(2), Verifier(1)}).ok());
  Bytes bytes = ReadFile(scratch_.path() / "clients.note").value();
  bytes[20] = 'b';  // another certificate
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "clients.note", bytes).ok());
  EXPECT_FALSE(ClientPins::Read(scratch_.path(), {Verifier(1)}).ok());
}

TEST_F(ClientPinsTest, ANoteAboutSomethingElseIsNoList) {
  Put("signet/manifest/1\n");
  EXPECT_EQ(ClientPins::Read(scratch_.path(), {Verifier(1)}).status().code(), StatusCode::kCorrupt);
  Put("signet/clients/1\nshort email_platform mail\n");
  EXPECT_EQ(ClientPins::Read(scratch_.path(), {Verifier(1)}).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::coordinator
