/// A table `everyone` of persons with random ids, split as the planner splits it, and the stages
/// that stand for a `cluster` with `sample`, run one after the other over the parts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"
#include "pipelines/query/single_value.h"
#include "pipelines/record/dataset.h"
#include "pipelines/segments/cluster_learn_stage.h"
#include "pipelines/segments/cluster_merge_stage.h"
#include "pipelines/segments/cluster_sample_stage.h"
#include "pipelines/segments/cluster_sums_stage.h"

namespace signet::pipelines {

class SampledWorld : public testing::Test {
 protected:
  /// What the chain gave.
  struct Learnt {
    Bytes model;
    Json figures;
    int64_t read = 0;    ///< rows that the partitions gave to the learning stage
    int64_t learnt = 0;  ///< rows that it learnt from
  };

  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    MakePeople(900);
  }

  /// Three heaps of different sizes; one person in 97 misses a value, one in ten has no churn of
  /// interest.
  void MakePeople(int people) {
    Sql("CREATE OR REPLACE TABLE everyone AS SELECT md5(i::VARCHAR)::UUID AS subject, "
        "CAST(CASE WHEN i % 7 < 2 THEN 30 WHEN i % 7 < 5 THEN 4 ELSE 90 END + (i * 7919 % 1009) / "
        "317.0 AS DOUBLE) AS frequency, "
        "CASE WHEN i % 97 = 5 THEN NULL ELSE CAST(CASE WHEN i % 7 < 2 THEN 200 ELSE 10 END + (i * "
        "104729 % 997) / 61.0 AS DOUBLE) END AS recency, (i % 10)::DOUBLE AS churn FROM range(" +
        std::to_string(people) + ") t(i)");
    const auto label = [](const std::string& category) {
      policies::Label made;
      made.categories = {category};
      made.purposes = {"marketing"};
      return made;
    };
    inputs_ = {{"people",
                {{{"subject", ColumnType::kUuid, label("user.unique_id")},
                  {"frequency", ColumnType::kDouble, label("user.behavior")},
                  {"recency", ColumnType::kDouble, label("user.value")},
                  {"churn", ColumnType::kDouble, label("user.churn")}}}}};
  }

  static ClusterOptions Options(const std::string& json) {
    const Result<ClusterOptions> options = ClusterOptions::FromJson(*Json::Parse(json));
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    ClusterOptions quick = options.ok() ? *options : ClusterOptions();
    quick.clustering.choice.resamples = 2;
    return quick;
  }
  static constexpr char kPlain[] =
      R"({"columns": ["frequency", "recency"], "k": "2..4", "restarts": 3, "sample": 200,
          "group_min": 20})";

  /// The view `people`: partition `p` of `partitions`, or everybody for p = -1; rows by `order`.
  void Show(int p, int partitions, const std::string& order) {
    const std::string part = "('0x' || substr(subject::VARCHAR, 1, 8))::BIGINT % " +
                             std::to_string(partitions) + " = " + std::to_string(p);
    Sql("CREATE OR REPLACE TEMP TABLE people AS SELECT * FROM everyone" +
        (p < 0 ? std::string() : " WHERE " + part) + (order.empty() ? "" : " ORDER BY " + order));
  }

  /// Runs `stage` and moves what it gave into table `to`.
  template <typename Stage>
  Json Into(const std::string& to, const Stage& stage) {
    const Result<Json> figures = stage();
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    if (!figures.ok()) return {};
    Sql("CREATE TABLE IF NOT EXISTS " + to + " AS SELECT * FROM out LIMIT 0");
    Sql("INSERT INTO " + to + " SELECT * FROM out; DROP TABLE out");
    return *figures;
  }

  /// The first two stages over each partition: tables `sample` and `scaling`.
  void Gather(const ClusterOptions& options, StageContext context, const std::string& order) {
    Sql("DROP TABLE IF EXISTS sample; DROP TABLE IF EXISTS scaling; DROP TABLE IF EXISTS learnt; "
        "DROP TABLE IF EXISTS sums; DROP TABLE IF EXISTS clusters");
    for (context.partition = 0; context.partition < context.partitions; ++context.partition) {
      Show(context.partition, context.partitions, order);
      Into("sample", [&] { return RunClusterSample(*connection_, options, inputs_, context); });
      Into("scaling", [&] { return RunClusterSums(*connection_, options, inputs_, context); });
    }
    made_ = {
        {"sample", ClusterSampleOutputSchema(options, inputs_).value()},
        {"scaling", ClusterSumsOutputSchema(options, inputs_).value()},
    };
  }

  /// The whole chain.
  Learnt Learn(const ClusterOptions& options,
               int partitions,
               uint64_t seed = 1,
               const std::string& order = "") {
    StageContext context;
    context.seed = seed;
    context.partitions = partitions;
    Gather(options, context, order);
    Learnt all;
    all.read = Count("SELECT count(*) FROM sample");
    const Json learnt =
        Into("learnt", [&] { return RunClusterLearn(*connection_, options, made_, context); });
    all.learnt = learnt["rows"].AsInt();
    std::map<std::string, Schema> with_learnt = inputs_;
    with_learnt["learnt"] = ClusterLearnOutputSchema(options, made_).value();
    for (context.partition = 0; context.partition < partitions; ++context.partition) {
      Show(context.partition, partitions, order);
      Into("sums", [&] { return RunClusterSums(*connection_, options, with_learnt, context); });
    }
    const std::map<std::string, Schema> parts = {
        {"learnt", with_learnt.at("learnt")},
        {"sums", ClusterSumsOutputSchema(options, with_learnt).value()}};
    all.figures =
        Into("clusters", [&] { return RunClusterMerge(*connection_, options, parts, context); });
    const Result<Bytes> model = query::ReadSingleBlob(*connection_, "SELECT model FROM clusters");
    EXPECT_TRUE(model.ok());
    if (model.ok()) all.model = *model;
    return all;
  }

  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;  ///< of the step in the document
  std::map<std::string, Schema> made_;    ///< of what Gather made
};

}  // namespace signet::pipelines
