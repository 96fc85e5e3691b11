#include "pipelines/artifacts/scratch_file.h"

#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/bit_flip.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using testing_support::FlipBit;
using testing_support::ScratchFolder;

std::string AtRest(const ScratchFile& file) {
  std::string bytes(file.size() + 1, '\0');
  const ssize_t count = pread(file.descriptor(), bytes.data(), bytes.size(), 0);
  bytes.resize(count < 0 ? 0 : static_cast<size_t>(count));
  return bytes;
}

Bytes PageOf(size_t i) {
  return Bytes(1 + i * 977 % 5000, static_cast<uint8_t>(i));
}

TEST(ScratchFile, GivesPagesBackInAnyOrderAndToAnyThread) {
  const ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  constexpr size_t kPages = 60;
  std::vector<uint64_t> numbers(kPages);
  {
    std::vector<std::jthread> writers;
    for (size_t lane = 0; lane < 3; ++lane) {
      writers.emplace_back([&, lane] {
        for (size_t i = lane; i < kPages; i += 3) numbers[i] = file->Append(PageOf(i)).value();
      });
    }
  }
  for (size_t i = kPages; i-- > 0;) EXPECT_TRUE(file->Read(numbers[i]).value() == PageOf(i)) << i;
  EXPECT_EQ(AtRest(*file).size(), file->size());
}

TEST(ScratchFile, RestsSealedWithoutAName) {
  const ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  const std::string canary = "canary.person@example.org";
  ASSERT_TRUE(file->Append(ToBytes(canary + canary)).ok());
  ASSERT_TRUE(file->Append(ToBytes(canary + canary)).ok());
  const std::string rests = AtRest(*file);
  EXPECT_EQ(rests.size(), 2 * (2 * canary.size() + 16));
  EXPECT_EQ(rests.find(canary.substr(0, 6)), std::string::npos);
  EXPECT_NE(rests.substr(0, rests.size() / 2), rests.substr(rests.size() / 2))
      << "equal pages must not look equal";
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ScratchFile, NoticesWhatTheDiskChanged) {
  const ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  ASSERT_TRUE(file->Append(PageOf(3)).ok());
  ASSERT_TRUE(file->Append(PageOf(4)).ok());
  ASSERT_TRUE(FlipBit(file->descriptor(), 10));
  EXPECT_EQ(file->Read(0).status().code(), StatusCode::kCorrupt);
  EXPECT_TRUE(file->Read(1).ok());
  ASSERT_EQ(ftruncate(file->descriptor(), static_cast<off_t>(file->size() - 1)), 0);
  EXPECT_EQ(file->Read(1).status().code(), StatusCode::kCorrupt);
}

TEST(ScratchFile, AnotherHasAKeyOfItsOwn) {
  const ScratchFolder folder;
  const auto one = ScratchFile::Create(folder.path()).value();
  const auto two = one->Another().value();
  ASSERT_TRUE(one->Append(PageOf(9)).ok());
  ASSERT_TRUE(two->Append(PageOf(9)).ok());
  EXPECT_NE(AtRest(*one), AtRest(*two));
  EXPECT_TRUE(two->Read(0).value() == PageOf(9));
}

TEST(ScratchFile, SaysWhatItNeedsWhereItCannotBeMade) {
  const ScratchFolder folder;
  const auto none = ScratchFile::Create(folder.path() / "absent");
  ASSERT_EQ(none.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(none.status().ToString().find("absent"), std::string::npos);
  EXPECT_FALSE(none.status().remedy().empty());
}

}  // namespace
}  // namespace signet::pipelines
