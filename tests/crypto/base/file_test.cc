#include "crypto/base/file.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet {
namespace {

TEST(File, WritesPrivatelyAndReadsBack) {
  const testing_support::ScratchFolder scratch;
  const auto path = scratch.path() / "key";
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("abc")).ok());
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("defg")).ok());
  EXPECT_EQ(AsText(*ReadFile(path)), "defg");
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST(File, AMissingFileIsNotFoundAndNamesThePath) {
  const auto missing = ReadFile("/nowhere/at/all");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("/nowhere/at/all"), std::string::npos);
}

TEST(File, AFullDiskIsUnavailableWithARemedy) {
  const Status full = WriteFileAtomically("/dev/full/x", AsBytes("abc"));
  EXPECT_FALSE(full.ok());
}

TEST(MemoryFile, KeepsWhatWasAppended) {
  auto file = MemoryFile::Create("test");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Append(AsBytes("ab")).ok());
  ASSERT_TRUE(file->Append(AsBytes("cd")).ok());
  EXPECT_EQ(AsText(*file->ReadAll()), "abcd");
}

}  // namespace
}  // namespace signet
