#include "crypto/keys/private_file.h"

#include <filesystem>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

class PrivateFile : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = scratch_.path() / "pin";
    ASSERT_TRUE(WriteFileAtomically(path_, AsBytes("123456"), 0600).ok());
  }
  StatusCode CodeWith(mode_t mode, FileAccess access) {
    EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
    return ReadPrivateFile(path_, 64, access).status().code();
  }

  testing_support::ScratchFolder scratch_;
  std::filesystem::path path_;
};

TEST_F(PrivateFile, IsReadWholeAndRefusedWhenItIsLonger) {
  EXPECT_EQ(AsText(ReadPrivateFile(path_, 64)->ExposeSecret()), "123456");
  EXPECT_EQ(AsText(ReadPrivateFile(path_, 6)->ExposeSecret()), "123456");
  EXPECT_EQ(ReadPrivateFile(path_, 5).status().code(), StatusCode::kInvalid);
}

TEST_F(PrivateFile, OfItsOwnerIsRefusedWhenAnybodyElseMayDoAnything) {
  EXPECT_EQ(CodeWith(0400, FileAccess::kOwner), StatusCode::kOk);
  for (const mode_t mode : {0640, 0604, 0660, 0606, 0610}) {
    EXPECT_EQ(CodeWith(mode, FileAccess::kOwner), StatusCode::kInvalid) << mode;
  }
}

TEST_F(PrivateFile, DeliveredBySystemdMayShowTheMaskOfItsAcl) {
  EXPECT_EQ(CodeWith(0440, FileAccess::kDelivered), StatusCode::kOk);
  for (const mode_t mode : {0444, 0460, 0404}) {
    EXPECT_EQ(CodeWith(mode, FileAccess::kDelivered), StatusCode::kInvalid) << mode;
  }
}

TEST_F(PrivateFile, BehindALinkIsRefused) {
  std::filesystem::create_symlink(path_, scratch_.path() / "link");
  EXPECT_EQ(ReadPrivateFile(scratch_.path() / "link", 64).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(ReadPrivateFile(scratch_.path() / "none", 64).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::crypto
