/// A governed dataset: proof, for the compiler, that rows went through the gate.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "crypto/base/json.h"
#include "pipelines/artifacts/partition_tables.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Only the gate has one: its constructor is private to the gate.
class GatePass {
 private:
  friend class Gate;
  GatePass() = default;
};

/// The gate's result: view `table` holds `schema`'s columns and `signet_partition` behind them.
/// Nothing but the gate can make one (tests/pipelines/govern/must_not_compile.cc).
class GovernedDataset {
 public:
  GovernedDataset(const GatePass& /*pass*/,
                  std::string table,
                  std::shared_ptr<PartitionTables> tables,
                  Schema schema,
                  Json figures)
      : table_(std::move(table)),
        tables_(std::move(tables)),
        schema_(std::move(schema)),
        figures_(std::move(figures)) {}

  [[nodiscard]] const std::string& table() const { return table_; }
  /// The rows by partition, with further columns behind the schema's; what the view reads.
  [[nodiscard]] PartitionTables& tables() const { return *tables_; }
  [[nodiscard]] const Schema& schema() const { return schema_; }
  /// {"rows_in", "rows", "suppressed", "unidentified", "blocked", "facts", "aggregate_only":
  /// {...}}.
  [[nodiscard]] const Json& figures() const { return figures_; }

 private:
  std::string table_;
  std::shared_ptr<PartitionTables> tables_;
  Schema schema_;
  Json figures_;
};

}  // namespace signet::pipelines
