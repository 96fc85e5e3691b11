#include "pipelines/models/row_spool.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

constexpr size_t kColumns = 30;
constexpr size_t kRows = 20'000;

FeatureMatrix Draw(uint64_t seed) {
  SeededEntropy entropy(seed);
  FeatureMatrix rows;
  rows.columns = kColumns;
  rows.extras.resize(1);
  for (size_t i = 0; i < kRows; ++i) {
    rows.subjects.push_back({entropy.RandomUuid()});
    rows.extras[0].push_back(static_cast<double>(i));
    for (size_t c = 0; c < kColumns; ++c) {
      rows.cells.push_back(static_cast<float>(entropy.Next() % 1000));
    }
  }
  return rows;
}

/// Rows `from` to `to`, backwards.
FeatureMatrix Backwards(const FeatureMatrix& rows, size_t from, size_t to) {
  FeatureMatrix some;
  some.columns = kColumns;
  some.extras.resize(1);
  for (size_t i = to; i-- > from;) {
    some.subjects.push_back(rows.subjects[i]);
    some.extras[0].push_back(rows.extras[0][i]);
    const float* cells = rows.cells.data() + i * kColumns;
    some.cells.insert(some.cells.end(), cells, cells + kColumns);
  }
  return some;
}

FeatureMatrix All(const RowSpool& spool) {
  FeatureMatrix all;
  all.columns = kColumns;
  all.extras.resize(1);
  const Status status = spool.ForEach([&](const FeatureMatrix& rows) {
    all.subjects.insert(all.subjects.end(), rows.subjects.begin(), rows.subjects.end());
    all.cells.insert(all.cells.end(), rows.cells.begin(), rows.cells.end());
    all.extras[0].insert(all.extras[0].end(), rows.extras[0].begin(), rows.extras[0].end());
    return OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status.ToString();
  return all;
}

TEST(RowSpool, GivesRowsBySubjectWhateverTheirOrderTheBucketsOrThePlace) {
  const FeatureMatrix rows = Draw(7);
  const testing_support::ScratchFolder folder;
  RowSpool memory(kColumns, 1, kRows, nullptr);
  ASSERT_TRUE(memory.Append(rows).ok());
  const FeatureMatrix all = All(memory);
  ASSERT_EQ(all.rows(), kRows);
  EXPECT_TRUE(std::is_sorted(all.subjects.begin(), all.subjects.end()));
  for (size_t i = 0; i < kRows; i += 501) {
    const auto from = static_cast<size_t>(all.extras[0][i]);
    EXPECT_EQ(all.subjects[i], rows.subjects[from]);
    EXPECT_EQ(all.cells[i * kColumns + 7], rows.cells[from * kColumns + 7]);
  }
  for (const uint64_t expected : {uint64_t{1}, uint64_t{kRows}, uint64_t{100'000'000}}) {
    RowSpool disk(kColumns, 1, expected, ScratchFile::Create(folder.path()).value());
    ASSERT_TRUE(disk.Append(Backwards(rows, 5000, kRows)).ok());
    ASSERT_TRUE(disk.Append(Backwards(rows, 0, 5000)).ok());
    for (int pass = 0; pass < 2; ++pass) {
      const FeatureMatrix same = All(disk);
      EXPECT_TRUE(same.subjects == all.subjects) << expected;
      EXPECT_TRUE(same.cells == all.cells) << expected;
      EXPECT_TRUE(same.extras == all.extras) << expected;
    }
  }
}

TEST(RowSpool, LeavesNoCellInPlainOnTheDisk) {
  FeatureMatrix rows = Draw(9);
  const std::string canary = "canary!!";
  std::memcpy(&rows.cells[12 * kColumns], canary.data(), canary.size());
  const testing_support::ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  RowSpool spool(kColumns, 1, kRows, file);
  ASSERT_TRUE(spool.Append(rows).ok());
  std::string rests(file->size(), '\0');
  ASSERT_GT(rests.size(), kRows * kColumns);
  ASSERT_EQ(pread(file->descriptor(), rests.data(), rests.size(), 0),
            static_cast<ssize_t>(rests.size()));
  EXPECT_EQ(rests.find(canary), std::string::npos);
}

TEST(RowSpool, RefusesASubjectTwice) {
  FeatureMatrix rows = Draw(3);
  rows.subjects[11] = rows.subjects[17'000];
  RowSpool spool(kColumns, 1, 1, nullptr);
  ASSERT_TRUE(spool.Append(rows).ok());
  const Status status = spool.ForEach([](const FeatureMatrix& /*rows*/) { return OkStatus(); });
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
}

TEST(RowSpool, EndsWithTheVisitorsStatus) {
  RowSpool spool(kColumns, 1, 100'000'000, nullptr);
  ASSERT_TRUE(spool.Append(Draw(4)).ok());
  int calls = 0;
  const Status status = spool.ForEach([&calls](const FeatureMatrix& /*rows*/) {
    ++calls;
    return Invalid("enough");
  });
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace signet::pipelines
