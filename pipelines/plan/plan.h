/// Plan: a pipeline bound to its policies, ready to run, with the derivation that proves it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/plan/run_options.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// One dataset as a step reads it.
struct PlannedInput {
  std::string name;     ///< the view
  std::string dataset;  ///< the producing output
  DatasetKind kind = DatasetKind::kGoverned;
  Schema schema;                   ///< only what the step uses, and its purpose may read
  bool approved = false;           ///< a model: the version in force, whichever run learnt it
  bool same_task = false;          ///< task i reads what task i of the producer wrote (gate)
  bool subjects_filtered = false;  ///< the purpose's consent view applies
  std::string before_column;       ///< with `before`: rows at or after it are absent
  std::optional<Timestamp> before;
};

/// One dataset that a step writes.
struct PlannedOutput {
  std::string name;  ///< the operator's table
  std::string dataset;
  DatasetKind kind = DatasetKind::kFeatures;
  Schema schema;
  bool partitioned = false;  ///< the tasks split their rows by the subject's partition
  bool ephemeral = false;    ///< sealed under a run key that dies with the run
};

struct PlannedStep {
  std::string id;
  std::string op;
  std::string operator_digest;
  std::string purpose;
  Shape shape = Shape::kPerPartition;
  int tasks = 1;
  Json options;                    ///< for all tasks
  std::vector<Json> task_options;  ///< one per task (files, recipients), or empty: `options`
  std::vector<PlannedInput> inputs;
  std::vector<PlannedOutput> outputs;
  std::vector<std::string> after;  ///< steps it waits for, beside the producers of its inputs
  std::vector<std::string> keys;   ///< derived keys it needs
  bool may_warn = false;           ///< its failure is a warning, not the run's failure
  StepRunOptions run;              ///< how it is run; not part of the digest
  std::string file;                ///< where it stands in the document
  int line = 0;
};

/// What `publish` hands to which recipient.
struct PlannedPublication {
  std::string step;
  std::string recipient;
  std::string relation;  ///< "processor", "sale", "share", "joint"
  std::string purpose;
};

struct Plan {
  std::string pipeline;
  std::string policy_digest;  ///< hex
  Json params;                ///< with the values in force
  Timestamp as_of;
  uint64_t seed = 1;
  int partitions = 8;
  std::vector<PlannedStep> steps;  ///< in topological order
  std::vector<PlannedPublication> publications;
  std::vector<std::string> purposes;  ///< whose consent views the steps need
  PipelineRunOptions run;             ///< how it is run; not part of the digest
  Json derivation;                    ///< every column of every dataset: origins, label, rule

  [[nodiscard]] const PlannedStep* Find(const std::string& step) const;
  /// All that decides the result, canonical.
  [[nodiscard]] Json ToJson() const;
  /// Hex SHA-256 of ToJson().
  [[nodiscard]] std::string Digest() const;
};

}  // namespace signet::pipelines
