#include "pipelines/govern/cell_cache.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(CellCache, FindsACellUnderItsSubjectAndTextOnly) {
  SeededEntropy random(1);
  const SubjectId anna{random.RandomUuid()};
  const SubjectId berta{random.RandomUuid()};
  CellCache cells;
  cells.Add({anna, "C-1"}, AsBytes("sealed for anna"));
  EXPECT_EQ(AsText(cells.Find({anna, "C-1"}).value()), "sealed for anna");
  EXPECT_FALSE(cells.Find({berta, "C-1"}).has_value());
  EXPECT_FALSE(cells.Find({anna, "C-2"}).has_value());
  EXPECT_FALSE(cells.Find({anna, ""}).has_value());
}

TEST(CellCache, KeepsAllOfManyThousands) {
  SeededEntropy random(2);
  std::vector<SubjectId> subjects;
  std::vector<CellCache::Key> keys;
  CellCache cells;
  for (int i = 0; i < 20'000; ++i) {
    subjects.push_back({random.RandomUuid()});
    cells.Add({subjects.back(), "text"}, AsBytes("cell " + std::to_string(i)));
  }
  keys.reserve(subjects.size());
  for (const SubjectId& subject : subjects) keys.emplace_back(subject, "text");
  cells.Prefetch(keys);
  for (int i = 0; i < 20'000; ++i) {
    const auto cell = cells.Find({subjects[static_cast<size_t>(i)], "text"});
    ASSERT_TRUE(cell.has_value()) << i;
    EXPECT_EQ(AsText(*cell), "cell " + std::to_string(i));
  }
}

TEST(CellCache, StopsAtItsLimitAndKeepsWhatItHas) {
  SeededEntropy random(3);
  const SubjectId first{random.RandomUuid()};
  CellCache cells(size_t{2} << 20);
  cells.Add({first, "a"}, AsBytes("one"));
  const std::string large(600'000, 'x');
  for (int i = 0; i < 20; ++i) cells.Add({{random.RandomUuid()}, large}, AsBytes("cell"));
  EXPECT_LE(cells.size(), 4U);
  cells.Add({first, std::string(2'000'000, 'y')}, AsBytes("larger than a block"));
  EXPECT_EQ(AsText(cells.Find({first, "a"}).value()), "one");
}

}  // namespace
}  // namespace signet::pipelines
