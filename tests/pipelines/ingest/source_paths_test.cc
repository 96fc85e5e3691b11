#include "pipelines/ingest/source_paths.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

class SourcePathsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"crm.csv",
                             "orders-2.csv",
                             "orders-10.csv",
                             "deep/a/web.jsonl",
                             "deep/b/web.jsonl",
                             ".hidden.csv"}) {
      ASSERT_TRUE(MakeFolders((scratch_.path() / name).parent_path()).ok());
      ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, ToBytes("x")).ok());
    }
  }
  std::vector<std::string> Names(const std::string& pattern) {
    std::vector<std::string> names;
    const std::vector<std::string> paths = ExpandPaths(pattern, scratch_.path()).value();
    names.reserve(paths.size());
    for (const std::string& path : paths) {
      names.push_back(std::filesystem::relative(path, scratch_.path()));
    }
    return names;
  }
  testing_support::ScratchFolder scratch_;
};

TEST_F(SourcePathsTest, PatternsGiveSortedFiles) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(this->Names("crm.csv"), Names{"crm.csv"});
  EXPECT_EQ(this->Names("./crm.csv"), Names{"crm.csv"});
  EXPECT_EQ(this->Names("orders-*.csv"), (Names{"orders-10.csv", "orders-2.csv"}));
  EXPECT_EQ(this->Names("orders-?.csv"), Names{"orders-2.csv"});
  EXPECT_EQ(this->Names("deep/*/web.jsonl"), (Names{"deep/a/web.jsonl", "deep/b/web.jsonl"}));
  EXPECT_EQ(this->Names("**/web.jsonl"), (Names{"deep/a/web.jsonl", "deep/b/web.jsonl"}));
  EXPECT_EQ(this->Names("*.csv"), (Names{"crm.csv", "orders-10.csv", "orders-2.csv"}));
  EXPECT_EQ(this->Names((scratch_.path() / "crm.csv").string()), Names{"crm.csv"});
}

TEST_F(SourcePathsTest, AMissingFileNamesTheNearestOne) {
  const Status status = ExpandPaths("crn.csv", scratch_.path()).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.diagnostic(), "SIG-4001");
  EXPECT_EQ(status.remedy(), "did you mean 'crm.csv'?");
  EXPECT_NE(ExpandPaths("nowhere/x.csv", scratch_.path()).status().remedy().find("does not exist"),
            std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
