#include "coordinator/cli/identifier_source.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(IdentifierSource, ReadsAFile) {
  const testing_support::ScratchFolder folder;
  const std::string path = (folder.path() / "who").string();
  std::ofstream(path) << "id 7\n";
  const auto read = ReadIdentifiersFrom(path);
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ((*read)[0].value.ExposePersonal(), "7");
}

TEST(IdentifierSource, AMissingFileIsNotFoundAndAnEmptyOneInvalid) {
  const testing_support::ScratchFolder folder;
  const std::string path = (folder.path() / "who").string();
  EXPECT_EQ(ReadIdentifiersFrom(path).status().code(), StatusCode::kNotFound);
  std::ofstream(path) << "# nobody\n";
  EXPECT_EQ(ReadIdentifiersFrom(path).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
