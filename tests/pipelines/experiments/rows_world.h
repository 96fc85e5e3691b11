/// A table `input` in a fresh engine, filled by SQL: what read-outs of plain rows are tested on.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pipelines/experiments/unit_rows.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {

class RowsWorld : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
  }
  void Table(const std::string& select) {
    const Status status = connection_->Execute("CREATE OR REPLACE TABLE input AS " + select);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  static MetricColumns Metric(MetricKind kind, const std::string& value) {
    MetricColumns metric;
    metric.design.name = value;
    metric.design.kind = kind;
    metric.value = value;
    return metric;
  }
  static UnitRowsSpec Spec(const MetricColumns& metric) {
    UnitRowsSpec spec;
    spec.table = "input";
    spec.unit = "id";
    spec.arm = "arm";
    spec.metrics.push_back(metric);
    return spec;
  }
  Result<UnitRows> Read(const UnitRowsSpec& spec) { return ReadUnitRows(*connection_, spec); }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
};

}  // namespace signet::pipelines
