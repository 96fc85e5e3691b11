#include "crypto/keys/key_file.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

class KeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = scratch_.path() / "root.key";
    key_ = SeededEntropy(1).RandomSecret(32);
    ASSERT_TRUE(WriteKeyFile(path_, KeyFileKind::kRoot, 0, key_).ok());
  }
  Status Read() { return ReadKeyFile(path_, KeyFileKind::kRoot, 0).status(); }

  /// Changes the bytes and keeps the file and its mode.
  void Overwrite(ByteView bytes) {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file << AsText(bytes);
  }

  testing_support::ScratchFolder scratch_;
  std::filesystem::path path_;
  SecretBytes key_;
};

TEST_F(KeyFile, ReadsWhatWasWrittenAndIsThere0600) {
  const auto read = ReadKeyFile(path_, KeyFileKind::kRoot, 0);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(ConstantTimeEqual(read->ExposeSecret(), key_.ExposeSecret()));
  struct stat facts {};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600U);
  EXPECT_EQ(facts.st_size, 61);
}

TEST_F(KeyFile, IsRefusedWhenGroupOrOthersMayDoAnythingWithIt) {
  for (const mode_t mode : {0640, 0604, 0620, 0610, 0601, 0644, 0666, 0777}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(Read().code(), StatusCode::kInvalid) << mode;
    EXPECT_NE(Read().remedy().find("chmod 600"), std::string::npos);
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  EXPECT_TRUE(Read().ok());
}

TEST_F(KeyFile, IsRefusedThroughALinkAndAsAFolder) {
  const auto link = scratch_.path() / "link.key";
  std::filesystem::create_symlink(path_, link);
  EXPECT_EQ(ReadKeyFile(link, KeyFileKind::kRoot, 0).status().code(), StatusCode::kInvalid);
  EXPECT_FALSE(ReadKeyFile(scratch_.path(), KeyFileKind::kRoot, 0).ok());
  EXPECT_EQ(ReadKeyFile(scratch_.path() / "none", KeyFileKind::kRoot, 0).status().code(),
            StatusCode::kNotFound);
}

TEST_F(KeyFile, OfAnotherKindOrGenerationIsCorrupt) {
  EXPECT_EQ(ReadKeyFile(path_, KeyFileKind::kKek, 0).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(ReadKeyFile(path_, KeyFileKind::kRoot, 1).status().code(), StatusCode::kCorrupt);
}

TEST_F(KeyFile, AnyFlippedBitAndAnyOtherLengthIsCorrupt) {
  const Bytes whole = *ReadFile(path_);
  for (size_t bit = 0; bit < whole.size() * 8; bit += 3) {
    Bytes changed = whole;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1 << (bit % 8)));
    Overwrite(changed);
    ASSERT_EQ(Read().code(), StatusCode::kCorrupt) << bit;
  }
  Bytes longer = whole;
  longer.push_back(0);
  const Bytes shorter(whole.begin(), whole.end() - 1);
  for (const Bytes& changed : {longer, shorter, Bytes()}) {
    Overwrite(changed);
    EXPECT_EQ(Read().code(), StatusCode::kCorrupt);
  }
}

TEST_F(KeyFile, ErasedIsGoneAndOverwrittenForThoseWhoHoldItOpen) {
  const auto second_name = scratch_.path() / "hard-link";
  std::filesystem::create_hard_link(path_, second_name);
  ASSERT_TRUE(EraseKeyFile(path_).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(*ReadFile(second_name), Bytes(61, 0));
  EXPECT_TRUE(EraseKeyFile(path_).ok()) << "again is ok";
}

}  // namespace
}  // namespace signet::crypto
