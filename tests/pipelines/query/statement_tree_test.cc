#include "pipelines/query/statement_tree.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

class StatementTree : public testing::Test {
 protected:
  std::unique_ptr<Database> database_ =
      Database::Open({/*threads=*/1, /*memory_mb=*/128, {}}).value();
  std::unique_ptr<Connection> connection_ = database_->Connect();

  StatementTrees Parsed(const std::vector<std::string>& statements) {
    StatementTrees all;
    ParseStatements(*connection_, statements, [&](StatementTrees trees) { all.merge(trees); });
    return all;
  }
};

TEST_F(StatementTree, ManyAtOnceAreTheTreesOfEachAlone) {
  std::vector<std::string> statements;
  statements.reserve(600);
  for (int i = 0; i < 600; ++i) {
    statements.push_back("SELECT subject, 'it''s " + std::to_string(i) +
                         "' AS t FROM p WHERE n > " + std::to_string(i));
  }
  const StatementTrees trees = Parsed(statements);
  ASSERT_EQ(trees.size(), statements.size());
  for (const size_t i : {size_t{0}, size_t{63}, size_t{64}, size_t{599}}) {
    EXPECT_EQ(trees.at(statements[i]), ParseStatement(*connection_, statements[i]).value());
  }
}

TEST_F(StatementTree, WhatIsRefusedIsLeftOutAndCostsNoOther) {
  const std::string nul("SELECT 1\0", 9);
  const std::vector<std::string> statements = {"SELECT 1 AS a",
                                               "SELECT FROM",
                                               "DROP TABLE t",
                                               "SELECT 1; SELECT 2",
                                               nul,
                                               "\xff",
                                               std::string((size_t{1} << 20) + 1, ' '),
                                               "SELECT 2 AS b"};
  const StatementTrees trees = Parsed(statements);
  EXPECT_EQ(trees.size(), 2U);
  for (const std::string& sql : statements) {
    EXPECT_EQ(trees.contains(sql), ParseStatement(*connection_, sql).ok()) << sql.substr(0, 20);
  }
}

TEST_F(StatementTree, AUnionThatKeepsAllRowsSaysSo) {
  const Json all = ParseStatement(*connection_, "SELECT 1 UNION ALL SELECT 2").value();
  const Json distinct = ParseStatement(*connection_, "SELECT 1 UNION SELECT 2").value();
  EXPECT_TRUE(all["node"]["setop_all"].AsBool());
  EXPECT_FALSE(distinct["node"]["setop_all"].AsBool());
}

}  // namespace
}  // namespace signet::pipelines::query
