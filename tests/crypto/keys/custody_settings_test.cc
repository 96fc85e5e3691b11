#include "crypto/keys/custody_settings.h"

#include <filesystem>
#include <optional>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/crypto/keys/soft_token.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

namespace fs = std::filesystem;

class CustodySettingsTest : public ::testing::Test {
 protected:
  CustodySettingsTest() : state_(scratch_.path() / "state"), delivered_(scratch_.path() / "cred") {
    fs::create_directory(delivered_);
  }
  void Deliver(const std::string& name, ByteView bytes) const {
    ASSERT_TRUE(WriteFileAtomically(delivered_ / name, bytes, 0400).ok());
  }
  Result<std::unique_ptr<Custody>> Open() { return OpenCustody(state_, entropy_, delivered_); }

  testing_support::ScratchFolder scratch_;
  fs::path state_;
  fs::path delivered_;
  SystemEntropy entropy_;
};

TEST_F(CustodySettingsTest, AStateWithoutSettingsHasItsKeysInFiles) {
  ASSERT_EQ(ReadCustodySettings(state_)->kind, CustodyKind::kFile);
  EXPECT_EQ((*Open())->Describe(), "file");
  EXPECT_TRUE(fs::exists(state_ / "custody" / "root.key"));
}

TEST_F(CustodySettingsTest, CustodyIsChosenOnce) {
  CustodySettings settings;
  settings.kind = CustodyKind::kCredential;
  ASSERT_TRUE(WriteCustodySettings(state_, settings).ok());
  EXPECT_EQ(ReadCustodySettings(state_)->kind, CustodyKind::kCredential);
  EXPECT_EQ(WriteCustodySettings(state_, settings).code(), StatusCode::kConflict);
}

TEST_F(CustodySettingsTest, ACredentialIsTheRootAndTheFolderAloneOpensNothing) {
  CustodySettings settings;
  settings.kind = CustodyKind::kCredential;
  ASSERT_TRUE(WriteCustodySettings(state_, settings).ok());
  EXPECT_EQ(Open().status().code(), StatusCode::kNotFound) << "not delivered";
  EXPECT_EQ(OpenCustody(state_, entropy_, std::nullopt).status().code(), StatusCode::kNotFound);
  Deliver("signet-root", Bytes(31, 7));
  EXPECT_EQ(Open().status().code(), StatusCode::kInvalid);
  Deliver("signet-root", Bytes(32, 7));
  const auto custody = Open().value();
  EXPECT_EQ(custody->Describe(), "credential");
  EXPECT_FALSE(fs::exists(state_ / "custody" / "root.key"));
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  const SecretBytes key = custody->Kek(1).value()->Derive({}).value();
  // The same folder under another root gives another KEK.
  Deliver("signet-root", Bytes(32, 8));
  EXPECT_FALSE(ConstantTimeEqual(Open().value()->Kek(1).value()->Derive({})->ExposeSecret(),
                                 key.ExposeSecret()));
  ASSERT_EQ(::chmod((delivered_ / "signet-root").c_str(), 0444), 0);
  EXPECT_EQ(Open().status().code(), StatusCode::kInvalid) << "readable by others";
}

TEST_F(CustodySettingsTest, ATokenIsOpenedWithThePinOfAFile) {
  if (!token_testing::SoftToken::Available()) GTEST_SKIP() << "softhsm2 is not installed";
  const token_testing::SoftToken soft;
  CustodySettings settings;
  settings.kind = CustodyKind::kPkcs11;
  settings.module = token_testing::SoftToken::Module();
  settings.token = token_testing::kTokenLabel;
  EXPECT_EQ(WriteCustodySettings(state_, settings).code(), StatusCode::kInvalid) << "no PIN";
  settings.pin_file = scratch_.path() / "pin";
  ASSERT_TRUE(
      WriteFileAtomically(settings.pin_file, AsBytes(token_testing::kTokenPin + std::string("\n")))
          .ok());
  ASSERT_TRUE(WriteCustodySettings(state_, settings).ok());
  EXPECT_EQ(AsText(*ReadFile(state_ / "custody.json")).find(token_testing::kTokenPin),
            std::string_view::npos);
  const auto custody = Open();
  ASSERT_TRUE(custody.ok()) << custody.status().ToString();
  EXPECT_EQ(custody.value()->Describe(), "pkcs11 object signet");
  EXPECT_FALSE(fs::exists(state_ / "custody")) << "no key is in a file";
  ASSERT_EQ(::chmod(settings.pin_file.c_str(), 0644), 0);
  EXPECT_EQ(Open().status().code(), StatusCode::kInvalid);
}

TEST_F(CustodySettingsTest, DamagedSettingsAreCorruptAndNotTakenForFiles) {
  ASSERT_TRUE(MakeFolders(state_).ok());
  for (const char* text : {"", "{}", "{\"format\":1,\"custody\":\"cloud\"}", "[1]"}) {
    ASSERT_TRUE(WriteFileAtomically(state_ / "custody.json", AsBytes(text)).ok());
    EXPECT_EQ(Open().status().code(), StatusCode::kCorrupt) << text;
  }
}

}  // namespace
}  // namespace signet::crypto
