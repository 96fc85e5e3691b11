#include "pipelines/experiments/experiment.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

ExperimentOptions Options(const std::string& json) {
  const Result<ExperimentOptions> options = ExperimentOptions::FromJson(*Json::Parse(json));
  EXPECT_TRUE(options.ok()) << options.status().ToString();
  return *options;
}

const char kShop[] = R"({
  "arm": "arm", "control": "plain", "assigned_at": "at", "exposures": "exposures",
  "exposed_at": "seen", "start": "2026-03-01", "end": "2026-04-01", "primary": "buyers",
  "metrics": {
    "buyers": {"kind": "proportion", "of": "orders", "time": "at"},
    "spend": {"kind": "mean", "of": "orders", "value": "amount", "time": "at", "cuped": "28d"},
    "basket": {"kind": "ratio", "of": "orders", "value": "amount", "per": "rows", "time": "at"}}})";

class Experiment : public testing::Test {
 protected:
  void SetUp() override { Open({}); }
  void Open(const std::vector<std::string>& paths) {
    connection_.reset();
    query::DatabaseOptions options;
    options.readable_paths = paths;
    database_ = std::move(query::Database::Open(options).value());
    connection_ = database_->Connect();
    policies::Label label;
    label.categories = {"user.behavior"};
    label.purposes = {"analytics.experiment"};
    label.identifiability = policies::Identifiability::kPseudonymous;
    inputs_ = {{"units",
                {{{"subject", ColumnType::kUuid, label},
                  {"arm", ColumnType::kText, label},
                  {"at", ColumnType::kTimestamp, label}}}},
               {"exposures",
                {{{"subject", ColumnType::kUuid, label}, {"seen", ColumnType::kTimestamp, label}}}},
               {"orders",
                {{{"subject", ColumnType::kUuid, label},
                  {"at", ColumnType::kTimestamp, label},
                  {"amount", ColumnType::kDecimal, label}}}}};
    context_.as_of = *TimestampFromText("2026-05-01");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  /// 400 people, half in each arm, all exposed on 2 March; each of 'offer' buys for 20, of 'plain'
  /// every second for 10; all bought for 7 in February.
  void LoadShop() {
    Sql("CREATE TABLE people AS SELECT i, ('00000000-0000-0000-0000-' || lpad(CAST(i AS VARCHAR), "
        "12, "
        "'0'))::UUID AS subject FROM range(400) t(i);"
        "CREATE TABLE units AS SELECT subject, CASE WHEN i % 2 = 0 THEN 'plain' ELSE 'offer' END "
        "AS "
        "arm, TIMESTAMP '2026-02-20' AS at FROM people;"
        "CREATE TABLE exposures AS SELECT subject, TIMESTAMP '2026-03-02' AS seen FROM people;"
        "CREATE TABLE orders AS SELECT subject, TIMESTAMP '2026-03-10' AS at, "
        "(CASE WHEN i % 2 = 0 THEN 10 ELSE 20 END)::DECIMAL(18,4) AS amount FROM people WHERE i % "
        "4 <> 0;"
        "INSERT INTO orders SELECT subject, TIMESTAMP '2026-02-10', 7 FROM people");
  }
  Result<Json> Run(const std::string& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunExperiment(*connection_, Options(options), inputs_, context_);
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
  StageContext context_;
};

const Json& Metric(const Json& figures, const std::string& name) {
  for (const Json& metric : figures["metrics"].items()) {
    if (metric["metric"].AsString() == name) return metric;
  }
  static const Json kNone;
  return kNone;
}

TEST_F(Experiment, ReadsOutEachMetricOverTheUnitsOwnWindow) {
  LoadShop();
  const Result<Json> figures = Run(kShop);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ(Metric(*figures, "buyers")["value"].AsDouble(), 1);
  EXPECT_EQ(Metric(*figures, "buyers")["control"].AsDouble(), 0.5);
  EXPECT_EQ(Metric(*figures, "spend")["difference"]["value"].AsDouble(), 15);
  EXPECT_EQ(Metric(*figures, "basket")["value"].AsDouble(), 20);
  EXPECT_EQ(Metric(*figures, "basket")["control"].AsDouble(), 10);
  EXPECT_EQ((*figures)["decision"].AsString(), "ship");
  EXPECT_EQ((*figures)["arm"].AsString(), "offer");
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out").value(), 3);
}

TEST_F(Experiment, OutcomesBeforeExposureOrAtTheEndDoNotCount) {
  LoadShop();
  const std::string before = Run(kShop)->Dump();
  Sql("INSERT INTO orders SELECT subject, TIMESTAMP '2026-03-01 12:00:00', 0 FROM people WHERE i % "
      "8 = 0;"
      "INSERT INTO orders SELECT subject, TIMESTAMP '2026-04-01', 5000 FROM people WHERE i % 3 = "
      "0");
  EXPECT_EQ(Run(kShop)->Dump(), before);
  Sql("INSERT INTO orders SELECT subject, TIMESTAMP '2026-03-31 23:59:59', 5000 FROM people LIMIT "
      "1");
  EXPECT_NE(Run(kShop)->Dump(), before);
}

TEST_F(Experiment, DuplicateExposuresAndRowOrderChangeNothing) {
  LoadShop();
  const std::string before = Run(kShop)->Dump();
  Sql("INSERT INTO exposures SELECT subject, TIMESTAMP '2026-03-05' FROM people;"
      "INSERT INTO units FROM units; CREATE TABLE o AS FROM orders ORDER BY subject DESC, amount;"
      "DROP TABLE orders; ALTER TABLE o RENAME TO orders");
  EXPECT_EQ(Run(kShop)->Dump(), before);
}

TEST_F(Experiment, UnitsInTwoArmsAreLeftOutAndCounted) {
  LoadShop();
  Sql("INSERT INTO units SELECT subject, 'offer', TIMESTAMP '2026-02-20' FROM people WHERE i IN "
      "(0, 2)");
  const Result<Json> figures = Run(kShop);
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ((*figures)["in_several_arms"].AsInt(), 2);
  EXPECT_EQ((*figures)["arms"]["plain"]["analysed"].AsDouble(), 198);
}

TEST_F(Experiment, AMismatchOfTheSampleRatioStopsTheReadOut) {
  LoadShop();
  Sql("DELETE FROM exposures WHERE subject IN (SELECT subject FROM people WHERE i % 2 = 0 AND i < "
      "150)");
  const Result<Json> figures = Run(kShop);
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ((*figures)["decision"].AsString(), "stopped");
  EXPECT_EQ((*figures)["metrics"].size(), 0U);
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out").value(), 0);
}

TEST_F(Experiment, NamesWhatIsWrong) {
  LoadShop();
  Sql("UPDATE units SET arm = 'plain'");
  EXPECT_NE(Run(kShop).status().message().find("1 arm found"), std::string::npos);
  Sql("UPDATE units SET arm = CASE WHEN subject::VARCHAR LIKE '%1' THEN 'a' ELSE 'b' END");
  EXPECT_EQ(Run(kShop).status().message(), "experiment: no unit is in the control arm 'plain'");
  EXPECT_NE(ExperimentOptions::FromJson(*Json::Parse(R"({"arm": "a", "control": "c"})"))
                .status()
                .message()
                .find("'metrics' must name"),
            std::string::npos);
  EXPECT_NE(
      ExperimentOptions::FromJson(
          *Json::Parse(
              R"({"arm": "a", "control": "c", "metrics": {"m": {"kind": "ratio", "value": "v"}}})"))
          .status()
          .message()
          .find("'per' belongs to ratios"),
      std::string::npos);
  EXPECT_EQ(
      ExperimentOutputSchema(
          Options(R"({"arm": "armm", "control": "c", "metrics": {"m": {"value": "at"}}})"), inputs_)
          .status()
          .message(),
      "experiment: input 'units' has no column 'armm'; did you mean 'arm'?");
}

TEST_F(Experiment, PromisesExactlyTheColumnsItMakes) {
  LoadShop();
  ASSERT_TRUE(Run(kShop).ok());
  const Schema schema = *ExperimentOutputSchema(Options(kShop), inputs_);
  const auto columns = connection_->Describe("SELECT * FROM out").value();
  ASSERT_EQ(columns.size(), schema.columns.size());
  for (size_t i = 0; i < columns.size(); ++i) EXPECT_EQ(columns[i].name, schema.columns[i].name);
  EXPECT_EQ(schema.Find("value")->label.identifiability, policies::Identifiability::kAggregate);
}

// Reference, run on this file: chisquare and ttest_ind(equal_var=False) of scipy 1.17.1,
// proportions_ztest of statsmodels 0.15.0.
TEST_F(Experiment, AgreesWithScipyAndStatsmodelsOnCookieCats) {
  const auto path = testing_support::SharedPath("data/cookie_cats/cookie_cats.csv");
  if (!path) GTEST_SKIP() << "../shared/data/cookie_cats is not here";
  Open({path->string()});
  Sql("CREATE TABLE units AS SELECT ('00000000-0000-0000-0000-' || lpad(userid, 12, '0'))::UUID AS "
      "subject, version AS arm, CAST(sum_gamerounds AS BIGINT) AS rounds, CAST(retention_1 AS "
      "BOOLEAN) AS retention_1, CAST(retention_7 AS BOOLEAN) AS retention_7 FROM read_csv('" +
      path->string() + "', all_varchar = true, header = true)");
  inputs_ = {{"units",
              {{{"subject", ColumnType::kUuid, {}},
                {"arm", ColumnType::kText, {}},
                {"rounds", ColumnType::kInt64, {}},
                {"retention_1", ColumnType::kBool, {}},
                {"retention_7", ColumnType::kBool, {}}}}}};
  const Result<Json> figures = Run(R"({"arm": "arm", "control": "gate_30", "primary": "retention_7",
      "metrics": {"retention_1": {"kind": "proportion", "value": "retention_1"},
                  "retention_7": {"kind": "proportion", "value": "retention_7"},
                  "rounds": {"value": "rounds"}}})");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_NEAR((*figures)["sample_ratio"]["chi_square"].AsDouble(), 6.90240, 1e-5);
  EXPECT_NEAR((*figures)["sample_ratio"]["p_value"].AsDouble(), 0.00860799, 1e-8);
  EXPECT_NEAR(Metric(*figures, "retention_7")["statistic"].AsDouble(), -3.16436, 1e-5);
  EXPECT_NEAR(Metric(*figures, "retention_7")["p_value"].AsDouble(), 0.00155425, 1e-8);
  EXPECT_NEAR(Metric(*figures, "retention_1")["statistic"].AsDouble(), -1.78409, 1e-5);
  EXPECT_NEAR(Metric(*figures, "rounds")["statistic"].AsDouble(), -0.885437, 1e-6);
  EXPECT_EQ((*figures)["decision"].AsString(), "keep_control");
}

}  // namespace
}  // namespace signet::pipelines
