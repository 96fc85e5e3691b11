#include "coordinator/cli/lab_table.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

using pipelines::TableKind;

TEST(LabTable, TypesEachColumnByWhatItHolds) {
  const testing_support::ScratchFolder folder;
  const std::string path = (folder.path() / "in.csv").string();
  std::ofstream(path) << "id,flag,yes,amount,day,city,list\n"
                         "1,true,Yes,2.5,2024-01-02,a,x\n"
                         "2,false,no,,2024-01-03,b,y\n"
                         "3,true,YES,4,,a,z\n";
  const std::unique_ptr<LabInput> input = std::move(LabInput::Open(path, "").value());
  std::vector<std::string> notes;
  const pipelines::Table table = ReadLabTable(*input, {"id"}, notes).value();
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.Find("id")->kind, TableKind::kCategory);
  EXPECT_EQ(table.Find("flag")->kind, TableKind::kFlag);
  EXPECT_EQ(table.Find("yes")->kind, TableKind::kFlag);
  EXPECT_EQ(table.Find("amount")->kind, TableKind::kNumber);
  EXPECT_TRUE(table.Find("amount")->IsMissing(1));
  ASSERT_EQ(table.Find("day")->kind, TableKind::kTime);
  EXPECT_EQ(table.Find("day")->numbers[0], 19724);
  EXPECT_EQ(table.Find("city")->kind, TableKind::kCategory);
  EXPECT_FALSE(ReadLabTable(*input, {"town"}, notes).ok());
  EXPECT_EQ(ReadLabColumn(*input, "amount > 3")->kind, TableKind::kFlag);
  EXPECT_EQ(NamesOf({"a, b", "c"}), (std::vector<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace signet::coordinator
