/// The units of the `experiment` stage: who is in which arm since when, and their outcomes.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/experiment.h"
#include "pipelines/experiments/unit_rows.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// The units to read out, in a temporary table of the connection while this object lives.
class UnitTable {
 public:
  static Result<UnitTable> Build(query::Connection& connection,
                                 const ExperimentOptions& options,
                                 const StageContext& context);

  /// Arms in order of name.
  [[nodiscard]] const UnitCounts& counts() const { return counts_; }
  /// Sums of one metric over the analysed units; values as DECIMAL(18,4).
  [[nodiscard]] Result<UnitRows> Read(const MetricOptions& metric) const;

 private:
  explicit UnitTable(query::Connection& connection) : connection_(&connection) {}
  [[nodiscard]] std::string PerUnitSql(const MetricOptions& metric) const;

  query::Connection* connection_;
  std::string end_sql_;
  bool has_segment_ = false, has_stratum_ = false;
  UnitCounts counts_;
};

}  // namespace signet::pipelines
