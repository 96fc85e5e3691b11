#include "crypto/store/lookup_table.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

std::string KeyOf(int i) {
  const std::string digits = std::to_string(i);
  return std::string(6 - digits.size(), '0') + digits;
}

class LookupTableTest : public testing::Test {
 protected:
  Result<std::unique_ptr<LookupTable>> BuildEven(int n) {
    return LookupTable::Build(folder_, [n](const LookupTable::RowSink& put) -> Status {
      for (int i = 0; i < n; i += 2) TRY(put(AsBytes(KeyOf(i)), AsBytes("v" + KeyOf(i))));
      return OkStatus();
    });
  }

  testing_support::ScratchFolder scratch_;
  std::filesystem::path folder_ = scratch_.path() / "table";
};

TEST_F(LookupTableTest, FindsWhatIsThereAndNothingElse) {
  const auto table = BuildEven(2000);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  for (const int n : {0, 1, 2, 256, 257, 2000}) {
    SCOPED_TRACE(n);
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(n));
    for (int i = 0; i < n; ++i) names.push_back(KeyOf(i));
    std::vector<ByteView> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) keys.push_back(AsBytes(name));
    std::map<size_t, std::string> found;
    ASSERT_TRUE((*table)
                    ->Find(keys,
                           [&found](size_t index, ByteView value) {
                             found[index] = AsText(value);
                             return OkStatus();
                           })
                    .ok());
    EXPECT_EQ(found.size(), static_cast<size_t>((n + 1) / 2));
    for (const auto& [index, value] : found) EXPECT_EQ(value, "v" + names[index]);
  }
}

TEST_F(LookupTableTest, AnEmptyTableFindsNothing) {
  const auto table = BuildEven(0);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  const ByteView key = AsBytes("x");
  EXPECT_TRUE((*table)
                  ->Find(std::span(&key, 1),
                         [](size_t /*index*/, ByteView /*value*/) { return Internal("found"); })
                  .ok());
}

TEST_F(LookupTableTest, RowsThatDoNotAscendAreRefused) {
  const auto table = LookupTable::Build(folder_, [](const LookupTable::RowSink& put) -> Status {
    TRY(put(AsBytes("b"), AsBytes("1")));
    return put(AsBytes("a"), AsBytes("2"));
  });
  EXPECT_EQ(table.status().code(), StatusCode::kInvalid);
}

TEST_F(LookupTableTest, AFolderThatIsThereIsAConflict) {
  ASSERT_TRUE(MakeFolders(folder_).ok());
  EXPECT_EQ(BuildEven(2).status().code(), StatusCode::kConflict);
}

TEST_F(LookupTableTest, AFailingSourceOfRowsFailsTheBuild) {
  const auto table = LookupTable::Build(folder_, [](const LookupTable::RowSink& /*put*/) {
    return Corrupt("the members are damaged");
  });
  EXPECT_EQ(table.status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
