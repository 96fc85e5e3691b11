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

TEST(IdentifierSource, ReadsPeopleApartByEmptyLinesAndCorrectionsByColumn) {
  const testing_support::ScratchFolder folder;
  const std::string path = (folder.path() / "who").string();
  std::ofstream(path) << "email a@b\nid 7\n\n# the next\nemail c@d\n";
  const auto people = ReadPeopleFrom(path);
  ASSERT_TRUE(people.ok()) << people.status().message();
  ASSERT_EQ(people->size(), 2U);
  EXPECT_EQ((*people)[0].size(), 2U);
  std::ofstream(path) << "crm.country FI\norders.note two words\n";
  const auto corrections = ReadCorrections(path, "shop");
  ASSERT_TRUE(corrections.ok()) << corrections.status().message();
  EXPECT_EQ(corrections->items()[1]["dataset"].AsString(), "orders");
  EXPECT_EQ(corrections->items()[1]["value"].AsString(), "two words");
  std::ofstream(path) << "country MARKER\n";
  const Status bad = ReadCorrections(path, "shop").status();
  EXPECT_EQ(bad.code(), StatusCode::kInvalid);
  EXPECT_EQ(bad.ToString().find("MARKER"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
