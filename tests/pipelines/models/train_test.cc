#include "pipelines/models/train.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/ranking.h"
#include "pipelines/models/model_file.h"
#include "pipelines/query/single_value.h"
#include "tests/pipelines/models/training_world.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using testing_world::Customer;
using testing_world::World;

TrainOptions Options(const std::string& model, const std::string& more = "") {
  const Result<TrainOptions> options = TrainOptions::FromJson(*Json::Parse(
      R"({"model": ")" + model + R"(", "label": {"time": "at", "amount": "amount", "window": "90d"},
          "params": {"rounds": 150, "max_depth": 3, "threads": 2})" +
      more + "}"));
  EXPECT_TRUE(options.ok()) << options.status().ToString();
  return *options;
}

class Train : public testing::Test {
 protected:
  void SetUp() override {
    database_ = testing_world::OpenDatabase();
    connection_ = database_->Connect();
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  Result<Json> Run(const TrainOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunTrain(*connection_, options, World::Inputs(), World::Context());
  }
  std::string ModelBytes() {
    return connection_->QueryText("SELECT hex(model) || card FROM out").value();
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
};

TEST_F(Train, ChurnComesCloseToAnOracleThatKnowsEveryRate) {
  const World world(6000, 1);
  world.Load(*connection_, 3);
  const Result<Json> figures = Run(Options("churn"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  std::vector<double> truth;
  std::vector<uint8_t> labels;
  for (const Customer& c : world.customers()) {
    truth.push_back(-c.rate);
    labels.push_back(c.churned ? 1 : 0);
  }
  const double oracle = Auc(truth, labels, 0.95)->value;
  const Json& quality = (*figures)["quality"];
  const double auc = quality["auc"]["value"].AsDouble();
  EXPECT_GT(auc, oracle - 0.04) << "oracle " << oracle;
  EXPECT_LT(auc, oracle + 0.04);
  EXPECT_LT(quality["auc"]["low"].AsDouble(), auc);
  EXPECT_LT(quality["calibration_error"]["value"].AsDouble(), 0.06);
  EXPECT_GT(quality["baselines"]["logistic_regression"]["auc"]["value"].AsDouble(), 0.6);
  EXPECT_EQ(quality["alarms"].size(), 0U);
  EXPECT_EQ((*figures)["subjects"].AsInt(), 6000);
  EXPECT_NE((*figures)["top_features"].items().at(0)["feature"].AsString(), "noise");
}

TEST_F(Train, TheDiskInPlaceOfMemoryChangesNothingAndLeavesNothing) {
  World(3000, 1).Load(*connection_, 3);
  const testing_support::ScratchFolder folder;
  StageContext context = World::Context();
  context.scratch = folder.path();
  const std::string clv =
      R"(, "last_value": "orders_spend", "bgnbd": "orders", "method": "two_part", "search": 1)";
  for (const auto& [model, more] :
       {std::pair<std::string, std::string>{"churn", R"(, "min_leaf": 30)"},
        {"propensity", R"(, "method": "forest")"},
        {"clv", clv},
        {"survival", ""}}) {
    SCOPED_TRACE(model);
    const auto run = [&, model = model, more = more](bool disk) {
      Sql("DROP TABLE IF EXISTS out");
      TrainOptions options = Options(model, more);
      options.external_memory = disk;
      Result<Json> figures = RunTrain(*connection_, options, World::Inputs(), context);
      EXPECT_TRUE(figures.ok()) << figures.status().ToString();
      return figures->Dump() + ModelBytes();
    };
    EXPECT_TRUE(run(true) == run(false));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

TEST_F(Train, NeedsAPlaceForExternalMemory) {
  World(3000, 1).Load(*connection_, 3);
  TrainOptions options = Options("churn", R"(, "external_memory": true)");
  EXPECT_TRUE(options.external_memory);
  EXPECT_EQ(Run(options).status().code(), StatusCode::kInvalid);
}

TEST_F(Train, ValueRanksCustomersAndShowsItsBaselines) {
  const World world(6000, 2);
  world.Load(*connection_, 3);
  const Result<Json> figures = Run(Options(
      "clv", R"(, "last_value": "orders_spend", "last_value_period": "565d", "bgnbd": "orders")"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  std::vector<double> truth;
  std::vector<double> value;
  for (const Customer& c : world.customers()) {
    truth.push_back(c.rate * c.mean_value);
    value.push_back(c.value);
  }
  const double oracle = Spearman(truth, value, 0.95).value;
  const Json& quality = (*figures)["quality"];
  EXPECT_GT(quality["spearman"]["value"].AsDouble(), oracle - 0.05) << "oracle " << oracle;
  EXPECT_LT(std::fabs(quality["bias"]["value"].AsDouble()), 0.2 * quality["mean_value"].AsDouble());
  for (const char* baseline : {"last_value", "bgnbd", "average_with_bgnbd"}) {
    EXPECT_GT(quality["baselines"][baseline]["spearman"]["value"].AsDouble(), oracle - 0.1)
        << baseline;
  }
}

/// The published explanations: the surrogate's rules, and the trees behind the reasons.
TEST_F(Train, ExplainsNoFewerPeopleThanThePolicySays) {
  const World world(3000, 2);
  world.Load(*connection_, 3);
  constexpr int64_t kPeople = 120;
  const std::string few = R"(, "last_value": "orders_spend", "last_value_period": "565d")";
  const Result<Json> figures = Run(Options("clv", few + R"(, "min_leaf": 120)"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const Json& rules = (*figures)["surrogate"]["rules"];
  ASSERT_GT(rules.size(), 1U);
  for (const Json& rule : rules.items()) EXPECT_GE(rule["rows"].AsInt(), kPeople);
  EXPECT_NE((*figures)["card"]["explanations"].AsString().find("120 people"), std::string::npos);
  const Bytes bytes = query::ReadSingleBlob(*connection_, "SELECT model FROM out").value();
  const Model model = Model::Decode(bytes).value();
  EXPECT_GT(model.trees.ends.size(), 0U) << "trees of amounts have leaves of fewer";
  // A group smaller than all that may be told about gets no small tree at all.
  const Result<Json> none = Run(Options("clv", few + R"(, "min_leaf": 5000)"));
  ASSERT_TRUE(none.ok()) << none.status().ToString();
  EXPECT_FALSE(none->Has("surrogate"));
}

TEST_F(Train, GivesTheSameBytesForAnyRowOrder) {
  const World world(1500, 5);
  for (const char* model : {"churn", "clv"}) {
    SCOPED_TRACE(model);
    world.Load(*connection_, 11);
    ASSERT_TRUE(Run(Options(model)).ok());
    const std::string first = ModelBytes();
    world.Load(*connection_, 99);
    ASSERT_TRUE(Run(Options(model)).ok());
    EXPECT_EQ(ModelBytes(), first);
  }
}

TEST_F(Train, CountsExactlyTheWindowFromTheCutOff) {
  const World world(400, 6);
  world.Load(*connection_, 1);
  const auto churned = [&] {
    const Result<Json> figures = Run(Options("churn"));
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    return ModelBytes();
  };
  const std::string before = churned();
  // Just before the cut-off and at the window's end: neither is in [T0, T0 + 90d).
  Sql("INSERT INTO events SELECT subject, TIMESTAMP '2026-03-31 23:59:59.999999', 5 FROM features;"
      "INSERT INTO events SELECT subject, TIMESTAMP '2026-06-30', 5 FROM features");
  EXPECT_EQ(churned(), before);
  // The first microsecond of the window counts: nobody churned, so nothing can be learnt.
  Sql("INSERT INTO events SELECT subject, TIMESTAMP '2026-04-01', 5 FROM features");
  const Result<Json> figures = Run(Options("churn"));
  EXPECT_EQ(figures.status().code(), StatusCode::kInvalid);
  EXPECT_NE(figures.status().message().find("one outcome alone"), std::string::npos)
      << figures.status().message();
}

TEST_F(Train, ReturnsAreNoPurchases) {
  const World world(400, 6);
  world.Load(*connection_, 1);
  ASSERT_TRUE(Run(Options("churn")).ok());
  const std::string before = ModelBytes();
  Sql("INSERT INTO events SELECT subject, TIMESTAMP '2026-04-05', -20 FROM features");
  ASSERT_TRUE(Run(Options("churn")).ok());
  EXPECT_EQ(ModelBytes(), before);
}

TEST_F(Train, RefusesAWindowThatIsStillOpen) {
  World(400, 1).Load(*connection_, 1);
  TrainOptions options = Options("churn");
  options.label.window_seconds = 120LL * 86400;
  EXPECT_NE(Run(options).status().message().find("after as_of"), std::string::npos);
}

TEST_F(Train, RaisesAnAlarmWhenAFeatureKnowsTheFuture) {
  World(1000, 8).Load(*connection_, 1);
  Sql("UPDATE features SET noise = (SELECT count(*) FROM events e WHERE e.subject = "
      "features.subject)");
  const Result<Json> figures = Run(Options("churn"));
  ASSERT_TRUE(figures.ok());
  const Json& alarms = (*figures)["quality"]["alarms"];
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms.items()[0]["feature"].AsString(), "noise");
}

TEST_F(Train, NamesWhatIsWrongWithTheRows) {
  World(400, 1).Load(*connection_, 1);
  Sql("CREATE OR REPLACE TABLE all_events AS FROM events; DELETE FROM events");
  EXPECT_NE(Run(Options("churn")).status().message().find("one outcome alone"), std::string::npos);
  EXPECT_NE(Run(Options("clv")).status().message().find("one outcome alone"), std::string::npos);
  Sql("INSERT INTO events FROM all_events; INSERT INTO features FROM features LIMIT 1");
  EXPECT_NE(Run(Options("churn")).status().message().find("a subject twice"), std::string::npos);
  Sql("UPDATE features SET features_at = TIMESTAMP '2026-03-01' WHERE noise > 0.5");
  EXPECT_NE(Run(Options("churn")).status().message().find("more than one cut-off"),
            std::string::npos);
  Sql("DELETE FROM features");
  EXPECT_NE(Run(Options("churn")).status().message().find("no rows of features"),
            std::string::npos);
}

TEST_F(Train, LearnsTheBaseRateFromConstantFeatures) {
  World(600, 1).Load(*connection_, 1);
  TrainOptions options = Options("churn");
  options.drop = {"orders_count",
                  "orders_recency_days",
                  "orders_tenure_days",
                  "orders_spend",
                  "orders_value_mean",
                  "noise",
                  "tier"};
  const Result<Json> figures = Run(options);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["quality"]["auc"]["value"].AsDouble(), 0.5);
}

TEST_F(Train, OutputIsLabelledByFeaturesAndEvents) {
  const Result<Schema> schema = TrainOutputSchema(Options("churn"), World::Inputs());
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->Find("model")->label.categories,
            std::set<std::string>{"user.behavior.purchase_history"});
  TrainOptions options = Options("churn");
  options.label.time = "att";
  EXPECT_EQ(TrainOutputSchema(options, World::Inputs()).status().message(),
            "input 'events' has no column 'att'; did you mean 'at'?");
}

}  // namespace
}  // namespace signet::pipelines
