/// From rows to sufficient statistics: who is in which arm, and each metric's sums per arm.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/experiment.h"
#include "pipelines/experiments/read_out.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// The units to read out, in a temporary table of the connection while this object lives.
class UnitTable {
 public:
  struct Arm {
    std::string name;
    double assigned = 0;  ///< units in this arm alone
    double analysed = 0;  ///< of those, exposed (or all, without exposures)
  };

  static Result<UnitTable> Build(query::Connection& connection,
                                 const ExperimentOptions& options,
                                 const StageContext& context);

  /// In order of name.
  [[nodiscard]] const std::vector<Arm>& arms() const { return arms_; }
  /// Subjects found in more than one arm: left out everywhere.
  [[nodiscard]] int64_t in_several_arms() const { return in_several_arms_; }
  /// One entry per arm of arms(), in that order; values as DECIMAL(18,4), sums exact before the one
  /// rounding to double.
  Result<std::vector<ArmSums>> Sums(const MetricOptions& metric) const;

 private:
  explicit UnitTable(query::Connection& connection) : connection_(&connection) {}
  [[nodiscard]] std::string PerUnitSql(const MetricOptions& metric) const;

  query::Connection* connection_;
  std::string units_input_;
  std::string end_sql_;
  std::vector<Arm> arms_;
  int64_t in_several_arms_ = 0;
};

}  // namespace signet::pipelines
