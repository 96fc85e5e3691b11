#include "coordinator/api/segment_index.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "pipelines/snapshots/members.h"
#include "tests/coordinator/api/serving_fixture.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

Bytes SomeMembers(int count) {
  std::vector<pipelines::Member> members;
  members.reserve(static_cast<size_t>(count));
  for (int n = 0; n < count; ++n) {
    members.push_back(
        {TokenOf("r", n), static_cast<uint64_t>(n + 1), "customer-" + std::to_string(n)});
  }
  return pipelines::EncodeMembers(members);
}

TEST(SegmentIndex, AnswersEveryMemberAndNobodyElse) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  const auto index = SegmentIndex::Build(scratch.path() / "i", SomeMembers(1'000), entropy).value();
  std::vector<Uuid> tokens;
  for (int n = 0; n < 1'000; ++n) {
    EXPECT_EQ(index->SegmentsOf(TokenOf("r", n)).value(), static_cast<uint64_t>(n + 1));
    EXPECT_EQ(index->SegmentsOf(TokenOf("other", n)).value(), 0U);
    tokens.push_back(TokenOf(n % 3 == 0 ? "other" : "r", n));
  }
  std::vector<uint64_t> bits(tokens.size());
  ASSERT_TRUE(index->SegmentsOf(tokens, bits).ok());
  for (size_t n = 0; n < tokens.size(); ++n) EXPECT_EQ(bits[n], n % 3 == 0 ? 0 : n + 1);
}

TEST(SegmentIndex, FindsTheTokenOfAReleasedIdentifier) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  const auto index = SegmentIndex::Build(scratch.path() / "i", SomeMembers(10), entropy).value();
  EXPECT_EQ(index->TokenOf("customer-3").value(), TokenOf("r", 3));
  EXPECT_FALSE(index->TokenOf("customer-10").value().has_value());
}

TEST(SegmentIndex, ServesAnEmptySnapshot) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  const auto index = SegmentIndex::Build(scratch.path() / "i", SomeMembers(0), entropy).value();
  EXPECT_EQ(index->SegmentsOf(TokenOf("r", 0)).value(), 0U);
}

TEST(SegmentIndex, LeavesNothingPlainOnDiskAndNothingAtAllBehind) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  {
    const auto index = SegmentIndex::Build(scratch.path() / "i", SomeMembers(200), entropy).value();
    size_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(scratch.path())) {
      if (!entry.is_regular_file()) continue;
      const Bytes content = ReadFile(entry.path()).value();
      bytes += content.size();
      const std::string_view text = AsText(content);
      EXPECT_EQ(text.find("customer-7"), std::string_view::npos) << entry.path();
      for (const int n : {0, 100, 199}) {
        const Uuid token = TokenOf("r", n);
        EXPECT_EQ(text.find(AsText(token)), std::string_view::npos) << entry.path();
      }
    }
    EXPECT_GT(bytes, 200U * 40U);
  }
  EXPECT_FALSE(fs::exists(scratch.path() / "i"));
}

TEST(SegmentIndex, RefusesAFolderThatIsThere) {
  const testing_support::ScratchFolder scratch;
  SeededEntropy entropy(1);
  EXPECT_EQ(SegmentIndex::Build(scratch.path(), SomeMembers(1), entropy).status().code(),
            StatusCode::kConflict);
}

}  // namespace
}  // namespace signet::coordinator
