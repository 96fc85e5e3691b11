#include "crypto/keys/file_custody.h"

#include <filesystem>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/base/bytes.h"
#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

constexpr Timestamp kNoon{1795348800000000};  // 2026-11-22T12:00:00Z

class FileCustodyTest : public ::testing::Test {
 protected:
  FileCustodyTest() : folder_(scratch_.path() / "custody") {}
  std::unique_ptr<FileCustody> Open() {
    auto custody = FileCustody::Open(folder_, entropy_);
    EXPECT_TRUE(custody.ok()) << custody.status().message();
    return custody.ok() ? std::move(custody).value() : nullptr;
  }

  testing_support::ScratchFolder scratch_;
  std::filesystem::path folder_;
  SystemEntropy entropy_;
};

TEST_F(FileCustodyTest, MakesARootOnceAndKeepsIt) {
  const SecretBytes root = Open()->BaseKey().value();
  EXPECT_EQ(root.size(), 32U);
  EXPECT_TRUE(ConstantTimeEqual(Open()->BaseKey()->ExposeSecret(), root.ExposeSecret()));
  struct stat facts {};
  ASSERT_EQ(::stat(folder_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700U);
}

TEST_F(FileCustodyTest, GenerationsCountUpAndDiffer) {
  const auto custody = Open();
  EXPECT_EQ(*custody->CurrentKek(), 0U);
  EXPECT_EQ(*custody->NewKek(entropy_), 1U);
  EXPECT_EQ(*custody->CurrentKek(), 0U) << "pending";
  ASSERT_TRUE(custody->ActivateKek(1).ok());
  EXPECT_EQ(*custody->NewKek(entropy_), 2U);
  EXPECT_FALSE(ConstantTimeEqual(custody->Kek(1).value()->Derive({})->ExposeSecret(),
                                 custody->Kek(2).value()->Derive({})->ExposeSecret()));
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  EXPECT_EQ(custody->ActivateKek(1).code(), StatusCode::kConflict);
  EXPECT_EQ(*Open()->CurrentKek(), 2U);
  EXPECT_EQ(custody->ActivateKek(9).code(), StatusCode::kNotFound);
  EXPECT_EQ(custody->Kek(9).status().code(), StatusCode::kNotFound);
}

TEST_F(FileCustodyTest, ADestroyedGenerationLeavesItsDateAndNothingElse) {
  const auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  EXPECT_EQ(custody->DestroyKek(2, kNoon).code(), StatusCode::kConflict) << "in use";
  ASSERT_TRUE(custody->DestroyKek(1, kNoon).ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "kek-1.key"));
  EXPECT_EQ(AsText(*ReadFile(folder_ / "kek-1.destroyed")), "2026-11-22T12:00:00Z\n");
  EXPECT_EQ(custody->Kek(1).status().code(), StatusCode::kCorrupt);
  EXPECT_NE(custody->Kek(1).status().message().find("destroyed on 2026-11-22"), std::string::npos);
  EXPECT_EQ(*custody->DestroyedAt(1), kNoon);
  EXPECT_FALSE(custody->DestroyedAt(2)->has_value());
  EXPECT_TRUE(custody->DestroyKek(1, Timestamp{}).ok());
  EXPECT_EQ(*custody->DestroyedAt(1), kNoon) << "the first date stays";
  EXPECT_EQ(*custody->NewKek(entropy_), 3U) << "numbers are never used again";
}

TEST_F(FileCustodyTest, AKeyFilePutBackStaysDestroyed) {
  const auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  const Bytes stolen = *ReadFile(folder_ / "kek-1.key");
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  ASSERT_TRUE(custody->DestroyKek(1, kNoon).ok());
  ASSERT_TRUE(WriteFileAtomically(folder_ / "kek-1.key", stolen, 0600).ok());
  EXPECT_EQ(custody->Kek(1).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(Open()->Kek(1).status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "kek-1.key"));
}

TEST_F(FileCustodyTest, ADestructionThatACrashInterruptedIsCompletedAtOpen) {
  auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  // The note is written, the key file is still there.
  ASSERT_TRUE(
      WriteFileAtomically(folder_ / "kek-1.destroyed", AsBytes("2026-11-22T12:00:00Z\n")).ok());
  EXPECT_EQ(custody->Kek(1).status().code(), StatusCode::kCorrupt);
  custody = Open();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "kek-1.key"));
}

TEST_F(FileCustodyTest, HalfWrittenKeyFilesAreErasedAtOpen) {
  ASSERT_NE(Open(), nullptr);
  ASSERT_TRUE(WriteFileAtomically(folder_ / "kek-1.key.new-77", AsBytes("half a key")).ok());
  EXPECT_EQ(*Open()->NewestKek(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "kek-1.key.new-77"));
}

TEST_F(FileCustodyTest, RefusesAKeyThatOthersCanRead) {
  ASSERT_EQ(*Open()->NewKek(entropy_), 1U);
  ASSERT_EQ(::chmod((folder_ / "root.key").c_str(), 0644), 0);
  EXPECT_EQ(FileCustody::Open(folder_, entropy_).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(FileCustody::OpenExisting(folder_).status().code(), StatusCode::kInvalid);
  ASSERT_EQ(::chmod((folder_ / "root.key").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((folder_ / "kek-1.key").c_str(), 0640), 0);
  EXPECT_EQ(Open()->Kek(1).status().code(), StatusCode::kInvalid);
}

TEST_F(FileCustodyTest, RefusesAFolderThatOthersMayChange) {
  ASSERT_NE(Open(), nullptr);
  ASSERT_EQ(::chmod(folder_.c_str(), 0770), 0);
  EXPECT_EQ(FileCustody::Open(folder_, entropy_).status().code(), StatusCode::kInvalid);
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
}

TEST_F(FileCustodyTest, AMissingRootIsNeverReplacedBesideKeks) {
  ASSERT_EQ(*Open()->NewKek(entropy_), 1U);
  std::filesystem::remove(folder_ / "root.key");
  EXPECT_EQ(FileCustody::Open(folder_, entropy_).status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "root.key"));
}

TEST_F(FileCustodyTest, OpenExistingMakesNothing) {
  EXPECT_EQ(FileCustody::OpenExisting(folder_).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(FileCustodyTest, ARenamedKekIsCorrupt) {
  const auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  std::filesystem::rename(folder_ / "kek-1.key", folder_ / "kek-2.key");
  EXPECT_EQ(custody->Kek(2).status().code(), StatusCode::kCorrupt);
}

TEST_F(FileCustodyTest, DamagedNotesAreCorruptAndNotTakenForAnother) {
  const auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  ASSERT_TRUE(custody->DestroyKek(1, kNoon).ok());
  ASSERT_TRUE(WriteFileAtomically(folder_ / "kek-current", AsBytes("two")).ok());
  EXPECT_EQ(custody->CurrentKek().status().code(), StatusCode::kCorrupt);
  std::filesystem::remove(folder_ / "kek-current");
  EXPECT_EQ(custody->CurrentKek().status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
