#include "pipelines/query/single_value.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

class SingleBlob : public testing::Test {
 protected:
  Result<Bytes> Read(const std::string& sql) { return ReadSingleBlob(*connection_, sql); }
  std::unique_ptr<Database> database_ = Database::Open({1, 512, {}}).value();
  std::unique_ptr<Connection> connection_ = database_->Connect();
};

TEST_F(SingleBlob, IsTheValueOfTheOnlyRow) {
  EXPECT_EQ(Read("SELECT '\\x00\\xff'::BLOB").value(), (Bytes{0x00, 0xff}));
}

TEST_F(SingleBlob, NoRowSeveralRowsAndNullAreInvalid) {
  for (const char* sql : {"SELECT 'a'::BLOB WHERE false",
                          "SELECT 'a'::BLOB FROM range(2)",
                          "SELECT 'a'::BLOB FROM range(5000)",
                          "SELECT NULL::BLOB"}) {
    EXPECT_EQ(Read(sql).status().code(), StatusCode::kInvalid) << sql;
  }
}

}  // namespace
}  // namespace signet::pipelines::query
