#include "pipelines/models/drift_stage.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

class DriftStage : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
    World(1500, 4).Load(*connection_, 1);
    Sql("CREATE TABLE reference AS FROM features");
    World(1500, 5).Load(*connection_, 2);
    Sql("CREATE TABLE current AS FROM features");
    inputs_["reference"] = World::Inputs().at("features");
    inputs_["current"] = World::Inputs().at("features");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  Result<Json> Run(const std::string& options = "{}") {
    Sql("DROP TABLE IF EXISTS out");
    const auto read = DriftStageOptions::FromJson(*Json::Parse(options));
    EXPECT_TRUE(read.ok()) << read.status().ToString();
    return RunDrift(*connection_, *read, inputs_, World::Context());
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

TEST_F(DriftStage, OfOnePopulationIsStableAndTellsEveryColumn) {
  const Result<Json> report = Run();
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ((*report)["verdict"].AsString(), "stable");
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out WHERE verdict = 'stable'").value(),
            8);
}

TEST_F(DriftStage, FindsWhatMovedAndDoesNotDependOnRowOrder) {
  Sql("UPDATE current SET tier = 'silver', orders_spend = orders_spend * 3");
  const std::string first = Run()->Dump();
  EXPECT_EQ(connection_
                ->QueryText("SELECT string_agg(\"column\", ' ' ORDER BY \"column\") FROM out "
                            "WHERE verdict = 'major'")
                .value(),
            "orders_spend tier");
  Sql("CREATE TABLE sorted AS FROM current ORDER BY noise; DROP TABLE current;"
      "ALTER TABLE sorted RENAME TO current");
  EXPECT_EQ(Run()->Dump(), first);
}

TEST_F(DriftStage, RefusesFewRowsAndUnknownColumns) {
  EXPECT_FALSE(Run(R"({"drop": ["nothing"]})").ok());
  EXPECT_FALSE(DriftStageOptions::FromJson(*Json::Parse(R"({"bin": 3})")).ok());
  Sql("DELETE FROM current WHERE noise > 0.01");
  EXPECT_NE(Run().status().message().find("at least 50"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
